import Capabilities

// GET, LIST, REMOVE, and what all requests share (spec/PROTOCOL.md, "Requests").

extension ServerSession {
  /// The form for ``ServerAction/find(_:_:alternatives:)``.
  ///
  /// When its etag is what the device shows, NOT_MODIFIED is sent and no byte is asked for; so this
  /// may be called before the bytes exist. Whatever is sent, ``ServerAction/produce(_:offset:byteCount:)``
  /// counts from the form's first byte as sent.
  /// - Parameter patch: how the form differs from the one with the etag `shown` of GET, a form for
  ///   the same alternative and with as many bytes. It is sent instead of the form where GET has a
  ///   `shown`, the codec is identity, and fewer bytes travel.
  public mutating func formFound(
    _ token: RequestToken, _ form: FormDescription, patch: FormPatch? = nil, at now: Duration
  ) -> [ServerAction] {
    precondition((patch?.range.upperBound ?? 0) <= form.total, "a patch beyond its form")
    var actions: [ServerAction] = []
    guard case .finding(let get, let credit) = work(of: token) else { return actions }
    guard form.total <= FormSize.byteLimit else {
      return failed(
        token, .formTooLarge,
        detail: "\(form.total) bytes as sent, allowed are \(FormSize.byteLimit)", at: now)
    }
    if get.shown != .none, get.shown == form.etag {
      send(
        .form(form.message(status: .notModified, offset: 0, length: 0)), request: token.number,
        into: &actions)
      finish(at: now, into: &actions)
      return actions
    }
    let offset = get.startOffset(sent: form.sent, total: form.total)
    var range = offset..<form.total
    var message = form.message(status: .ok, offset: offset, length: range.count)
    if let patch, patch.range.count < range.count, get.shown != .none, form.codec == .identity {
      range = patch.range
      message = form.message(
        status: .patch, offset: range.lowerBound, length: range.count, digest: patch.sent)
    }
    send(.form(message), request: token.number, into: &actions)
    continueSending(
      OutgoingTransfer(offset: range.lowerBound, end: range.upperBound, credit: credit), token,
      at: now, into: &actions)
    return actions
  }

  /// The form is being made; the device asks again.
  public mutating func formPending(
    _ token: RequestToken, retryAfterSeconds: UInt32, at now: Duration
  ) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard case .finding = work(of: token) else { return actions }
    send(
      .form(.pending(retryAfterSeconds: retryAfterSeconds)), request: token.number,
      into: &actions)
    finish(at: now, into: &actions)
    return actions
  }

  /// Another server has the form and transmits it. Only for a device that takes it, see
  /// ``takesReferrals``.
  public mutating func formElsewhere(
    _ token: RequestToken, _ refer: ReferMessage, at now: Duration
  ) -> [ServerAction] {
    precondition(takesReferrals, "REFER to a peer that does not take it")
    var actions: [ServerAction] = []
    guard case .finding = work(of: token) else { return actions }
    send(.refer(refer), request: token.number, into: &actions)
    finish(at: now, into: &actions)
    return actions
  }

  /// Exactly the bytes that ``ServerAction/produce(_:offset:byteCount:)`` asked for.
  public mutating func produced(
    _ token: RequestToken, _ bytes: [UInt8], at now: Duration
  ) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard case .sending(var transfer) = work(of: token) else { return actions }
    actions.append(
      .send(transfer.frames(bytes, writer: &writer, request: token.number)))
    if transfer.isComplete {
      actions.append(.formSent(token))
      finish(at: now, into: &actions)
    } else {
      continueSending(transfer, token, at: now, into: &actions)
    }
    return actions
  }

  /// A page for ``ServerAction/list(_:_:limit:)``.
  /// - Parameter isComplete: nothing follows the last entry.
  public mutating func listed(
    _ token: RequestToken, entries: [ListingMessage.Entry], isComplete: Bool, at now: Duration
  ) -> [ServerAction] {
    precondition(isComplete || !entries.isEmpty, "an empty page that is not the last")
    var actions: [ServerAction] = []
    guard case .listing = work(of: token) else { return actions }
    var byteCount = 0
    let payloadByteLimit = writer.payloadByteLimit
    let fitting = entries.prefix {
      byteCount += $0.encodedByteCount
      return byteCount <= payloadByteLimit
    }
    let isLast = isComplete && fitting.count == entries.count
    send(
      .listing(ListingMessage(entries: Array(fitting))), flags: isLast ? .last : [],
      request: token.number, into: &actions)
    finish(at: now, into: &actions)
    return actions
  }

  /// The name of ``ServerAction/remove(_:_:)`` is gone.
  public mutating func removed(_ token: RequestToken, at now: Duration) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard case .removing = work(of: token) else { return actions }
    send(.ok, request: token.number, into: &actions)
    finish(at: now, into: &actions)
    return actions
  }

  /// A request failed, at any time before its end.
  /// - Parameter code: of request scope.
  public mutating func failed(
    _ token: RequestToken, _ code: ErrorCode, retryAfterSeconds: UInt16 = 0, detail: String = "",
    at now: Duration
  ) -> [ServerAction] {
    precondition(code.scope == .request, "\(code.word) closes")
    var actions: [ServerAction] = []
    guard let work = work(of: token) else { return actions }
    if case .receiving = work { discardedUpload = token.number }
    send(
      .error(ErrorMessage(code: code, retryAfterSeconds: retryAfterSeconds, detail: detail)),
      request: token.number, into: &actions)
    finish(at: now, into: &actions)
    return actions
  }
}

extension ServerSession {
  /// What is done for `token`; `nil` when it is not in flight any more.
  func work(of token: RequestToken) -> Work? { active?.token == token ? active?.work : nil }

  /// A request arrived, and no other is in flight.
  mutating func begin(
    _ request: Request, _ frame: Frame, at now: Duration, into actions: inout [ServerAction]
  ) {
    lastSerial += 1
    let token = RequestToken(serial: lastSerial, number: frame.request)
    if phase == .open {
      start(request, token, at: now, into: &actions)
    } else {
      held = (token, request)
    }
  }

  mutating func start(
    _ request: Request, _ token: RequestToken, at now: Duration,
    into actions: inout [ServerAction]
  ) {
    discardedUpload = nil
    switch request {
    case .get(let get, let credit):
      active = Active(token: token, work: .finding(get, credit: credit))
      guard !alternatives.isEmpty else {
        actions += failed(token, .noCapabilities, at: now)
        return
      }
      actions.append(.find(token, get, alternatives: alternatives))
    case .put(let put):
      active = Active(token: token, work: .preparingUpload(put))
      startUpload(put, token, at: now, into: &actions)
    case .list(let list):
      active = Active(token: token, work: .listing)
      let limit = writer.payloadByteLimit / ListingMessage.Entry.minByteCount
      actions.append(.list(token, list, limit: limit))
    case .remove(let name):
      active = Active(token: token, work: .removing)
      actions.append(.remove(token, name))
    case .watch(let watch):
      let list = WatchList(watch.names)
      active = Active(token: token, work: .startingWatch(list))
      actions.append(.watch(token, list.names))
    }
  }

  /// The request in flight was answered.
  mutating func finish(at now: Duration, into actions: inout [ServerAction]) {
    active = nil
    deadlines.credit = nil
    deadlines.upload = nil
    deadlines.lastSign = now
    goAway(into: &actions)
    sendNews(into: &actions)
  }

  mutating func receive(
    _ credit: CreditMessage, request: UInt16, at now: Duration,
    into actions: inout [ServerAction]
  ) {
    if case (let token, .get(let get, let sum))? = held, token.number == request {
      guard let sum = checkedSum(sum, credit.byteCount, into: &actions) else { return }
      held = (token, .get(get, credit: sum))
      return
    }
    guard let active, active.token.number == request else { return }
    switch active.work {
    case .finding(let get, let sum):
      guard let sum = checkedSum(sum, credit.byteCount, into: &actions) else { return }
      self.active?.work = .finding(get, credit: sum)
    case .sending(var transfer):
      guard transfer.grant(credit.byteCount) else {
        return end(
          .creditOverflow(
            byteCount: transfer.credit + Int(credit.byteCount),
            limit: WireConstants.creditLimit), into: &actions)
      }
      continueSending(transfer, active.token, at: now, into: &actions)
    case .preparingUpload, .receiving, .storing, .listing, .removing, .startingWatch:
      break
    }
  }

  mutating func cancel(
    request: UInt16, at now: Duration, into actions: inout [ServerAction]
  ) {
    if let held, held.token.number == request {
      self.held = nil
      send(.error(ErrorMessage(code: .cancelled)), request: request, into: &actions)
      return
    }
    guard let active, active.token.number == request else { return }
    switch active.work {
    case .finding, .sending, .preparingUpload, .receiving, .listing:
      actions.append(.abandon(active.token))
      actions += failed(active.token, .cancelled, at: now)
      discardedUpload = nil
    case .storing, .removing, .startingWatch:
      break
    }
  }

  /// Keeps the transfer, asks for what its credit allows and watches the credit's deadline.
  private mutating func continueSending(
    _ transfer: OutgoingTransfer, _ token: RequestToken, at now: Duration,
    into actions: inout [ServerAction]
  ) {
    var transfer = transfer
    if let range = transfer.nextRange(payloadByteLimit: writer.payloadByteLimit) {
      actions.append(.produce(token, offset: range.lowerBound, byteCount: range.count))
    }
    deadlines.credit =
      transfer.isBlocked ? deadlines.credit ?? now + settings.creditDeadline : nil
    active = Active(token: token, work: .sending(transfer))
  }

  private mutating func checkedSum(
    _ credit: Int, _ more: UInt32, into actions: inout [ServerAction]
  ) -> Int? {
    let sum = credit + Int(more)
    guard sum <= WireConstants.creditLimit else {
      end(.creditOverflow(byteCount: sum, limit: WireConstants.creditLimit), into: &actions)
      return nil
    }
    return sum
  }
}
