internal import Profiles

/// The sequences of one side, with the values and procedures that they share.
struct Suite: Sendable {
  /// A list of steps with a name, and what its variables are when the caller does not say.
  struct Procedure: Sendable {
    let defaults: [(name: String, value: Expression)]
    let steps: [Step]
  }

  let side: Side
  private(set) var cases: [ConformanceCase] = []
  private(set) var procedures: [String: Procedure] = [:]
  /// Set before the first step of every case, in this order.
  private(set) var values: [(name: String, value: Expression)] = []

  /// Reads files of sequences.
  /// - Parameter files: name and text of each; the name is for errors.
  init(side: Side, files: [(name: String, json: [UInt8])]) throws(SequenceError) {
    self.side = side
    for file in files { try read(file.json, file.name) }
    let names = cases.map(\.name)
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw SequenceError("two cases are named \(name)")
    }
    for each in cases { try check(each.steps) }
    for procedure in procedures.values { try check(procedure.steps) }
  }

  private mutating func read(_ json: [UInt8], _ file: String) throws(SequenceError) {
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: json) } catch {
      throw SequenceError("\(file):\(error.line):\(error.column): \(error.message)")
    }
    var members = try Members(value, at: file)
    values += try members.pairs("values") { (value) throws(SequenceError) in
      try Expression(value, at: "\(file), values")
    }
    let procedures = try members.pairs("procedures") { (value) throws(SequenceError) in
      var members = try Members(value, at: "\(file), procedures")
      let defaults = try members.pairs("defaults") { (value) throws(SequenceError) in
        try Expression(value, at: "\(file), procedures")
      }
      let steps = try members.list("steps") ?? []
      try members.finish()
      return (defaults, steps)
    }
    for (name, (defaults, steps)) in procedures {
      guard self.procedures[name] == nil else {
        throw SequenceError("\(file): two procedures are named \(name)")
      }
      self.procedures[name] = Procedure(
        defaults: defaults, steps: try Step.list(steps, at: "procedure \(name)"))
    }
    for value in try members.list("cases") ?? [] {
      cases.append(try ConformanceCase(value, at: file))
    }
    try members.finish()
  }

  /// Refuses calls of procedures that are not there.
  private func check(_ steps: [Step]) throws(SequenceError) {
    for step in steps {
      switch step.action {
      case .call(let name, _):
        guard procedures[name] != nil else {
          throw SequenceError("\(step.place): no procedure is named \(name)")
        }
      case .branch(_, let then, let otherwise):
        try check(then)
        try check(otherwise)
      case .either(let branches, _):
        for branch in branches { try check(branch.steps) }
      case .loop(let steps, _, _), .forEach(_, _, let steps): try check(steps)
      default: break
      }
    }
  }
}

extension ConformanceCase {
  fileprivate init(_ value: JSONValue, at file: String) throws(SequenceError) {
    var members = try Members(value, at: file)
    guard let name = try members.text("name") else {
      throw SequenceError("\(file): a case without a name")
    }
    let place = "\(file), \(name)"
    self.name = name
    guard let title = try members.text("title"), let section = try members.text("section") else {
      throw SequenceError("\(place): title and section are needed")
    }
    self.title = title
    self.section = section
    requirements = try members.texts("requirements")
    let level = try members.text("level") ?? Level.must.rawValue
    guard !requirements.isEmpty, let level = Level(rawValue: level) else {
      throw SequenceError("\(place): requirements are needed, and a level of must or should")
    }
    self.level = level
    var needs: Set<Need> = []
    for word in try members.texts("needs") {
      guard let need = Need(rawValue: word) else {
        throw SequenceError("\(place): \(word) is nothing that can be needed")
      }
      needs.insert(need)
    }
    self.needs = needs
    steps = try Step.list(try members.list("steps") ?? [], at: name)
    try members.finish()
  }
}

extension Suite {
  /// Lets a client under test be another device than the suite's.
  /// - Parameters:
  ///   - descriptor: its canonical descriptor.
  ///   - form: a form for that, as it is sent with the codec identity.
  mutating func setDevice(descriptor: [UInt8], form: [UInt8]) throws {
    // The size is the first field of every descriptor (DESCRIPTOR.md).
    guard descriptor.count >= 7, form.count >= 1_024 else {
      throw SequenceError("a descriptor has a size, and the form at least 1024 bytes")
    }
    let width = UInt64(descriptor[3]) << 8 | UInt64(descriptor[4])
    let height = UInt64(descriptor[5]) << 8 | UInt64(descriptor[6])
    let own: [(name: String, value: Value)] = [
      ("descriptor", .bytes(descriptor)), ("form", .bytes(form)), ("width", .number(width)),
      ("height", .number(height)),
    ]
    for (name, value) in own {
      guard let index = values.firstIndex(where: { $0.name == name }) else { continue }
      values[index].value = Expression(value)
    }
  }
}
