internal import Store
internal import WireProtocol

/// One picture on its way in: writes what arrives in order, and registers it when it is whole.
/// Used from the connection's event loop only. What it holds in memory is bounded by the credit
/// that the session gave.
final class UploadDesk {
  /// What arrives for an upload, in order.
  enum Arrival: Sendable {
    case bytes([UInt8])
    case finish(PictureDigest)
  }

  private let put: PutMessage
  private let identity: [UInt8]
  private let services: ServerServices
  private let arrivals: AsyncStream<Arrival>
  private let feed: AsyncStream<Arrival>.Continuation
  private var upload: Upload?

  init(put: PutMessage, identity: [UInt8], services: ServerServices) {
    self.put = put
    self.identity = identity
    self.services = services
    (arrivals, feed) = AsyncStream.makeStream()
  }

  /// Gives the next arrival to whoever runs ``receive(isolation:consumed:)``.
  func append(_ arrival: Arrival) { feed.yield(arrival) }

  /// No more will come; what is there is kept for a resumption.
  func stop() { feed.finish() }

  /// Begins or resumes the upload.
  /// - Returns: the first byte that is missing.
  func begin(isolation: isolated (any Actor)? = #isolation) async throws -> Int {
    let upload = try await services.library.beginUpload(
      identity: identity, digest: put.digest.flatMap { Digest($0.bytes) },
      byteCount: Int(put.length))
    self.upload = upload
    return upload.nextOffset
  }

  /// Writes what arrives until the picture is whole, then registers it.
  /// - Parameter consumed: called with the size of each piece that was written.
  /// - Returns: `nil` when the upload was stopped.
  func receive(
    isolation: isolated (any Actor)? = #isolation, consumed: (Int) -> Void
  ) async throws -> Registration? {
    guard let upload else { return nil }
    defer { upload.suspend() }
    for await arrival in arrivals {
      switch arrival {
      case .bytes(let bytes):
        try await upload.write(bytes)
        consumed(bytes.count)
      case .finish(let digest):
        let sealed = try await upload.seal(
          trailingDigest: put.digest == nil ? Digest(digest.bytes) : nil)
        return try await services.registrar.register(sealed, as: put.name.text)
      }
    }
    if put.digest == nil { try await upload.abandon() }
    return nil
  }
}
