internal import Capabilities
internal import Logging
internal import NIOPosix
internal import Store
internal import Transport
internal import WireProtocol

/// Does what devices ask for by asking a back: in the device's name, with its rights. A back that
/// fails is left for the next one, and the device does not notice.
struct FrontDesk: RequestDesk {
  /// How many bytes of a form may be on their way from a back.
  private static let creditBytes: UInt32 = 1 << 20
  /// When a device comes back while no back works.
  private static let retrySeconds: UInt16 = 2

  let choice: BackChoice
  let spool: RelaySpool
  /// What the device's secret is sealed with for a back.
  let seal: ReferralSeal
  /// Devices are referred to the back, where they take that.
  let refers: Bool
  let files: NIOThreadPool
  let logger: Logger

  func find(_ get: GetMessage, for requester: Requester) async throws -> GetAnswer {
    let wantsReferral = refers && requester.takesReferrals
    let origin = origin(of: requester, wantsReferral: wantsReferral)
    let question = GetMessage(
      reference: get.reference, shown: get.shown, partial: get.partial, offset: get.offset,
      credit: Self.creditBytes)
    let answer = try await ask(about: get.reference.key, isRepeatable: true) { [spool] client in
      try await client.originate(origin, capabilities: requester.alternatives)
      do {
        return try await Self.find(question, client, spool)
      } catch DeviceClientError.refused(let message) where message.code == .noCapabilities {
        try await client.describe()
        return try await Self.find(question, client, spool)
      }
    }
    if case .elsewhere = answer, !wantsReferral {
      throw RequestFailure(.internalError, "the back refers a device that is not to be referred")
    }
    return answer
  }

  private static func find(
    _ get: GetMessage, _ client: DeviceClient, _ spool: RelaySpool
  ) async throws -> GetAnswer {
    var form: FormMessage?
    var intake: RelayIntake?
    var refer: ReferMessage?
    try await client.get(get, takesPatches: true) { event in
      switch event {
      case .form(let message):
        form = message
        if message.status.hasData { intake = try await spool.begin(message) }
      case .data(let bytes): try await intake?.append(bytes)
      case .referred(let message): refer = message
      }
    }
    if let refer { return .elsewhere(refer) }
    guard let form else { throw DeviceClientError.lost("the back sent no form") }
    guard let intake else { return try GetAnswer(form) }
    return try GetAnswer(form, await intake.finish())
  }

  func register(
    _ upload: SealedUpload, as name: ImageName, for requester: Requester
  ) async throws -> Registration {
    guard let digest = PictureDigest(upload.digest.bytes),
      let length = UInt32(exactly: upload.content.byteCount)
    else { throw RequestFailure(.internalError, "a picture that cannot be") }
    let origin = origin(of: requester, wantsReferral: false)
    let put = PutMessage(name: name, length: length, digest: digest)
    let stored: StoredMessage
    do {
      // Whether it was done on a connection that is lost nobody knows, and once more is another
      // generation; so it goes on a connection that is surely there.
      stored = try await ask(about: Array(name.text.utf8), isRepeatable: false) {
        [files] client in
        try await client.originate(origin, capabilities: [])
        return try await client.put(put) { offset, count in
          try await files.runIfActive { try upload.content.read(at: offset, count: count) }
        }
      }
    } catch let failure as RequestFailure where !failure.code.isRetryable {
      // The same bytes would be refused again.
      await discard(upload)
      throw failure
    }
    await discard(upload)
    guard let image = ImageID(stored.imageID.bytes) else {
      throw RequestFailure(.internalError, "an image id that cannot be")
    }
    logger.info(
      "registered at a back",
      metadata: [
        "name": "\(LogText(name.text))", "image": "\(image)",
        "generation": "\(stored.generation)", "bytes": "\(length)",
      ])
    return Registration(image: image, generation: stored.generation)
  }

  /// Whatever becomes of this copy, the back has answered; what is left of it is swept in a day.
  private func discard(_ upload: SealedUpload) async {
    do {
      try await upload.discard()
    } catch {
      logger.warning("an upload is not removed", metadata: ["error": "\(error)"])
    }
  }

  func list(
    _ list: ListMessage, limit: Int, for requester: Requester
  ) async throws -> ListingPage {
    let origin = origin(of: requester, wantsReferral: false)
    return try await ask(about: Array(list.prefix.utf8), isRepeatable: true) { client in
      try await client.originate(origin, capabilities: [])
      let page = try await client.list(list)
      return ListingPage(entries: page.entries, isComplete: page.isLast)
    }
  }

  func remove(_ name: ImageName, for requester: Requester) async throws {
    let origin = origin(of: requester, wantsReferral: false)
    try await ask(about: Array(name.text.utf8), isRepeatable: false) { client in
      try await client.originate(origin, capabilities: [])
      try await client.remove(name)
    }
    logger.info("removed at a back", metadata: ["name": "\(LogText(name.text))"])
  }

  // MARK: Asking

  private func origin(of requester: Requester, wantsReferral: Bool) -> OriginMessage {
    var flags: OriginMessage.Flags = wantsReferral ? .refer : []
    if requester.rights.actions.contains(.retrieve) { flags.insert(.retrieve) }
    if requester.rights.actions.contains(.register) { flags.insert(.register) }
    let keyID = requester.keyID.flatMap { KeyID($0.text) }
    var sealed: [UInt8] = []
    if wantsReferral, let keyID, let secret = requester.referralSecret {
      sealed = seal.seal(secret, for: keyID)
    }
    return OriginMessage(
      flags: flags, prefix: requester.rights.prefix, deviceID: requester.deviceID, keyID: keyID,
      formKeys: requester.alternatives.map(\.formKey), sealedSecret: sealed)
  }

  /// Asks the back that is preferred for `key`; where it fails, or has no room, the next.
  /// - Throws: ``RequestFailure``: what the last one said.
  private func ask<Value: Sendable>(
    about key: [UInt8], isRepeatable: Bool,
    _ body: @escaping @Sendable (DeviceClient) async throws -> Value
  ) async throws -> Value {
    var failure = RequestFailure(
      .busy, "no back can be reached", retryAfterSeconds: Self.retrySeconds)
    for back in await choice.order(for: key) {
      do {
        return try await back.run(isRepeatable: isRepeatable, body)
      } catch DeviceClientError.refused(let message) {
        failure = RequestFailure(message)
        guard failure.code.isRetryable else { throw failure }
      } catch let error as DeviceClientError {
        try Task.checkCancellation()
        await back.isDown("\(error)")
      }
    }
    throw failure
  }
}

extension RequestFailure {
  /// What a back said of a request, for the device.
  fileprivate init(_ message: ErrorMessage) {
    guard let code = message.code, code.scope == .request else {
      self.init(.internalError, "the back answered \(message)")
      return
    }
    self.init(code, message.detail, retryAfterSeconds: message.retryAfterSeconds)
  }
}

extension GetAnswer {
  /// A back's answer without data.
  fileprivate init(_ form: FormMessage) throws {
    switch form.status {
    case .pending: self = .pending(retryAfterSeconds: form.nextPollSeconds)
    default: self = .notModified(FormDescription(form, sent: form.sent))
    }
  }

  /// A back's answer and what it brought.
  fileprivate init(_ form: FormMessage, _ source: RelayedForm) throws {
    guard form.status == .patch else {
      self = .form(FormDescription(form, sent: form.sent), source, nil)
      return
    }
    // `sent` is that of the patch; what the whole has is not known here and not said by this answer.
    self = .form(
      FormDescription(form, sent: .none), source,
      FormPatch(range: Int(form.offset)..<Int(form.offset) + Int(form.length), sent: form.sent))
  }
}

extension FormDescription {
  /// The form that a back described. The session has found that it adds up.
  fileprivate init(_ form: FormMessage, sent: ShortDigest) {
    self.init(
      alternative: Int(form.alternative), etag: form.etag, sent: sent, total: Int(form.total),
      width: form.width, height: form.height, codec: form.codec, generation: form.generation,
      nextPollSeconds: form.nextPollSeconds)
  }
}

extension GetMessage.Reference {
  /// What a back is chosen by: the same name is always asked of the same one.
  fileprivate var key: [UInt8] {
    switch self {
    case .id(let id): id.bytes
    case .name(let name): Array(name.text.utf8)
    }
  }
}
