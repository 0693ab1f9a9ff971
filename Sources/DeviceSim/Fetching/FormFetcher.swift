internal import Capabilities
internal import Transport
internal import WireProtocol

/// Fetches one form the way a patient device does: goes on after a cut, checks both digests, and
/// only then calls the form whole.
struct FormFetcher {
  /// What is asked for, and how.
  struct Request {
    let server: ServerAccess
    let name: ImageName
    let capabilities: [Capability]
    /// The etag of what the device shows already.
    let shown: ShortDigest
    /// The form with that etag; without it the device takes no patches.
    var base: [UInt8]?
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
    /// As sent, whole; empty unless the status is ok or patch.
    let bytesAsSent: [UInt8]
    /// Unpacked; empty unless the status is ok or patch.
    let bytes: [UInt8]
    /// Bytes of the form as sent; of its patch, when only that was sent.
    let sentByteCount: Int
    /// From the first attempt to the first byte of the form, and to the last.
    let firstByte: Duration
    let lastByte: Duration
  }

  /// How often a form is got anew because its name was registered anew meanwhile.
  private static let registrationLimit = 8

  private let request: Request
  private var transfer: FormTransfer
  private let progress: ProgressLine
  private let start = ContinuousClock.now
  private var arrival: (first: Duration, last: Duration)?
  private var imageID: ShortDigest?

  init(_ request: Request, partial: PartialForm) {
    self.request = request
    transfer = FormTransfer(
      request.name, creditBytes: request.creditBytes, shown: request.shown, base: request.base,
      partial: partial)
    progress = ProgressLine("fetching \(request.name.text)")
  }

  /// Fetches until the form is whole, nothing new is to be had, or patience ends. The partial form is
  /// the caller's to remove, once it has done with the outcome what it wants.
  mutating func fetch() async throws -> Outcome {
    var patience = Patience(request.patience)
    while true {
      let before = transfer.partial.bytes.count
      do {
        let form = try await attempt()
        switch form.status {
        case .notModified: return outcome(form)
        case .ok, .patch:
          if let received = try transfer.whole(form) { return outcome(form, received) }
        case .pending:
          if try await patience.wait(.seconds(Int64(form.nextPollSeconds))) { continue }
          return outcome(form)
        }
      } catch let error as DeviceClientError where error.isRetryable {
        if transfer.partial.bytes.count != before { patience.restart() }
        guard try await patience.wait(error.retryAfter) else { throw error }
      }
    }
  }

  /// One connection.
  private mutating func attempt() async throws -> FormMessage {
    defer { progress.clear() }
    return try await link.withConnection { client in
      if request.wantsImageID { return try await getWithImageID(client) }
      return try await get(client)
    }
  }

  private var link: DeviceLink {
    var link = DeviceLink(server: request.server, capabilities: request.capabilities)
    link.settings.maxFrame = request.maxFrame
    return link
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
    var arrival = arrival
    // A transfer that is cut has brought bytes as well.
    defer { self.arrival = arrival }
    return try await transfer.get(client, through: link) { [start, progress] count, total in
      let now = ContinuousClock.now - start
      arrival = (arrival?.first ?? now, now)
      progress.show(count, of: total)
    }
  }

  private func outcome(_ form: FormMessage, _ received: FormTransfer.Received? = nil) -> Outcome {
    let now = ContinuousClock.now - start
    return Outcome(
      form: form, imageID: imageID, bytesAsSent: received?.bytesAsSent ?? [],
      bytes: received?.bytes ?? [], sentByteCount: received?.sentByteCount ?? 0,
      firstByte: arrival?.first ?? now, lastByte: arrival?.last ?? now)
  }
}
