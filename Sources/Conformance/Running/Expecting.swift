internal import WireProtocol

extension Interpreter {
  /// Waits for the message, and compares it.
  mutating func expect(_ expectation: Expectation) async throws {
    let what = expectation.message.word
    let frame = try await nextFrame(
      what, within: duration(expectation.milliseconds), ignoring: expectation.ignored,
      answersPing: expectation.message != .ping)
    guard frame.type == expectation.message.rawValue else {
      throw CaseFailure(expected: what, came: frame.summary)
    }
    set("last-received", .bytes(frame.bytes))
    try check(frame, expectation)
  }

  /// ERROR of this code: its flags as section 7 has them, the request's number or 0, and the end of
  /// the connection where the code says so.
  mutating func expectError(
    _ code: Expression, _ request: Expression?, _ milliseconds: Int?
  ) async throws {
    let number = try number(code)
    guard let error = ErrorCode(rawValue: UInt8(truncatingIfNeeded: number)) else {
      throw SequenceError("\(number) is no error")
    }
    let what = "ERROR \(error.word)"
    let frame = try await nextFrame(what, within: duration(milliseconds))
    guard frame.type == MessageType.error.rawValue else {
      throw CaseFailure(expected: what, came: frame.summary)
    }
    let isClosing = error.scope == .connection
    var expectation = Expectation(message: .error)
    expectation.request = isClosing ? .number(0) : request ?? .number(0)
    expectation.fields = [
      ("code", .equals(.number(number))),
      ("flags", .bits(mask: 3, value: (error.isRetryable ? 1 : 0) | (isClosing ? 2 : 0))),
      ("detail", .byteCount(atLeast: 0, atMost: WireConstants.detailByteLimit)),
    ]
    do { try check(frame, expectation) } catch let failure as CaseFailure {
      throw CaseFailure(expected: "\(what): \(failure.expected)", came: failure.came)
    }
    if isClosing { try await expectClosed(within: duration(nil)) }
  }

  /// Nothing comes for `limit`.
  mutating func expectNothing(_ limit: Duration) async throws {
    switch try await connection().receive(within: limit) {
    case .nothing: return
    case .frame(let frame): throw CaseFailure(expected: "nothing", came: frame.summary)
    case .closed: throw CaseFailure(expected: "nothing", came: "the end of the connection")
    }
  }

  /// The peer closes and says nothing before.
  func expectClosed(within limit: Duration) async throws {
    switch try await connection().receive(within: limit) {
    case .closed: return
    case .frame(let frame):
      throw CaseFailure(expected: "the end of the connection", came: frame.summary)
    case .nothing:
      throw CaseFailure(expected: "the end of the connection", came: "nothing for \(limit)")
    }
  }

  /// A device closes, with ERROR of this code or without a word.
  func expectRefusal(_ code: UInt64) async throws {
    let word = ErrorCode(rawValue: UInt8(truncatingIfNeeded: code))?.word ?? "\(code)"
    let expected = "the end of the connection, with ERROR \(word) or without a word"
    while true {
      switch try await connection().receive(within: duration(nil)) {
      case .closed: return
      case .nothing: throw CaseFailure(expected: expected, came: "nothing for \(duration(nil))")
      case .frame(let frame):
        switch MessageType(rawValue: frame.type) {
        // What it said before it read our fault.
        case .credit, .ping, .pong, .get, .cancel, .capabilities: continue
        case .error:
          guard frame.payload.first == UInt8(truncatingIfNeeded: code), frame.request == 0 else {
            throw CaseFailure(expected: expected, came: frame.summary)
          }
          guard await (try connection()).drain(within: duration(nil)) else {
            throw CaseFailure(expected: expected, came: "no end after \(frame.summary)")
          }
          return
        default: throw CaseFailure(expected: expected, came: frame.summary)
        }
      }
    }
  }

  /// The steps for what comes next.
  func steps(
    for branches: [(outcome: Outcome, steps: [Step])], within limit: Duration
  ) async throws -> [Step] {
    let connection = try connection()
    let outcome: Outcome
    let came: String
    let event = try await connection.receive(within: limit)
    switch event {
    case .closed: (outcome, came) = (.closed, "the end of the connection")
    case .nothing: (outcome, came) = (.nothing, "nothing for \(limit)")
    case .frame(let frame):
      guard let type = MessageType(rawValue: frame.type) else {
        throw CaseFailure(expected: "a known message", came: frame.summary)
      }
      connection.putBack(frame)
      (outcome, came) = (.message(type), frame.summary)
    }
    guard let steps = branches.first(where: { $0.outcome == outcome })?.steps else {
      throw CaseFailure(expected: "one of \(branches.map(\.outcome))", came: came)
    }
    return steps
  }

  /// The next frame that the sequence has to see: PING is answered on the way.
  func nextFrame(
    _ expected: String, within limit: Duration, ignoring ignored: Set<MessageType> = [],
    answersPing: Bool = true
  ) async throws -> WireFrame {
    let end = ContinuousClock.now + limit
    while true {
      switch try await connection().receive(within: max(end - .now, .zero)) {
      case .closed: throw CaseFailure(expected: expected, came: "the end of the connection")
      case .nothing: throw CaseFailure(expected: expected, came: "nothing for \(limit)")
      case .frame(let frame):
        let type = MessageType(rawValue: frame.type)
        if type == .ping, answersPing {
          var pong = OutgoingFrame(type: MessageType.pong.rawValue)
          pong.request = .number(frame.request)
          try await connection().send([pong], variables)
        } else if type.map(ignored.contains) != true {
          return frame
        }
      }
    }
  }

  // MARK: Comparing

  private mutating func check(_ frame: WireFrame, _ expectation: Expectation) throws {
    let layout = MessageLayout(expectation.message)
    let fields: [(name: String, value: Value)]
    do throws(PayloadFault) { fields = try layout.read(frame.payload) } catch {
      throw CaseFailure(
        expected: "the fields of \(expectation.message.word)", came: "\(error): \(frame.summary)")
    }
    func require(_ holds: Bool, _ expected: String) throws(CaseFailure) {
      guard holds else { throw CaseFailure(expected: expected, came: frame.summary) }
    }
    if let request = expectation.request {
      let number = try number(request)
      try require(frame.request == number, "request \(number)")
    }
    let isLast = frame.flags & WireFrame.last != 0
    if let wanted = expectation.isLast {
      try require(isLast == wanted, wanted ? "the flag last" : "no flag last")
    } else if expectation.message != .data, expectation.message != .listing {
      try require(!isLast, "no flag last (2.2)")
    }
    for (name, matcher) in expectation.fields {
      guard let value = fields.first(where: { $0.name == name })?.value else {
        try require(false, "a field \(name)")
        continue
      }
      let result = try matcher.compare(value, variables, layout.notation(of: name))
      try require(result.holds, "\(name) \(result.expected)")
    }
    for (name, variable) in expectation.captures {
      if name == "request" {
        set(variable, .number(frame.request))
      } else if name == "last" {
        set(variable, .number(isLast ? 1 : 0))
      } else if let value = fields.first(where: { $0.name == name })?.value {
        set(variable, value)
      } else {
        try require(false, "a field \(name)")
      }
    }
  }
}

extension Matcher {
  fileprivate func compare(
    _ value: Value, _ variables: [String: Value], _ notation: Expression.Notation
  ) throws(SequenceError) -> (holds: Bool, expected: String) {
    switch self {
    case .equals(let expression):
      let wanted = try expression.value(variables, as: notation)
      return (value == wanted, "\(wanted)")
    case .different(let expression):
      let other = try expression.value(variables, as: notation)
      return (value != other, "other than \(other)")
    case .oneOf(let expressions):
      var choices: [Value] = []
      for expression in expressions {
        choices.append(try expression.value(variables, as: notation))
      }
      return (choices.contains(value), "one of \(choices)")
    case .range(let least, let most):
      guard let number = value.number else { return (false, "a number") }
      let least = try least?.value(variables).number ?? 0
      let most = try most?.value(variables).number ?? .max
      return (least <= number && number <= most, "from \(least) to \(most)")
    case .byteCount(let least, let most):
      let count = value.bytes?.count ?? -1
      return (least <= count && count <= most, "of \(least) to \(most) bytes")
    case .bits(let mask, let bits):
      guard let number = value.number else { return (false, "a number") }
      return (number & mask == bits, "\(bits) in the bits \(mask)")
    }
  }
}
