internal import Capabilities
internal import Transport
internal import WireProtocol

/// Runs the steps of one case.
struct Interpreter {
  /// Where connections come from.
  enum Peer {
    /// A server under test.
    case server(ServerAddress)
    /// A client under test that connects to the listener, and its process when there is one.
    case client(Listener, ClientProcess?)
  }

  /// Calls may not go round in a circle.
  private static let depthLimit = 32

  private let suite: Suite
  private let peer: Peer
  /// How long an answer may take.
  private let patience: Duration
  private(set) var variables: [String: Value] = [:]
  private var connections: [String: Connection] = [:]
  private var current = "main"
  private var depth = 0

  init(_ suite: Suite, _ peer: Peer, patience: Duration) {
    self.suite = suite
    self.peer = peer
    self.patience = patience
  }

  private var side: Side {
    if case .server = peer { .server } else { .client }
  }

  /// Sets what a case finds; called before the first step.
  mutating func set(_ values: [(name: String, value: Expression)]) throws(SequenceError) {
    for (name, value) in values { variables[name] = try value.value(variables) }
  }

  mutating func set(_ name: String, _ value: Value) { variables[name] = value }

  /// Closes whatever the steps left open.
  func close() async {
    for connection in connections.values { await connection.close() }
  }

  // MARK: Steps

  /// - Throws: ``CaseFailure``, ``SequenceError``.
  mutating func run(_ steps: [Step]) async throws {
    for step in steps {
      let before = current
      if let connection = step.connection { current = connection }
      do { try await run(step.action) } catch var failure as CaseFailure {
        failure.places.insert(step.place, at: 0)
        throw failure
      } catch let error as SequenceError {
        throw SequenceError("\(step.place): \(error)")
      }
      current = before
    }
  }

  private mutating func run(_ action: Step.Action) async throws {
    switch action {
    case .connect, .accept, .close, .closed, .refused: try await runLifeCycle(action)
    case .send(let frames):
      variables["last-sent"] = .bytes(try await connection().send(frames, variables))
    case .raw(let bytes): try await connection().send(self.bytes(bytes))
    case .expect(let expectation): try await expect(expectation)
    case .error(let code, let request, let limit): try await expectError(code, request, limit)
    case .nothing(let limit): try await expectNothing(.milliseconds(limit))
    case .wait(let limit): try await Task.sleep(for: .milliseconds(limit))
    case .set(let values): try set(values)
    case .check(let conditions): try check(conditions)
    case .skip(let reason): throw CaseSkip(reason: reason)
    case .branch, .loop, .forEach, .call, .either: try await runControl(action)
    case .sendData(let sending): try await send(sending)
    case .receiveData(let receiving): try await receive(receiving)
    case .crc(let isOn): try connection().usesCRC = number(isOn) != 0
    case .proof, .keys, .secure: try runKeys(action)
    case .exit(let succeeds, let limit): try await expectExit(succeeds, limit)
    case .output(let bytes): try checkOutput(self.bytes(bytes))
    }
  }

  private mutating func runLifeCycle(_ action: Step.Action) async throws {
    switch action {
    case .connect:
      guard case .server(let address) = peer else {
        throw SequenceError("a server does not connect")
      }
      let link: Link
      do { link = try await Link.connect(to: address, within: patience) } catch {
        throw CaseFailure(expected: "a connection to \(address)", came: "\(error)")
      }
      await connections[current]?.close()
      connections[current] = Connection(link, judging: .server)
    case .accept(let limit):
      guard case .client(let listener, _) = peer else {
        throw SequenceError("a device does not accept")
      }
      guard let link = await listener.accept(within: duration(limit)) else {
        throw CaseFailure(expected: "a connection from the client", came: "none")
      }
      await connections[current]?.close()
      let connection = Connection(link, judging: .client)
      connections[current] = connection
      if let here = connection.localAddress {
        variables["here-host"] = .bytes(here.host)
        variables["here-port"] = .number(UInt64(here.port))
      }
    case .close: try await connection().close()
    case .closed(let limit): try await expectClosed(within: duration(limit))
    case .refused(let code): try await expectRefusal(try number(code))
    default: preconditionFailure("not of the life cycle")
    }
  }

  private mutating func runControl(_ action: Step.Action) async throws {
    guard depth < Self.depthLimit else { throw SequenceError("steps nest too deep") }
    depth += 1
    defer { depth -= 1 }
    switch action {
    case .branch(let conditions, let then, let otherwise):
      try await run(holds(conditions) ? then : otherwise)
    case .loop(let steps, let conditions, let times):
      var count = 0
      repeat {
        guard count < times else {
          throw CaseFailure(expected: "an end of it after \(times) times", came: "none")
        }
        try await run(steps)
        count += 1
      } while try holds(conditions)
    case .forEach(let names, let rows, let steps):
      for row in rows {
        for (name, value) in zip(names, row) { variables[name] = try value.value(variables) }
        do { try await run(steps) } catch var failure as CaseFailure {
          let values = names.map { "\($0) = \(variables[$0].map(\.description) ?? "")" }
          failure.places.insert("with " + values.joined(separator: ", "), at: 0)
          throw failure
        }
      }
    case .either(let branches, let limit):
      try await run(try await steps(for: branches, within: duration(limit)))
    case .call(let name, let arguments):
      guard let procedure = suite.procedures[name] else {
        throw SequenceError("no procedure is named \(name)")
      }
      var given: [(name: String, value: Value)] = []
      for (name, value) in arguments { given.append((name, try value.value(variables))) }
      try set(procedure.defaults)
      for (name, value) in given { variables[name] = value }
      try await run(procedure.steps)
    default: preconditionFailure("no control step")
    }
  }

  private mutating func runKeys(_ action: Step.Action) throws {
    switch action {
    case .proof(let id, let nonce, let secret):
      let proof = try connection().deviceProof(
        id: bytes(id), nonce: bytes(nonce), secret: bytes(secret))
      variables["device-proof"] = .bytes(proof)
    case .keys(let secret):
      let proofs = try connection().deriveKeys(secret: bytes(secret))
      variables["device-proof"] = .bytes(proofs.device)
      variables["server-proof"] = .bytes(proofs.server)
      variables["referral-secret"] = .bytes(proofs.referral)
    default: try connection().secure()
    }
  }

  // MARK: Values

  func connection() throws(SequenceError) -> Connection {
    guard let connection = connections[current] else {
      throw SequenceError("no connection \(current) is open")
    }
    return connection
  }

  func bytes(_ expression: Expression) throws(SequenceError) -> [UInt8] {
    guard let bytes = try expression.value(variables).bytes else {
      throw SequenceError("a number stands where bytes should be")
    }
    return bytes
  }

  func number(_ expression: Expression) throws(SequenceError) -> UInt64 {
    guard let number = try expression.value(variables).number else {
      throw SequenceError("bytes stand where a number should be")
    }
    return number
  }

  func duration(_ milliseconds: Int?) -> Duration {
    milliseconds.map { .milliseconds($0) } ?? patience
  }

  private func holds(_ conditions: [Condition]) throws(SequenceError) -> Bool {
    for condition in conditions where try !condition.compare(variables).holds { return false }
    return true
  }

  private func check(_ conditions: [Condition]) throws {
    for condition in conditions {
      let result = try condition.compare(variables)
      guard result.holds else {
        throw CaseFailure(expected: result.expected, came: result.came)
      }
    }
  }

  /// The server goes away, and the command ends.
  private func expectExit(_ succeeds: Bool, _ limit: Int?) async throws {
    guard case .client(let listener, let process?) = peer else { return }
    if !succeeds {
      await listener.close()
      await close()
    }
    let status = await process.status(within: duration(limit))
    guard let status, (status == 0) == succeeds else {
      throw CaseFailure(
        expected: succeeds ? "the command ends with status 0" : "the command ends with a failure",
        came: status.map { "status \($0)" } ?? "it still runs")
    }
  }

  private func checkOutput(_ bytes: [UInt8]) throws {
    guard case .client(_, let process?) = peer else { return }
    let output = process.output()
    guard output != bytes else { return }
    throw CaseFailure(
      expected: "an output file of \(Value.bytes(bytes))",
      came: output.map { Value.bytes($0).description } ?? "none")
  }
}

extension Condition {
  /// Whether it holds, what had to be, and what was.
  fileprivate func compare(
    _ variables: [String: Value]
  ) throws(SequenceError) -> (holds: Bool, expected: String, came: String) {
    func values(
      _ left: Expression, _ right: Expression
    ) throws(SequenceError) -> (Value, Value) {
      (try left.value(variables), try right.value(variables))
    }
    func numbers(
      _ left: Expression, _ right: Expression
    ) throws(SequenceError) -> (UInt64, UInt64) {
      guard case (.number(let left), .number(let right)) = try values(left, right) else {
        throw SequenceError("only numbers can be ordered")
      }
      return (left, right)
    }
    switch self {
    case .equal(let left, let right):
      let (left, right) = try values(left, right)
      return (left == right, "\(right)", "\(left)")
    case .different(let left, let right):
      let (left, right) = try values(left, right)
      return (left != right, "anything but \(right)", "\(left)")
    case .less(let left, let right):
      let (left, right) = try numbers(left, right)
      return (left < right, "less than \(right)", "\(left)")
    case .atMost(let left, let right):
      let (left, right) = try numbers(left, right)
      return (left <= right, "at most \(right)", "\(left)")
    case .bit(let left, let right):
      let (left, right) = try numbers(left, right)
      return (left & right != 0, "one of the bits \(right)", "\(left)")
    case .clear(let left, let right):
      let (left, right) = try numbers(left, right)
      return (left & right == 0, "none of the bits \(right)", "\(left)")
    }
  }
}
