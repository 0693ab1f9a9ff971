package import Codecs

/// One decode of a picture for all forms that are wanted of it.
///
/// Each form has the bytes that it has when it is made alone, whatever is made beside it. A form
/// that fails does so alone; a picture that fails takes all of them with it. Memory is some rows of
/// the picture and what each form holds: see ``Renderer/batches(of:pictureWidth:pictureHeight:memoryLimit:formLimit:)``.
package struct FanOut<Output: FormOutput>: ~Copyable {
  /// What the picture's headers say.
  package let picture: PictureInfo
  private let reader: PictureReader
  /// The forms that are still being made, by order.
  private var jobs: [FormJob<Output>?] = []
  /// What the others failed with, by order.
  private var failures: [RenderError?] = []
  private var feeds: [FormFeed<Output>] = []

  /// Reads the picture's headers and decides everything that can be decided without its pixels.
  /// - Parameters:
  ///   - original: an open descriptor of the picture; read with pread, not closed. It must stay
  ///     open until the fan-out is gone.
  ///   - orders: any number; none to find out whether the picture is sound.
  ///   - limits: bounds of pictures, checked before anything is allocated.
  /// - Throws: ``RenderError/picture(_:)``.
  package init(
    original: Int32, orders: [FormOrder<Output>], limits: DecodeLimits = .standard
  ) throws(RenderError) {
    do throws(PictureError) {
      reader = try PictureReader(fileDescriptor: original, limits: limits)
    } catch { throw .picture(error) }
    picture = reader.info
    for order in orders {
      do throws(RenderError) {
        jobs.append(try FormJob(order, of: picture))
        failures.append(nil)
      } catch {
        jobs.append(nil)
        failures.append(error)
      }
    }
    feeds = Self.feeds(jobs, picture)
  }

  private static func feeds(
    _ jobs: [FormJob<Output>?], _ picture: PictureInfo
  ) -> [FormFeed<Output>] {
    var groups: [(delivery: Delivery, jobs: [FormFeed<Output>.Entry])] = []
    for (order, job) in jobs.enumerated() {
      guard let job else { continue }
      if let known = groups.firstIndex(where: { $0.delivery == job.delivery }) {
        groups[known].jobs.append((order, job))
      } else {
        groups.append((job.delivery, [(order, job)]))
      }
    }
    return groups.map { FormFeed($0.jobs, delivery: $0.delivery, of: picture) }
  }

  /// Decodes the picture and makes the forms.
  /// - Parameters:
  ///   - provesPicture: read the picture to its end and check it as strictly as
  ///     ``PictureReader/verify(fileDescriptor:limits:)`` even when no form is left to make.
  ///   - goesOn: asked every 32 rows; false ends the work.
  /// - Returns: of every order, by index, the form or why there is none.
  /// - Throws: ``RenderError/picture(_:)`` or ``RenderError/cancelled``; no form is then of use.
  package consuming func run(
    provesPicture: Bool = false, while goesOn: () -> Bool = { true }
  ) throws(RenderError) -> [Result<RenderedForm<Output>, RenderError>] {
    if !feeds.isEmpty {
      try decode(provesPicture: provesPicture, while: goesOn)
    } else if provesPicture {
      let reader = reader
      let isWhole = try decoding { () throws(PictureError) in try reader.verify(while: goesOn) }
      guard isWhole else { throw .cancelled }
    }
    return results()
  }

  private mutating func decode(
    provesPicture: Bool, while goesOn: () -> Bool
  ) throws(RenderError) {
    guard goesOn() else { throw .cancelled }
    let reader = reader
    let deliveries = feeds.map(\.delivery)
    try decoding { () throws(PictureError) in try reader.start(deliveries) }
    for y in 0..<picture.height {
      if y.isMultiple(of: 32) {
        guard goesOn() else { throw .cancelled }
        guard provesPicture || feeds.contains(where: { !$0.isEmpty }) else { return }
      }
      try decoding { () throws(PictureError) in try reader.readRow() }
      for index in feeds.indices where !feeds[index].isEmpty {
        for (order, error) in feeds[index].deliver(index, from: reader) {
          jobs[order] = nil
          failures[order] = error
        }
      }
    }
    try decoding { () throws(PictureError) in try reader.finish() }
  }

  private consuming func results() -> [Result<RenderedForm<Output>, RenderError>] {
    zip(jobs, failures).map { job, failure in
      if let failure { return .failure(failure) }
      guard let job else { preconditionFailure("an order is under way or has failed") }
      do throws(RenderError) { return .success(try job.finish()) } catch { return .failure(error) }
    }
  }
}

/// Runs `body`, whose failure is the picture's.
private func decoding<Value>(
  _ body: () throws(PictureError) -> Value
) throws(RenderError) -> Value {
  do throws(PictureError) { return try body() } catch { throw .picture(error) }
}
