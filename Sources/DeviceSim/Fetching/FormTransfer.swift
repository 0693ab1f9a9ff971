internal import Capabilities
internal import Transport
internal import WireProtocol

/// What a device holds of one name's form: asks for what is missing, goes on after a cut, lays
/// patches into what it shows, and checks the digests before it calls a form whole.
struct FormTransfer {
  /// A form whose digests are right.
  struct Received {
    let form: FormMessage
    /// The whole as sent. A form that was patched needs no codec, so it is the form itself.
    let bytesAsSent: [UInt8]
    /// Unpacked.
    let bytes: [UInt8]
    /// Bytes of the form as sent; of its patch, when only that was sent.
    let sentByteCount: Int
  }

  private let name: ImageName
  /// The bytes the device takes before it has dealt with earlier ones.
  private let creditBytes: Int
  let partial: PartialForm
  /// The etag of what the device shows.
  private var shown: ShortDigest
  /// The form with this etag; without it the device takes no patches.
  private var base: [UInt8]?
  /// What came of a patch. A cut one starts again.
  private var patch: [UInt8] = []

  init(
    _ name: ImageName, creditBytes: Int, shown: ShortDigest, base: [UInt8]?,
    partial: PartialForm
  ) {
    self.name = name
    self.creditBytes = creditBytes
    self.shown = shown
    self.base = base
    self.partial = partial
  }

  /// GET, and the same once more at another server when this one refers to it.
  /// - Parameters:
  ///   - link: what `client` was made by.
  ///   - progress: called with the bytes that are there, and how many there will be.
  mutating func get(
    _ client: DeviceClient, through link: DeviceLink,
    _ progress: (_ count: Int, _ total: Int) -> Void
  ) async throws -> FormMessage {
    let refer: ReferMessage
    switch try await ask(client, progress) {
    case .form(let form): return form
    case .referred(let message): refer = message
    }
    let other = link.referred(refer, secret: client.referralSecret)
    do {
      return try await other.withConnection { client in
        guard case .form(let form) = try await ask(client, progress) else {
          throw DeviceClientError.lost("\(other.server.address) refers on")
        }
        return form
      }
    } catch let error as DeviceClientError {
      throw error.atReferredServer
    }
  }

  private enum Answer {
    case form(FormMessage)
    case referred(ReferMessage)
  }

  private mutating func ask(
    _ client: DeviceClient, _ progress: (_ count: Int, _ total: Int) -> Void
  ) async throws -> Answer {
    let get = GetMessage(
      reference: .name(name), shown: shown, partial: partial.sent, offset: partial.resumeOffset,
      credit: UInt32(creditBytes))
    var answer: FormMessage?
    var refer: ReferMessage?
    patch = []
    try await client.get(get, takesPatches: base != nil) { event in
      switch event {
      case .form(let form):
        answer = form
        if form.status == .ok { try partial.begin(form) }
      case .referred(let message): refer = message
      case .data(let bytes):
        if let answer, answer.status == .patch {
          patch += bytes
          progress(patch.count, Int(answer.length))
        } else {
          try partial.append(bytes)
          progress(partial.bytes.count, Int(answer?.total ?? 0))
        }
      }
    }
    if let refer { return .referred(refer) }
    guard let answer else { throw DeviceClientError.lost("the server sent no form") }
    return .form(answer)
  }

  /// Checks and unpacks what `get` brought.
  /// - Returns: `nil` when what the device held before turned out wrong: ask again.
  mutating func whole(_ form: FormMessage) throws -> Received? {
    form.status == .patch ? patched(form) : try unpacked(form)
  }

  /// The device shows this now.
  mutating func show(_ received: Received) {
    shown = received.form.etag
    base = received.bytes
    partial.remove()
  }

  private mutating func patched(_ form: FormMessage) -> Received? {
    if var bytes = base, bytes.count == Int(form.total), ShortDigest(of: patch) == form.sent {
      let start = Int(form.offset)
      bytes.replaceSubrange(start..<start + patch.count, with: patch)
      if ShortDigest(of: bytes) == form.etag {
        return Received(
          form: form, bytesAsSent: bytes, bytes: bytes, sentByteCount: patch.count)
      }
    }
    // The form is worth more than what it differs from.
    shown = .none
    base = nil
    return nil
  }

  private func unpacked(_ form: FormMessage) throws -> Received? {
    let digest = ShortDigest(of: partial.bytes)
    guard digest == form.sent else {
      guard form.offset > 0 else {
        throw CommandFailure("the bytes received digest to \(digest), announced was \(form.sent)")
      }
      partial.remove()
      return nil
    }
    let bytes = try FormUnpacking.unpack(partial.bytes, form.codec)
    let etag = ShortDigest(of: bytes)
    guard etag == form.etag else {
      throw CommandFailure("the unpacked form digests to \(etag), announced was \(form.etag)")
    }
    return Received(
      form: form, bytesAsSent: partial.bytes, bytes: bytes, sentByteCount: partial.bytes.count)
  }
}
