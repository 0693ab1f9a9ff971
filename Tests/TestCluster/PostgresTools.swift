internal import Foundation

/// The programs of the PostgreSQL that is installed, and as whom they run.
struct PostgresTools: Sendable {
  /// Where initdb, pg_ctl and psql are.
  private let folder: String
  /// What stands before each command; nobody but root needs it.
  private let prefix: [String]
  /// Whom their files belong to; `nil`: whoever runs the tests.
  private let owner: String?

  /// Looks for the newest version.
  /// - Throws: ``PostgresCluster/Failure`` when there is none.
  static func find() throws -> PostgresTools {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let debian = versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let folders = debian + path.split(separator: ":").map(String.init)
    guard
      let folder = folders.first(where: { folder in
        ["initdb", "pg_ctl", "psql"].allSatisfy {
          FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
        }
      })
    else {
      throw PostgresCluster.Failure(
        description: "PostgreSQL is not installed, and these tests need its server: "
          + "initdb, pg_ctl and psql below /usr/lib/postgresql or on PATH (Scripts/setup test)")
    }
    guard geteuid() == 0 else { return PostgresTools(folder: folder, prefix: [], owner: nil) }
    let users = (try? String(contentsOfFile: "/etc/passwd", encoding: .utf8)) ?? ""
    let owner = users.contains("\npostgres:") ? "postgres" : "nobody"
    return PostgresTools(
      folder: folder,
      prefix: ["setpriv", "--reuid", owner, "--regid", owner, "--clear-groups", "--"],
      owner: owner)
  }

  /// Gives a new folder to the user as whom the programs run.
  func own(_ path: String) throws {
    guard let owner else { return }
    try FileManager.default.setAttributes([.ownerAccountName: owner], ofItemAtPath: path)
  }

  /// Appends to a file that belongs to the programs' user.
  func append(_ text: String, to path: String) throws {
    guard let file = FileHandle(forWritingAtPath: path) else {
      throw PostgresCluster.Failure(description: "\(path) cannot be written")
    }
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  /// Runs a program to its end.
  /// - Returns: its output.
  /// - Throws: ``PostgresCluster/Failure`` with what it said, when it failed.
  @discardableResult
  func run(_ program: String, _ arguments: String...) throws -> String {
    try run(prefix + ["\(folder)/\(program)"] + arguments)
  }

  /// Runs a program that leaves another running, and returns when the first has ended.
  func launch(_ program: String, _ arguments: String...) throws {
    // Foundation takes a process for ended when nobody holds a certain file of its any more, so
    // that one must not be handed on to what stays.
    let script = """
      (for file in /proc/$BASHPID/fd/*; do
        number=${file##*/}
        if ((number > 2)); then eval "exec $number>&-"; fi
      done
      exec "$@")
      """
    try run(["bash", "-c", script, "bash"] + prefix + ["\(folder)/\(program)"] + arguments)
  }

  @discardableResult
  private func run(_ command: [String]) throws -> String {
    let program = command.first { $0.hasPrefix(folder) } ?? command[0]
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    // One that root may look into is not always open to the other user.
    process.currentDirectoryURL = URL(filePath: "/")
    process.standardInput = FileHandle.nullDevice
    // A file, because a server that is started here would keep a pipe open.
    let output = FileManager.default.temporaryDirectory.appending(path: "pg-\(UUID())")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    let file = try FileHandle(forWritingTo: output)
    process.standardOutput = file
    process.standardError = file
    try process.run()
    try file.close()
    process.waitUntilExit()
    let text = try String(contentsOf: output, encoding: .utf8)
    guard process.terminationStatus == 0 else {
      throw PostgresCluster.Failure(
        description: "\(program) ended with \(process.terminationStatus): \(text)")
    }
    return text.trimmingCharacters(in: .newlines)
  }
}

/// What the system knows of processes.
enum ProcessTable {
  /// The processes that a process has started and that are not collected.
  static func children(of parent: Int32) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { fields(of: $0)?.parent == parent }
  }

  /// Whether a process still runs; one that has ended and is not collected does not.
  static func isAlive(_ process: Int32) -> Bool {
    guard let state = fields(of: process)?.state else { return false }
    return state != "Z" && state != "X"
  }

  private static func fields(of process: Int32) -> (state: String, parent: Int32)? {
    // The name, in parentheses, may hold anything.
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 1, let parent = Int32(fields[1]) else { return nil }
    return (String(fields[0]), parent)
  }
}
