internal import Capabilities
internal import Foundation
internal import Transport
internal import WireProtocol

/// Judges a client: plays the server for it, one listening port a case.
struct ClientJudge: Sendable {
  /// What a command may be told.
  static let names: Set<String> = [
    "host", "port", "address", "name", "descriptor", "profile", "output", "shown", "key",
  ]

  let suite: Suite
  let listen: ServerAddress
  /// `nil`: somebody starts the client by hand.
  let command: CommandTemplate?
  let patience: Duration
  /// Says what to do, when somebody starts the client by hand.
  let announce: @Sendable (String) -> Void

  /// Runs one case.
  func play(_ each: ConformanceCase) async -> CaseResult {
    if let reason = reasonToSkip(each) { return CaseResult(each, .skipped(reason)) }
    return await SuiteRunner.result(of: each) {
      let folder = FileManager.default.temporaryDirectory.appending(
        path: "forme-conformance-\(UUID())")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      try await play(each, in: folder)
    }
  }

  private func reasonToSkip(_ each: ConformanceCase) -> String? {
    guard let command else {
      // Whoever holds the device cannot be asked to give it these for each case.
      let given = each.needs.intersection([.key, .shown])
      return given.first.map { "without a command the device is given no \($0)" }
    }
    for (need, name) in [(.key, "key"), (.shown, "shown"), (.output, "output")]
      as [(ConformanceCase.Need, String)]
    {
      if each.needs.contains(need), !command.names.contains(name) {
        return "the command has no place for {\(name)}"
      }
      if need != .output, !each.needs.contains(need), command.required.contains(name) {
        return "the command cannot do without {\(name)}"
      }
    }
    return nil
  }

  private func play(_ each: ConformanceCase, in folder: URL) async throws {
    let listener = try await Listener.bind(to: listen)
    do {
      try await play(each, listener, in: folder)
    } catch {
      await listener.close()
      throw error
    }
    await listener.close()
  }

  private func play(_ each: ConformanceCase, _ listener: Listener, in folder: URL) async throws {
    // The values come first: the command is told some of them.
    var values = Interpreter(suite, .client(listener, nil), patience: patience)
    values.set("name", .bytes(Array("conformance".utf8)))
    values.set("by-command", .number(command == nil ? 0 : 1))
    try values.set(suite.values)
    let process = try start(each, listener, values.variables, in: folder)
    var interpreter = Interpreter(suite, .client(listener, process), patience: patience)
    for (name, value) in values.variables { interpreter.set(name, value) }
    do {
      try await interpreter.run(each.steps)
    } catch {
      await interpreter.close()
      await process?.stop()
      if var failure = error as? CaseFailure, process != nil {
        failure = failure.adding(log: folder.appending(path: "log"))
        throw failure
      }
      throw error
    }
    await interpreter.close()
    await process?.stop()
  }

  private func start(
    _ each: ConformanceCase, _ listener: Listener, _ variables: [String: Value], in folder: URL
  ) throws -> ClientProcess? {
    let address = ServerAddress(host: listen.host, port: listener.port)
    guard let command else {
      announce("waiting at \(address) for the client: \(each.name), \(each.title)")
      return nil
    }
    func bytes(_ name: String) throws(SequenceError) -> [UInt8] {
      guard let bytes = variables[name]?.bytes else {
        throw SequenceError("the suite has no value \(name)")
      }
      return bytes
    }
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
      let path = folder.appending(path: name).path
      try Data(bytes).write(to: URL(filePath: path))
      return path
    }
    var values = [
      "host": listen.host, "port": "\(listener.port)", "address": "\(address)",
      "name": String(decoding: try bytes("name"), as: UTF8.self),
      "descriptor": try file("descriptor", bytes("descriptor")),
      "profile": try file("profile.json", bytes("profile")),
      "output": folder.appending(path: "output").path,
    ]
    if each.needs.contains(.shown) {
      values["shown"] = hexadecimal(try bytes("shown"))
      _ = try file("output", bytes("shown-form"))
    }
    if each.needs.contains(.key) {
      let line = "\(String(decoding: try bytes("key-id"), as: UTF8.self)) "
      let path = try file("key", Array((line + hexadecimal(try bytes("secret")) + "\n").utf8))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      values["key"] = path
    }
    return try ClientProcess(
      command.words(values), logPath: folder.appending(path: "log").path,
      outputPath: folder.appending(path: "output").path)
  }
}

extension CaseFailure {
  /// The same, with the last lines that the command printed.
  fileprivate func adding(log: URL) -> CaseFailure {
    let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n").suffix(4).joined(separator: " | ")
    var failure = CaseFailure(
      expected: expected, came: lines.isEmpty ? came : "\(came); the command said: \(lines)")
    failure.places = places
    return failure
  }
}
