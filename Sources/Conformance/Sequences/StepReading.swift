internal import Profiles
internal import WireProtocol

extension Step {
  /// Reads a list of steps.
  /// - Parameter place: what they belong to, for errors and failures.
  static func list(_ values: [JSONValue], at place: String) throws(SequenceError) -> [Step] {
    var steps: [Step] = []
    for (index, value) in values.enumerated() {
      steps.append(try Step(value, at: "\(place), step \(index + 1)"))
    }
    return steps
  }

  private init(_ value: JSONValue, at place: String) throws(SequenceError) {
    var members = try Members(value, at: place)
    let verbs = members.names.filter { Self.verbs[$0] != nil }
    guard verbs.count == 1, let verb = verbs.first, let read = Self.verbs[verb] else {
      throw SequenceError("\(place): one of \(Self.verbs.keys.sorted()) should be here, once")
    }
    connection = try members.text("on")
    let word = members.word(verb)
    self.place = word.isEmpty ? "\(place) (\(verb))" : "\(place) (\(verb) \(word))"
    action = try read(&members)
    try members.finish()
  }

  private typealias Reading = @Sendable (inout Members) throws(SequenceError) -> Action

  /// How each step is read, by the member that names it.
  private static let verbs: [String: Reading] = [
    "connect": { (m) throws(SequenceError) in
      try m.mark("connect")
      return .connect
    },
    "accept": { (m) throws(SequenceError) in
      try m.mark("accept")
      return .accept(milliseconds: try m.count("within"))
    },
    "close": { (m) throws(SequenceError) in
      try m.mark("close")
      return .close
    },
    "send": { (m) throws(SequenceError) in .send([try m.frame()]) },
    "send-together": { (m) throws(SequenceError) in
      var frames: [OutgoingFrame] = []
      for value in try m.list("send-together") ?? [] {
        var each = try Members(value, at: m.place)
        frames.append(try each.frame())
        try each.finish()
      }
      return .send(frames)
    },
    "raw": { (m) throws(SequenceError) in .raw(try m.requiredExpression("raw")) },
    "expect": { (m) throws(SequenceError) in .expect(try m.expectation()) },
    "error": { (m) throws(SequenceError) in
      .error(
        code: try m.requiredExpression("error"), request: try m.expression("request"),
        milliseconds: try m.count("within"))
    },
    "refused": { (m) throws(SequenceError) in .refused(try m.requiredExpression("refused")) },
    "closed": { (m) throws(SequenceError) in
      try m.mark("closed")
      return .closed(milliseconds: try m.count("within"))
    },
    "nothing": { (m) throws(SequenceError) in .nothing(milliseconds: try m.count("nothing") ?? 0) },
    "either": { (m) throws(SequenceError) in
      .either(try m.outcomes(), milliseconds: try m.count("within"))
    },
    "skip": { (m) throws(SequenceError) in .skip(try m.text("skip") ?? "") },
    "wait": { (m) throws(SequenceError) in .wait(milliseconds: try m.count("wait") ?? 0) },
    "set": { (m) throws(SequenceError) in .set(try m.values("set")) },
    "check": { (m) throws(SequenceError) in .check(try m.conditions("check")) },
    "if": { (m) throws(SequenceError) in
      .branch(try m.conditions("if"), then: try m.steps("then"), otherwise: try m.steps("else"))
    },
    "repeat": { (m) throws(SequenceError) in
      .loop(
        try m.steps("repeat"), while: try m.conditions("while"), times: try m.count("times") ?? 1)
    },
    "for": { (m) throws(SequenceError) in try m.forEach() },
    "call": { (m) throws(SequenceError) in
      .call(try m.text("call") ?? "", try m.values("with"))
    },
    "send-data": { (m) throws(SequenceError) in
      .sendData(
        DataSending(
          request: try m.requiredExpression("request"),
          bytes: try m.requiredExpression("send-data"),
          credit: try m.requiredExpression("credit"), frameByteCount: try m.count("frame") ?? 232,
          ends: try m.flag("ends") ?? true))
    },
    "receive-data": { (m) throws(SequenceError) in
      .receiveData(
        DataReceiving(
          request: try m.requiredExpression("request"),
          length: try m.requiredExpression("receive-data"),
          credit: try m.requiredExpression("credit"),
          grant: try m.expression("grant") ?? .number(0), until: try m.expression("until"),
          variable: try m.text("into") ?? "received"))
    },
    "crc": { (m) throws(SequenceError) in .crc(try m.requiredExpression("crc")) },
    "proof": { (m) throws(SequenceError) in
      var parts = try Members(try m.required("proof"), at: m.place)
      let action = Action.proof(
        id: try parts.requiredExpression("id"), nonce: try parts.requiredExpression("nonce"),
        secret: try parts.requiredExpression("secret"))
      try parts.finish()
      return action
    },
    "keys": { (m) throws(SequenceError) in .keys(try m.requiredExpression("keys")) },
    "secure": { (m) throws(SequenceError) in
      try m.mark("secure")
      return .secure
    },
    "exit": { (m) throws(SequenceError) in
      let result = try m.text("exit")
      guard result == "success" || result == "failure" else {
        throw SequenceError("\(m.place): exit is success or failure")
      }
      return .exit(succeeds: result == "success", milliseconds: try m.count("within"))
    },
    "output": { (m) throws(SequenceError) in .output(try m.requiredExpression("output")) },
  ]
}

extension Members {
  /// What the member that names the step says, when it is one word.
  fileprivate func word(_ name: String) -> String {
    var copy = self
    if case .string(let text) = copy.take(name) { return text }
    return ""
  }

  /// A step that needs no value has `true`.
  fileprivate mutating func mark(_ name: String) throws(SequenceError) {
    guard try flag(name) == true else { throw SequenceError("\(place): \(name) should be true") }
  }

  fileprivate mutating func values(
    _ name: String
  ) throws(SequenceError) -> [(name: String, value: Expression)] {
    let place = place
    return try pairs(name) { (value) throws(SequenceError) in try Expression(value, at: place) }
  }

  fileprivate mutating func steps(_ name: String) throws(SequenceError) -> [Step] {
    try Step.list(try list(name) ?? [], at: place)
  }

  fileprivate mutating func forEach() throws(SequenceError) -> Step.Action {
    var names: [String] = []
    if case .string(let name) = try required("for") {
      names = [name]
    } else {
      throw SequenceError("\(place): for names variables, with a blank between them")
    }
    names = names[0].split(separator: " ").map(String.init)
    var rows: [[Expression]] = []
    for value in try list("in") ?? [] {
      var row: [Expression] = []
      if names.count == 1 {
        row = [try Expression(value, at: place)]
      } else if case .array(let values) = value {
        for value in values { row.append(try Expression(value, at: place)) }
      }
      guard row.count == names.count else {
        throw SequenceError("\(place): a row of in needs \(names.count) values")
      }
      rows.append(row)
    }
    return .forEach(names: names, rows: rows, try steps("do"))
  }

  fileprivate mutating func conditions(_ name: String) throws(SequenceError) -> [Condition] {
    guard let value = take(name) else { return [] }
    var members = try Members(value, at: place)
    var conditions: [Condition] = []
    for kind in members.names {
      guard let operands = try members.list(kind), operands.count == 2 else {
        throw SequenceError("\(place): \(kind) compares two values")
      }
      let left = try Expression(operands[0], at: place)
      let right = try Expression(operands[1], at: place)
      switch kind {
      case "equal": conditions.append(.equal(left, right))
      case "different": conditions.append(.different(left, right))
      case "less": conditions.append(.less(left, right))
      case "at-most": conditions.append(.atMost(left, right))
      case "bit": conditions.append(.bit(left, right))
      case "clear": conditions.append(.clear(left, right))
      default: throw SequenceError("\(place): no comparison is named \(kind)")
      }
    }
    return conditions
  }

  // MARK: Frames

  fileprivate mutating func frame() throws(SequenceError) -> OutgoingFrame {
    let word = try text("send") ?? ""
    var frame = OutgoingFrame(type: try type(word))
    let place = place
    frame.fields = try pairs("fields") { (value) throws(SequenceError) in
      try FieldInput(value, at: place)
    }.map { ($0.name, $0.value) }
    if let layout = MessageType(rawValue: frame.type).map(MessageLayout.init) {
      for (name, _) in frame.fields where !layout.accepts(name) {
        throw SequenceError("\(place): \(word) has no field \(name)")
      }
    }
    frame.request = try expression("request")
    frame.payload = try expression("payload")
    frame.append = try expression("append")
    frame.drop = try count("drop") ?? 0
    frame.flags = try expression("flags")
    frame.length = try expression("length")
    frame.check = try expression("header-check")
    frame.flip = try expression("flip")
    frame.hasCRC = try flag("crc32")
    frame.hasMAC = try flag("mac")
    for value in try list("split") ?? [] {
      guard case .number(let number) = value, let offset = Int(exactly: number) else {
        throw SequenceError("\(place): split lists offsets")
      }
      frame.split.append(offset)
    }
    frame.only = try count("only")
    return frame
  }

  private func type(_ word: String) throws(SequenceError) -> UInt8 {
    if let type = MessageType.allCases.first(where: { $0.word == word }) { return type.rawValue }
    guard word.hasPrefix("0x"), let type = UInt8(word.dropFirst(2), radix: 16) else {
      throw SequenceError("\(place): \(word) is neither a message nor a type")
    }
    return type
  }

  fileprivate mutating func outcomes() throws(SequenceError) -> [(Outcome, [Step])] {
    let place = place
    let branches = try pairs("either") { (value) throws(SequenceError) in
      guard case .array(let steps) = value else {
        throw SequenceError("\(place): either leads to lists of steps")
      }
      return try Step.list(steps, at: place)
    }
    var outcomes: [(Outcome, [Step])] = []
    for (word, steps) in branches {
      switch word {
      case "closed": outcomes.append((.closed, steps))
      case "nothing": outcomes.append((.nothing, steps))
      default: outcomes.append((.message(try message(word)), steps))
      }
    }
    return outcomes
  }

  private func message(_ word: String) throws(SequenceError) -> MessageType {
    guard let type = MessageType.allCases.first(where: { $0.word == word }) else {
      throw SequenceError("\(place): \(word) is no message")
    }
    return type
  }

  fileprivate mutating func expectation() throws(SequenceError) -> Expectation {
    var expectation = Expectation(message: try message(try text("expect") ?? ""))
    let place = place
    expectation.request = try expression("request")
    expectation.isLast = try flag("last")
    expectation.fields = try pairs("fields") { (value) throws(SequenceError) in
      try Matcher(value, at: place)
    }.map { ($0.name, $0.value) }
    for (name, value) in try pairs("capture", { (value: JSONValue) in value }) {
      guard case .string(let variable) = value else {
        throw SequenceError("\(place): capture names variables")
      }
      expectation.captures.append((name, variable))
    }
    expectation.milliseconds = try count("within")
    for word in try texts("ignoring") { expectation.ignored.insert(try message(word)) }
    return expectation
  }
}

extension FieldInput {
  fileprivate init(_ value: JSONValue, at place: String) throws(SequenceError) {
    guard case .array(let values) = value else {
      self = .expression(try Expression(value, at: place))
      return
    }
    var inputs: [FieldInput] = []
    for value in values { inputs.append(try FieldInput(value, at: place)) }
    self = .list(inputs)
  }
}

extension Matcher {
  private static let words: Set<String> = [
    "different", "one-of", "at-least", "at-most", "bytes", "bits",
  ]

  fileprivate init(_ value: JSONValue, at place: String) throws(SequenceError) {
    guard case .object(let members) = value,
      members.contains(where: { Self.words.contains($0.key) })
    else {
      self = .equals(try Expression(value, at: place))
      return
    }
    var reader = try Members(value, at: place)
    if let other = try reader.expression("different") {
      self = .different(other)
    } else if let choices = try reader.list("one-of") {
      var expressions: [Expression] = []
      for choice in choices { expressions.append(try Expression(choice, at: place)) }
      self = .oneOf(expressions)
    } else if let bounds = try reader.list("bytes") {
      guard bounds.count == 2, case .number(let least) = bounds[0],
        case .number(let most) = bounds[1]
      else { throw SequenceError("\(place): bytes has a least and a most count") }
      self = .byteCount(atLeast: Int(least), atMost: Int(most))
    } else if let bits = try reader.list("bits") {
      guard bits.count == 2, case .number(let mask) = bits[0], case .number(let value) = bits[1]
      else { throw SequenceError("\(place): bits has a mask and a value") }
      self = .bits(mask: UInt64(mask), value: UInt64(value))
    } else {
      self = .range(
        atLeast: try reader.expression("at-least"), atMost: try reader.expression("at-most"))
    }
    try reader.finish()
  }
}
