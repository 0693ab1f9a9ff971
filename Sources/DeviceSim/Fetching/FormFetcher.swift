internal import Capabilities
internal import Crypto
internal import Foundation
internal import Transport
internal import WireProtocol

/// Fetches one form the way a patient device does: goes on after a cut, checks both digests, and
/// only then calls the form whole.
struct FormFetcher {
  /// What is asked for, and how.
  struct Request {
    let address: ServerAddress
    let name: ImageName
    let capabilities: [Capability]
    /// The etag of what the device shows already.
    let shown: ShortDigest
    /// The largest frame the device takes.
    let maxFrame: Int
    /// The bytes the device takes before it has dealt with earlier ones.
    let creditBytes: Int
    /// Ask for the image's id as well, which GET does not tell.
    let wantsImageID: Bool
    /// How long to go on reconnecting without a new byte.
    let patience: Duration
  }

  /// A form that arrived, or the reason why nothing had to.
  struct Outcome {
    let form: FormMessage
    /// The image's id, when it was asked for.
    let imageID: ShortDigest?
    /// As sent; empty unless the status is ok.
    let bytesAsSent: [UInt8]
    /// Unpacked; empty unless the status is ok.
    let bytes: [UInt8]
    /// From the first attempt to the first byte of the form, and to the last.
    let firstByte: Duration
    let lastByte: Duration
  }

  private let request: Request
  private var partial: PartialForm
  private let progress: ProgressLine
  private let start = ContinuousClock.now
  private var firstByte: Duration?
  private var imageID: ShortDigest?

  init(_ request: Request, partial: PartialForm) {
    self.request = request
    self.partial = partial
    progress = ProgressLine("fetching \(request.name.text)")
  }

  /// Fetches until the form is whole, nothing new is to be had, or patience ends.
  mutating func fetch() async throws -> Outcome {
    var patience = Patience(request.patience)
    while true {
      let before = partial.bytes.count
      do {
        let form = try await attempt()
        if form.status == .pending {
          if try await patience.wait(.seconds(Int64(form.nextPollSeconds))) { continue }
          return outcome(form)
        }
        if form.status == .notModified { return outcome(form) }
        if let whole = try whole(form) { return whole }
      } catch let error as DeviceClientError where error.isRetryable {
        if partial.bytes.count != before { patience.restart() }
        guard try await patience.wait(error.retryAfter) else { throw error }
      }
    }
  }

  /// One connection, one GET.
  private mutating func attempt() async throws -> FormMessage {
    defer { progress.clear() }
    var settings = DeviceSession.Settings()
    settings.maxFrame = request.maxFrame
    return try await DeviceClient.withConnection(
      to: request.address, settings: settings, capabilities: request.capabilities
    ) { client in
      if request.wantsImageID, imageID == nil { imageID = try await lookUpImageID(client) }
      let get = GetMessage(
        reference: .name(request.name), shown: request.shown,
        partial: partial.bytes.isEmpty ? .none : partial.sent,
        offset: UInt32(partial.bytes.count), credit: UInt32(request.creditBytes))
      var answer: FormMessage?
      try await client.get(get) { event in
        switch event {
        case .form(let form):
          answer = form
          if form.status == .ok { try partial.begin(form) }
        case .data(let bytes):
          if firstByte == nil { firstByte = ContinuousClock.now - start }
          try partial.append(bytes)
          progress.show(partial.bytes.count, of: Int(answer?.total ?? 0))
        }
      }
      guard let answer else { throw DeviceClientError.lost("the server sent no form") }
      return answer
    }
  }

  /// The id that the name stands for. Of all names that begin with it, it is the first.
  private func lookUpImageID(_ client: DeviceClient) async throws -> ShortDigest? {
    let page = try await client.list(ListMessage(prefix: request.name.text))
    return page.entries.first { $0.name == request.name }?.imageID
  }

  /// Checks and unpacks what was received.
  /// - Returns: `nil` when a part from an earlier attempt turned out wrong: start again.
  private mutating func whole(_ form: FormMessage) throws -> Outcome? {
    let digest = shortDigest(partial.bytes)
    guard digest == form.sent else {
      guard form.offset > 0 else {
        throw CommandFailure(
          "the bytes received digest to \(hexadecimal(digest.bytes)), announced was "
            + hexadecimal(form.sent.bytes))
      }
      partial.drop()
      return nil
    }
    let bytes = try FormUnpacking.unpack(partial.bytes, form.codec)
    let etag = shortDigest(bytes)
    guard etag == form.etag else {
      throw CommandFailure(
        "the unpacked form digests to \(hexadecimal(etag.bytes)), announced was "
          + hexadecimal(form.etag.bytes))
    }
    partial.remove()
    return outcome(form, bytes: bytes)
  }

  private func outcome(_ form: FormMessage, bytes: [UInt8] = []) -> Outcome {
    let now = ContinuousClock.now - start
    return Outcome(
      form: form, imageID: imageID, bytesAsSent: form.status == .ok ? partial.bytes : [],
      bytes: bytes,
      firstByte: firstByte ?? now, lastByte: now)
  }

  private func shortDigest(_ bytes: [UInt8]) -> ShortDigest {
    ShortDigest(Array(SHA256.hash(data: bytes).prefix(ShortDigest.byteCount))) ?? .none
  }
}
