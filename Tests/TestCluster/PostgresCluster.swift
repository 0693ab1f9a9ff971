internal import Foundation

/// A PostgreSQL of the tests' own: made in a temporary folder, reachable by a socket in it alone,
/// and gone with the process that started it, however that ends.
///
/// PostgreSQL refuses to run as root, so root's tests run it as `postgres` or `nobody`.
package final class PostgresCluster: Sendable {
  /// The databases that PostgreSQL makes of itself, and one of them to connect to.
  private static let maintenanceDatabase = "postgres"

  /// The folder of everything; the socket is in it.
  package let folder: String

  private let tools: PostgresTools
  /// Ends the cluster and removes the folder when this process is gone: it waits for the end of
  /// what it reads, and nobody writes there.
  private let guardian: Process
  private let lifeline: Pipe

  /// Makes a cluster and returns when it takes connections. Blocks for some seconds.
  /// - Parameter isDurable: false leaves out syncing, for tests that lose no power; what is written
  ///   survives ``kill()`` either way, as long as the machine runs.
  /// - Throws: ``PostgresCluster/Failure`` that says what is missing, when PostgreSQL is not
  ///   installed.
  package static func start(isDurable: Bool = false) throws -> PostgresCluster {
    let cluster = try PostgresCluster(isDurable: isDurable)
    do {
      try cluster.restart()
    } catch {
      cluster.stop()
      throw error
    }
    return cluster
  }

  private init(isDurable: Bool) throws {
    tools = try PostgresTools.find()
    // A socket's path has about a hundred bytes at most.
    folder = "/tmp/forme-pg-\(UUID().uuidString.prefix(13))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    guardian = Process()
    lifeline = Pipe()
    guardian.executableURL = URL(filePath: "/bin/sh")
    guardian.arguments = ["-c", Self.guardianScript, "sh", folder]
    guardian.standardInput = lifeline
    guardian.standardOutput = FileHandle.nullDevice
    guardian.standardError = FileHandle.nullDevice
    try guardian.run()
    try tools.own(folder)
    try tools.run(
      "initdb", "--pgdata", "\(folder)/data", "--username", "forme", "--auth", "trust",
      "--encoding", "UTF8", "--locale", "C", "--no-sync")
    let settings = """
      listen_addresses = ''
      unix_socket_directories = '\(folder)'
      unix_socket_permissions = 0777
      max_connections = 400
      shared_buffers = 64MB
      fsync = \(isDurable ? "on" : "off")
      full_page_writes = \(isDurable ? "on" : "off")
      wal_level = minimal
      max_wal_senders = 0
      autovacuum_naptime = 10min

      """
    try tools.append(settings, to: "\(folder)/data/postgresql.conf")
  }

  deinit { stop() }

  /// Where a database is, as `--store` takes it.
  package func uri(of database: String) -> String {
    "postgresql://forme@/\(database)?host=\(folder)"
  }

  /// Makes an empty database.
  /// - Returns: its URI, as `--store` takes it.
  package func makeDatabase() throws -> String {
    let name = "t" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
    try run("CREATE DATABASE \(name)")
    return uri(of: name)
  }

  /// Removes a database that ``makeDatabase()`` made, whoever uses it.
  package func dropDatabase(_ uri: String) throws {
    guard let name = URLComponents(string: uri)?.path.dropFirst() else { return }
    try run("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
  }

  /// Runs one statement.
  /// - Parameter database: the URI of a database; by default the cluster's own.
  /// - Returns: the rows as lines, with `|` between columns.
  @discardableResult
  package func run(_ sql: String, in database: String? = nil) throws -> String {
    try tools.run(
      "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
      "--command", sql, database ?? uri(of: Self.maintenanceDatabase))
  }

  // MARK: Failing

  /// Ends every process of PostgreSQL at once, as a power cut would, and returns when none is left.
  package func kill() throws {
    guard let postmaster = postmaster() else { return }
    // Stopped first, so that it starts no process after it was looked for its children.
    _ = Foundation.kill(postmaster, SIGSTOP)
    let processes = ProcessTable.children(of: postmaster) + [postmaster]
    for process in processes { _ = Foundation.kill(process, SIGKILL) }
    while processes.contains(where: ProcessTable.isAlive) { usleep(1_000) }
    // They name processes that may stay as zombies where nobody collects them, and then PostgreSQL
    // would think that it runs.
    for file in ["data/postmaster.pid", ".s.PGSQL.5432.lock", ".s.PGSQL.5432"] {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(file)")
    }
  }

  /// Starts PostgreSQL over what is there, after ``kill()``, and returns when it takes connections.
  package func restart() throws {
    try tools.launch(
      "pg_ctl", "start", "--silent", "--wait", "--timeout", "120", "--pgdata", "\(folder)/data",
      "--log", "\(folder)/log")
  }

  /// Holds all processes of PostgreSQL, so that nothing answers and no connection ends, until
  /// ``proceed()``.
  package func pause() {
    signalAll(SIGSTOP)
  }

  /// Lets a paused PostgreSQL go on.
  package func proceed() {
    signalAll(SIGCONT)
  }

  private func signalAll(_ signal: Int32) {
    guard let postmaster = postmaster() else { return }
    _ = Foundation.kill(postmaster, signal)
    for process in ProcessTable.children(of: postmaster) { _ = Foundation.kill(process, signal) }
  }

  /// What PostgreSQL has written to its log.
  package var log: String {
    (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
  }

  private func postmaster() -> Int32? {
    let text = try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
    return text?.split(separator: "\n").first.flatMap { Int32($0) }
  }

  /// Ends PostgreSQL and removes the folder.
  private func stop() {
    try? lifeline.fileHandleForWriting.close()
    guardian.waitUntilExit()
  }

  // Ctrl-C in a terminal reaches it too, and it must outlive whom it waits for.
  private static let guardianScript = """
    trap '' INT TERM HUP
    while read -r line; do :; done
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
    # One that has ended and that nobody collects is a zombie.
    runs() { grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$pid/status" 2>/dev/null; }
    if [ -n "$pid" ]; then
      kill -CONT "$pid"
      kill -QUIT "$pid"
      while runs; do sleep 0.05; done
    fi
    rm -rf "$1"
    """

  /// Why there is no cluster.
  package struct Failure: Error, CustomStringConvertible {
    /// What is missing, or what a program of PostgreSQL said.
    package let description: String
  }
}
