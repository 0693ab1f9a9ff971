import Capabilities

// What comes back for the request in flight, and whether it adds up.

extension DeviceSession {
  mutating func receiveAnswer(
    _ message: Message, flags: FrameFlags, at now: Duration, into actions: inout [DeviceAction]
  ) {
    guard let work else { return }
    deadlines.answer = now
    switch (work, message) {
    case (.getting(let get, let window), .form(let form)):
      receive(form, for: get, window: window, at: now, into: &actions)
    case (.getting, .refer(let refer)), (.cancelled(.get(dataFollows: false)), .refer(let refer)):
      guard !isReferred else {
        return end(
          .wrongAnswer(field: "REFER", reason: "comes from a server that was referred to"),
          at: now, into: &actions)
      }
      finish(.referred(refer), at: now, into: &actions)
    case (.receiving(let form, let offset, let window), .data(let bytes)):
      receive(
        bytes, flags, of: form, at: offset, window: window, now: now, into: &actions)
    case (.putting(let put), .ready(let ready)):
      receive(ready, for: put, at: now, into: &actions)
    case (.uploading(let put, var transfer), .credit(let credit)):
      guard transfer.grant(credit.byteCount) else {
        return end(
          .creditOverflow(
            byteCount: transfer.credit + Int(credit.byteCount),
            limit: WireConstants.creditLimit), at: now, into: &actions)
      }
      continueUpload(put, transfer, into: &actions)
    case (.storing, .credit), (.cancelled(.put), .credit), (.cancelled(.put), .ready):
      break
    case (.storing(let put), .stored(let stored)):
      guard put.digest == nil || put.digest?.imageID == stored.imageID else {
        return end(
          .wrongAnswer(field: "STORED image id", reason: "is not that of the picture"), at: now,
          into: &actions)
      }
      finish(.stored(stored), at: now, into: &actions)
    case (.listing(let list), .listing(let listing)):
      receive(
        listing, for: list, isLast: flags.contains(.last), at: now, into: &actions)
    case (.removing, .ok), (.cancelled(.remove), .ok):
      finish(.removed, at: now, into: &actions)
    case (.startingWatch(let names), .ok), (.cancelled(.watch(let names)), .ok):
      watched = names
      finish(.watching, at: now, into: &actions)
    case (.cancelled(.put), .stored(let stored)):
      finish(.stored(stored), at: now, into: &actions)
    case (.cancelled(.list), .listing(let listing)):
      finish(
        .listing(listing.entries, isLast: flags.contains(.last)), at: now, into: &actions)
    case (.cancelled(.get(dataFollows: false)), .form(let form)):
      receiveAfterCancel(form, at: now, into: &actions)
    case (.cancelled(.get(dataFollows: true)), .data):
      guard flags.contains(.last) else { break }
      finish(.failed(ErrorMessage(code: .cancelled)), at: now, into: &actions)
    default:
      end(
        .unexpected(message.type, state: "another answer is due"), at: now, into: &actions)
    }
  }

  /// This connection is one that REFER asked for.
  private var isReferred: Bool {
    settings.fields.contains { $0.type == HelloFieldType.ticket.rawValue }
  }

  /// A FORM that crossed CANCEL on its way.
  private mutating func receiveAfterCancel(
    _ form: FormMessage, at now: Duration, into actions: inout [DeviceAction]
  ) {
    if form.status.hasData {
      work = .cancelled(.get(dataFollows: true))
    } else {
      finish(.form(form), at: now, into: &actions)
    }
  }

  private mutating func receive(
    _ form: FormMessage, for get: GetMessage, window: Int, at now: Duration,
    into actions: inout [DeviceAction]
  ) {
    if let (field, reason) = fault(of: form, for: get) {
      return end(
        .wrongAnswer(field: "FORM \(field)", reason: reason), at: now, into: &actions)
    }
    guard form.status.hasData else { return finish(.form(form), at: now, into: &actions) }
    var receiveWindow = ReceiveWindow(byteCount: window, transferByteCount: Int(form.length))
    // The credit of GET; the window gives as much at first.
    _ = receiveWindow.grant()
    work = .receiving(form, offset: Int(form.offset), receiveWindow)
    actions.append(.form(form))
  }

  /// What a FORM says that cannot be, as field and reason.
  private func fault(
    of form: FormMessage, for get: GetMessage
  ) -> (field: String, reason: String)? {
    if form.status == .pending {
      let empty = FormMessage.pending(retryAfterSeconds: form.nextPollSeconds)
      return form == empty ? nil : ("status", "is pending, but the other fields are not zero")
    }
    guard Int(form.alternative) < capabilities.count else {
      return ("alternative", "is \(form.alternative) of \(capabilities.count)")
    }
    let capability = capabilities[Int(form.alternative)]
    guard capability.codecs.contains(form.codec) else {
      return ("codec", "\(form.codec.word) was not offered")
    }
    guard Int(form.width) == capability.size.width,
      capability.size.isRoll ? form.height > 0 : Int(form.height) == capability.size.height
    else { return ("size", "\(form.width) × \(form.height) is not the device's") }
    let limit = settings.formByteLimit
    guard (1...limit).contains(Int(form.total)) else {
      return ("total", "is \(form.total), allowed is 1…\(limit)")
    }
    if form.status == .notModified {
      guard get.shown != .none, form.etag == get.shown else {
        return ("etag", "\(form.etag) is not what is shown, \(get.shown)")
      }
      return form.offset == 0 && form.length == 0
        ? nil : ("length", "is \(form.length) although nothing was modified")
    }
    if form.status == .patch { return fault(ofPatch: form, for: get) }
    let offset = get.startOffset(sent: form.sent, total: Int(form.total))
    guard Int(form.offset) == offset else {
      return ("offset", "is \(form.offset), not \(offset)")
    }
    guard Int(form.length) == Int(form.total) - offset else {
      return ("length", "is \(form.length) of \(form.total) from \(offset) on")
    }
    return nil
  }

  private func fault(
    ofPatch form: FormMessage, for get: GetMessage
  ) -> (field: String, reason: String)? {
    guard get.shown != .none else { return ("status", "is a patch, but nothing is shown") }
    guard form.etag != get.shown else { return ("etag", "is that of what is shown") }
    guard form.codec == .identity else { return ("codec", "is \(form.codec.word) of a patch") }
    // Neither sum can overflow: three fields of 32 bits.
    guard form.length > 0, Int(form.offset) + Int(form.length) <= Int(form.total) else {
      return ("length", "is \(form.length) from \(form.offset) on, of \(form.total)")
    }
    return nil
  }

  private mutating func receive(
    _ bytes: [UInt8], _ flags: FrameFlags, of form: FormMessage, at offset: Int,
    window: ReceiveWindow, now: Duration, into actions: inout [DeviceAction]
  ) {
    let rest = form.endOffset - offset
    let isLast = flags.contains(.last)
    guard !bytes.isEmpty, bytes.count <= rest, isLast == (bytes.count == rest) else {
      let reason = "brings \(bytes.count) of \(rest) bytes\(isLast ? " as the last" : "")"
      return end(.wrongData(reason: reason, offset: offset), at: now, into: &actions)
    }
    var window = window
    guard window.receive(bytes.count) else {
      return end(
        .creditOverflow(byteCount: bytes.count, limit: window.outstanding), at: now,
        into: &actions)
    }
    actions.append(.data(offset: offset, bytes))
    if isLast {
      finish(.formComplete, at: now, into: &actions)
    } else {
      work = .receiving(form, offset: offset + bytes.count, window)
    }
  }

  private mutating func receive(
    _ ready: ReadyMessage, for put: PutMessage, at now: Duration,
    into actions: inout [DeviceAction]
  ) {
    let limit = put.digest == nil ? 0 : Int(put.length)
    guard ready.nextOffset <= limit else {
      return end(
        .wrongAnswer(field: "READY nextOffset", reason: "is \(ready.nextOffset) of \(limit)"),
        at: now, into: &actions)
    }
    guard ready.credit <= WireConstants.creditLimit else {
      return end(
        .creditOverflow(byteCount: Int(ready.credit), limit: WireConstants.creditLimit), at: now,
        into: &actions)
    }
    if Int(ready.nextOffset) == put.streamByteCount {
      // Nothing is missing: an empty DATA says that this side is done.
      work = .storing(put)
      return send(
        .data([]), flags: .last, request: requestNumber, at: now, into: &actions)
    }
    let transfer = OutgoingTransfer(
      offset: Int(ready.nextOffset), end: put.streamByteCount, credit: Int(ready.credit))
    continueUpload(put, transfer, into: &actions)
  }

  private mutating func receive(
    _ listing: ListingMessage, for list: ListMessage, isLast: Bool, at now: Duration,
    into actions: inout [DeviceAction]
  ) {
    var previous = list.after
    for entry in listing.entries {
      guard previous.utf8.lexicographicallyPrecedes(entry.name.text.utf8),
        entry.name.text.utf8.starts(with: list.prefix.utf8)
      else {
        return end(
          .wrongAnswer(
            field: "LISTING name", reason: "\(entry.name) after \(previous), or without the prefix"
          ), at: now, into: &actions)
      }
      previous = entry.name.text
    }
    guard isLast || !listing.entries.isEmpty else {
      return end(
        .wrongAnswer(field: "LISTING", reason: "is empty, yet not the last"), at: now,
        into: &actions)
    }
    finish(.listing(listing.entries, isLast: isLast), at: now, into: &actions)
  }
}

extension DeviceSession {
  /// NOTIFY comes between requests: when nothing is in flight, or ahead of the first answer to what
  /// crossed it.
  mutating func receive(
    _ notify: NotifyMessage, at now: Duration, into actions: inout [DeviceAction]
  ) {
    // A front's CAPABILITIES may cross one, as a request may.
    let hasBegun = phase == .open || phase == .awaitingAccepted && !watched.isEmpty
    guard hasBegun, mayBeBetweenRequests else {
      return end(.unexpected(.notify, state: "an answer has begun"), at: now, into: &actions)
    }
    guard watched.contains(notify.name) else {
      return end(
        .wrongAnswer(field: "NOTIFY name", reason: "\(notify.name) is not watched"), at: now,
        into: &actions)
    }
    actions.append(.notified(notify))
  }

  /// False once the answer to the request in flight has begun.
  private var mayBeBetweenRequests: Bool {
    switch work {
    case nil, .getting, .putting, .listing, .removing, .startingWatch: true
    case .receiving, .uploading, .storing, .cancelled(.get(dataFollows: true)): false
    // Whether READY or the like came before CANCEL is not remembered.
    case .cancelled: true
    }
  }
}
