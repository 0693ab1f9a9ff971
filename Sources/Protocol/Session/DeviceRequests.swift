public import Capabilities

// What a device asks for (spec/PROTOCOL.md, "Requests"). One request at a time: every function here
// but `cancel` needs ``DeviceSession/isIdle``.

extension DeviceSession {
  /// GET. `get.credit` is the window as well: never more bytes are on their way or unconsumed.
  /// - Parameter get: its credit 64…2³¹−1.
  public mutating func get(_ get: GetMessage, at now: Duration) -> [DeviceAction] {
    precondition(get.credit >= ReceiveWindow.minByteCount)
    precondition(get.credit <= WireConstants.creditLimit)
    return begin(.get(get), .getting(get, window: Int(get.credit)), at: now)
  }

  /// PUT: the picture's bytes are asked for with ``DeviceAction/upload(offset:byteCount:)``.
  public mutating func put(_ put: PutMessage, at now: Duration) -> [DeviceAction] {
    begin(.put(put), .putting(put), at: now)
  }

  /// LIST: one page.
  public mutating func list(_ list: ListMessage, at now: Duration) -> [DeviceAction] {
    begin(.list(list), .listing(list), at: now)
  }

  /// REMOVE.
  public mutating func remove(_ name: ImageName, at now: Duration) -> [DeviceAction] {
    begin(.remove(RemoveMessage(name: name)), .removing, at: now)
  }

  /// WATCH: instead of what was watched before. No names end the watching.
  public mutating func watch(_ watch: WatchMessage, at now: Duration) -> [DeviceAction] {
    begin(.watch(watch), .startingWatch(Set(watch.names)), at: now)
  }

  /// CANCEL: the request ends with ``DeviceAction/failed(_:)``, or with its answer when that was on
  /// its way; no data comes before that.
  public mutating func cancel(at now: Duration) -> [DeviceAction] {
    var actions: [DeviceAction] = []
    guard let work else { return actions }
    guard heldRequest == nil else {
      heldRequest = nil
      finish(.failed(ErrorMessage(code: .cancelled)), at: now, into: &actions)
      return actions
    }
    switch work {
    case .getting: self.work = .cancelled(.get(dataFollows: false))
    case .receiving: self.work = .cancelled(.get(dataFollows: true))
    case .putting, .uploading, .storing: self.work = .cancelled(.put)
    case .listing: self.work = .cancelled(.list)
    case .removing: self.work = .cancelled(.remove)
    case .startingWatch(let names): self.work = .cancelled(.watch(names))
    case .cancelled: return actions
    }
    deadlines.answer = now
    send(.cancel, request: requestNumber, at: now, into: &actions)
    return actions
  }

  /// Bytes of ``DeviceAction/data(offset:_:)`` are out of memory: the server may send as many again.
  /// - Parameter byteCount: at most what the request in flight brought and is not consumed yet;
  ///   bytes of an earlier request are not reported any more.
  public mutating func consumed(byteCount: Int, at now: Duration) -> [DeviceAction] {
    var actions: [DeviceAction] = []
    guard case .receiving(let form, let offset, var window) = work else { return actions }
    window.consume(byteCount)
    let credit = window.grant()
    work = .receiving(form, offset: offset, window)
    if credit > 0 {
      deadlines.answer = now
      send(
        .credit(CreditMessage(byteCount: credit)), request: requestNumber, at: now,
        into: &actions)
    }
    return actions
  }

  /// Exactly the bytes that ``DeviceAction/upload(offset:byteCount:)`` asked for.
  public mutating func uploadBytes(_ bytes: [UInt8], at now: Duration) -> [DeviceAction] {
    var actions: [DeviceAction] = []
    guard case .uploading(let put, var transfer) = work else { return actions }
    actions.append(
      .send(transfer.frames(bytes, writer: &writer, request: requestNumber)))
    deadlines.lastSent = now
    deadlines.answer = now
    continueUpload(put, transfer, into: &actions)
    return actions
  }

  /// ORIGIN: the requests that follow are for this device. Only a front says so, to a back, once
  /// ``isOpen``.
  /// - Parameter capabilities: what the device can show; their keys are those of `origin`.
  public mutating func originate(
    _ origin: OriginMessage, capabilities: [Capability], at now: Duration
  ) -> [DeviceAction] {
    precondition(work == nil, "a request is in flight")
    precondition(capabilities.map(\.formKey) == origin.formKeys, "of another device")
    var actions: [DeviceAction] = []
    guard phase == .open else { return actions }
    self.capabilities = capabilities
    send(.origin(origin), request: 0, at: now, into: &actions)
    return actions
  }

  /// CAPABILITIES of ``originate(_:capabilities:at:)``, for a back that answered NO_CAPABILITIES:
  /// ``DeviceAction/accepted`` or ``DeviceAction/capabilitiesRefused(_:)`` follows.
  public mutating func describe(at now: Duration) -> [DeviceAction] {
    precondition(work == nil && !capabilities.isEmpty, "there is nothing to describe")
    var actions: [DeviceAction] = []
    guard phase == .open else { return actions }
    sendCapabilities(at: now, into: &actions)
    return actions
  }

  private mutating func begin(
    _ message: Message, _ work: Work, at now: Duration
  ) -> [DeviceAction] {
    precondition(phase != .unconnected, "not connected")
    precondition(self.work == nil, "a request is in flight")
    var actions: [DeviceAction] = []
    guard phase != .closed else { return actions }
    requestNumber = requestNumber == .max ? 1 : requestNumber + 1
    self.work = work
    deadlines.answer = now
    if proofSeed != nil, phase == .awaitingWelcome || phase == .awaitingProven {
      heldRequest = message
    } else {
      send(message, request: requestNumber, at: now, into: &actions)
    }
    return actions
  }
}

extension DeviceSession {
  /// The request in flight ended.
  mutating func finish(
    _ action: DeviceAction, at now: Duration, into actions: inout [DeviceAction]
  ) {
    work = nil
    actions.append(action)
  }

  /// Asks for the bytes that the server's credit allows.
  mutating func continueUpload(
    _ put: PutMessage, _ transfer: OutgoingTransfer, into actions: inout [DeviceAction]
  ) {
    var transfer = transfer
    if transfer.isComplete {
      work = .storing(put)
      return
    }
    if let range = transfer.nextRange(payloadByteLimit: writer.payloadByteLimit) {
      actions.append(.upload(offset: range.lowerBound, byteCount: range.count))
    }
    work = .uploading(put, transfer)
  }
}
