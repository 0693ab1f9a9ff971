// PUT and its DATA (spec/PROTOCOL.md, "PUT").

extension ServerSession {
  /// An upload under way.
  struct Upload: Hashable, Sendable {
    let put: PutMessage
    /// The next byte of the stream: the picture, then perhaps its digest.
    var offset: Int
    var window: ReceiveWindow
    /// What has come of a digest that follows the picture.
    var digestBytes: [UInt8] = []

    var pictureByteCount: Int { Int(put.length) }
  }

  /// The server holds `nextOffset` bytes of the picture of ``ServerAction/beginUpload(_:_:)``.
  /// - Parameter nextOffset: 0…length; 0 when the digest was not declared.
  public mutating func uploadReady(
    _ token: RequestToken, nextOffset: Int, at now: Duration
  ) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard case .preparingUpload(let put) = work(of: token) else { return actions }
    precondition((0...Int(put.length)).contains(nextOffset))
    precondition(nextOffset == 0 || put.digest != nil, "this upload cannot be resumed")
    var window = ReceiveWindow(
      byteCount: settings.uploadWindowByteCount,
      transferByteCount: put.streamByteCount - nextOffset)
    let credit = window.grant()
    send(
      .ready(ReadyMessage(nextOffset: UInt32(nextOffset), credit: credit)),
      request: token.number, into: &actions)
    active = Active(
      token: token, work: .receiving(Upload(put: put, offset: nextOffset, window: window)))
    deadlines.upload = now + settings.uploadDeadline
    return actions
  }

  /// Bytes of ``ServerAction/uploadBytes(_:offset:_:)`` are kept; the device may send more.
  public mutating func uploadConsumed(
    _ token: RequestToken, byteCount: Int, at now: Duration
  ) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard case .receiving(var upload) = work(of: token) else { return actions }
    upload.window.consume(byteCount)
    grant(&upload, token, at: now, into: &actions)
    active?.work = .receiving(upload)
    return actions
  }

  /// The picture of ``ServerAction/finishUpload(_:_:)`` is on stable storage and its name points
  /// to it.
  public mutating func stored(
    _ token: RequestToken, imageID: ShortDigest, generation: UInt32, at now: Duration
  ) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard case .storing = work(of: token) else { return actions }
    send(
      .stored(StoredMessage(imageID: imageID, generation: generation)), request: token.number,
      into: &actions)
    finish(at: now, into: &actions)
    return actions
  }

  mutating func startUpload(
    _ put: PutMessage, _ token: RequestToken, at now: Duration,
    into actions: inout [ServerAction]
  ) {
    let limit = settings.pictureByteLimit
    guard put.length > 0 else {
      actions += failed(token, .pictureRefused, detail: "a picture of 0 bytes", at: now)
      return
    }
    guard put.length <= limit else {
      actions += failed(
        token, .pictureTooLarge, detail: "\(put.length) bytes, allowed are \(limit)", at: now)
      return
    }
    actions.append(.beginUpload(token, put))
  }

  mutating func receiveData(
    _ bytes: [UInt8], _ frame: Frame, at now: Duration, into actions: inout [ServerAction]
  ) {
    guard let active, active.token.number == frame.request,
      case .receiving(var upload) = active.work
    else {
      if discardedUpload == frame.request, self.active == nil {
        if frame.flags.contains(.last) { discardedUpload = nil }
        return
      }
      return end(.unexpected(.data, state: stateWord), into: &actions)
    }
    let rest = upload.put.streamByteCount - upload.offset
    if let fault = Self.fault(byteCount: bytes.count, rest: rest, flags: frame.flags) {
      return end(.wrongData(reason: fault, offset: upload.offset), into: &actions)
    }
    guard upload.window.receive(bytes.count) else {
      return end(
        .creditOverflow(byteCount: bytes.count, limit: upload.window.outstanding),
        into: &actions)
    }
    let token = active.token
    let picture = bytes.prefix(max(0, upload.pictureByteCount - upload.offset))
    let digest = bytes.dropFirst(picture.count)
    if !picture.isEmpty {
      actions.append(
        .uploadBytes(token, offset: upload.offset, digest.isEmpty ? bytes : Array(picture)))
    }
    upload.digestBytes += digest
    upload.offset += bytes.count
    upload.window.consume(digest.count)
    if frame.flags.contains(.last) {
      self.active?.work = .storing
      deadlines.upload = nil
      let declared = upload.put.digest ?? PictureDigest(checked: upload.digestBytes)
      actions.append(.finishUpload(token, declared))
    } else {
      deadlines.upload = now + settings.uploadDeadline
      grant(&upload, token, at: now, into: &actions)
      self.active?.work = .receiving(upload)
    }
  }

  /// Gives what credit is due. Without any outstanding the device waits for this side, so it has
  /// no deadline then.
  private mutating func grant(
    _ upload: inout Upload, _ token: RequestToken, at now: Duration,
    into actions: inout [ServerAction]
  ) {
    let hadCredit = upload.window.outstanding > 0
    let credit = upload.window.grant()
    if credit > 0 {
      send(.credit(CreditMessage(byteCount: credit)), request: token.number, into: &actions)
    }
    if upload.window.outstanding == 0 {
      deadlines.upload = nil
    } else if !hadCredit {
      deadlines.upload = now + settings.uploadDeadline
    }
  }

  /// Why DATA does not add up: `rest` bytes are missing, and the last flag stands exactly on the
  /// frame that brings them; nothing but such a frame is empty.
  private static func fault(byteCount: Int, rest: Int, flags: FrameFlags) -> String? {
    let isLast = flags.contains(.last)
    if byteCount > rest { return "brings \(byteCount) bytes, \(rest) are missing" }
    if isLast != (byteCount == rest) {
      return isLast
        ? "is the last, \(rest - byteCount) bytes are missing" : "is complete, not marked the last"
    }
    if byteCount == 0, rest > 0 { return "is empty" }
    return nil
  }
}
