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

  /// How often a form is got anew because its name was registered anew meanwhile.
  private static let registrationLimit = 8

  private let request: Request
  private let partial: PartialForm
  private let progress: ProgressLine
  private let start = ContinuousClock.now
  private var firstByte: Duration?
  private var lastByte: Duration?
  private var imageID: ShortDigest?

  init(_ request: Request, partial: PartialForm) {
    self.request = request
    self.partial = partial
    progress = ProgressLine("fetching \(request.name.text)")
  }

  /// Fetches until the form is whole, nothing new is to be had, or patience ends. The partial form is
  /// the caller's to remove, once it has done with the outcome what it wants.
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

  /// One connection.
  private mutating func attempt() async throws -> FormMessage {
    defer { progress.clear() }
    var settings = DeviceSession.Settings()
    settings.maxFrame = request.maxFrame
    return try await DeviceClient.withConnection(
      to: request.address, settings: settings, capabilities: request.capabilities
    ) { client in
      if request.wantsImageID { return try await getWithImageID(client) }
      return try await get(client)
    }
  }

  /// GET between two LISTs, since a name may come to stand for another image at any time: only when
  /// both say the same, the form is that image's.
  private mutating func getWithImageID(_ client: DeviceClient) async throws -> FormMessage {
    var before = try await lookUp(client)
    for _ in 0..<Self.registrationLimit {
      let form = try await get(client)
      let after = try await lookUp(client)
      // Time and size are compared as well: a name may also come back to the image it had.
      if after == before {
        imageID = after?.imageID
        return form
      }
      before = after
    }
    throw CommandFailure("\(request.name) is registered anew faster than it can be fetched")
  }

  /// What the name stands for. Of all names that begin with it, it is the first.
  private func lookUp(_ client: DeviceClient) async throws -> ListingMessage.Entry? {
    let page = try await client.list(ListMessage(prefix: request.name.text))
    return page.entries.first { $0.name == request.name }
  }

  private mutating func get(_ client: DeviceClient) async throws -> FormMessage {
    let get = GetMessage(
      reference: .name(request.name), shown: request.shown, partial: partial.sent,
      offset: partial.resumeOffset, credit: UInt32(request.creditBytes))
    var answer: FormMessage?
    try await client.get(get) { event in
      switch event {
      case .form(let form):
        answer = form
        if form.status == .ok { try partial.begin(form) }
      case .data(let bytes):
        let now = ContinuousClock.now - start
        if firstByte == nil { firstByte = now }
        lastByte = now
        try partial.append(bytes)
        progress.show(partial.bytes.count, of: Int(answer?.total ?? 0))
      }
    }
    guard let answer else { throw DeviceClientError.lost("the server sent no form") }
    return answer
  }

  /// Checks and unpacks what was received.
  /// - Returns: `nil` when a part from an earlier attempt turned out wrong: start again.
  private func whole(_ form: FormMessage) throws -> Outcome? {
    let digest = shortDigest(partial.bytes)
    guard digest == form.sent else {
      guard form.offset > 0 else {
        throw CommandFailure(
          "the bytes received digest to \(hexadecimal(digest.bytes)), announced was "
            + hexadecimal(form.sent.bytes))
      }
      partial.remove()
      return nil
    }
    let bytes = try FormUnpacking.unpack(partial.bytes, form.codec)
    let etag = shortDigest(bytes)
    guard etag == form.etag else {
      throw CommandFailure(
        "the unpacked form digests to \(hexadecimal(etag.bytes)), announced was "
          + hexadecimal(form.etag.bytes))
    }
    return outcome(form, bytes: bytes)
  }

  private func outcome(_ form: FormMessage, bytes: [UInt8] = []) -> Outcome {
    let now = ContinuousClock.now - start
    return Outcome(
      form: form, imageID: imageID, bytesAsSent: form.status == .ok ? partial.bytes : [],
      bytes: bytes, firstByte: firstByte ?? now, lastByte: lastByte ?? now)
  }

  private func shortDigest(_ bytes: [UInt8]) -> ShortDigest {
    ShortDigest(Array(SHA256.hash(data: bytes).prefix(ShortDigest.byteCount))) ?? .none
  }
}
