internal import CPostgres
internal import Capabilities
#if canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

// Every call into libpq that this module makes, and its only `unsafe` beside that of FileSystem:
// pointers go no further than the call that they are made for.

/// A connection to the database. Its calls block.
///
/// It is used by one thread at a time: ``PostgresPool`` and ``PostgresListener`` hand it on only
/// when nobody is in a call. That is all that libpq asks for, hence `@unchecked Sendable`.
@safe final class PostgresConnection: @unchecked Sendable {
  private let connection: OpaquePointer
  private let uri: PostgresURI
  private let statementTimeout: Duration
  /// Names of the statements that the server knows on this connection, by their SQL.
  private var prepared: [String: String] = [:]
  /// An answer did not come in time; it may come later, and would be taken for another's.
  private var isAbandoned = false

  /// Connects, and makes sure that a commit which is answered survives a crash of the server.
  /// - Throws: ``StoreError/database(state:message:)`` with ``PostgresState/cannotConnect``.
  init(_ uri: PostgresURI, statementTimeout: Duration) throws(StoreError) {
    self.uri = uri
    self.statementTimeout = statementTimeout
    // What stands before the URI yields to it, what stands after does not.
    let options = [
      ("connect_timeout", "5"), ("application_name", "forme-server"), ("keepalives_idle", "10"),
      ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "15000"),
      ("dbname", uri.text), ("client_encoding", "UTF8"),
    ]
    let opened = unsafe Self.withCStrings(options.map(\.0)) { names in
      unsafe Self.withCStrings(options.map(\.1)) { values in
        unsafe PQconnectdbParams(names, values, 1)
      }
    }
    guard let opened = unsafe opened else {
      throw .database(state: PostgresState.cannotConnect, message: "out of memory")
    }
    unsafe connection = unsafe opened
    guard unsafe PQstatus(connection) == CONNECTION_OK else { throw unsafe failure(nil) }
    // The server's notices are of interest to nobody.
    _ = unsafe PQsetNoticeProcessor(connection, { _, _ in }, nil)
    try command("SET statement_timeout = \(statementTimeout.milliseconds)")
    // An answer to COMMIT is a promise; a server that was told to promise more is left alone.
    try command(
      """
      SELECT set_config('synchronous_commit', 'on', false)
      WHERE current_setting('synchronous_commit') = 'off'
      """)
  }

  deinit {
    unsafe PQfinish(connection)
  }

  /// Whether it can be used again: nothing is open on it, and it did not end.
  var isIdle: Bool {
    unsafe !isAbandoned && PQtransactionStatus(connection) == PQTRANS_IDLE
  }

  private var descriptor: Int32 { unsafe PQsocket(connection) }

  // MARK: Statements

  /// Runs a statement that has no parameters and whose rows are not wanted.
  /// - Returns: what the server calls that which it did.
  @discardableResult
  func command(_ sql: String) throws(StoreError) -> String {
    let result = unsafe try result(of: PQsendQuery(connection, sql))
    defer { unsafe PQclear(result) }
    return unsafe String(cString: PQcmdStatus(result))
  }

  /// Runs a statement, prepared once on each connection.
  func query(
    _ sql: String, _ parameters: [PostgresValue] = []
  ) throws(StoreError) -> [PostgresRow] {
    let result = unsafe try execute(sql, parameters)
    defer { unsafe PQclear(result) }
    var columns: [String: Int] = [:]
    let columnCount = unsafe Int(PQnfields(result))
    for index in 0..<columnCount {
      if let name = unsafe PQfname(result, Int32(index)) {
        columns[unsafe String(cString: name)] = index
      }
    }
    return unsafe (0..<PQntuples(result)).map { row in
      PostgresRow(
        columns: columns,
        fields: (0..<Int32(columnCount)).map { unsafe Self.field(result, row: row, column: $0) })
    }
  }

  /// Runs a statement, prepared once on each connection.
  /// - Returns: how many rows it changed.
  @discardableResult
  func change(_ sql: String, _ parameters: [PostgresValue] = []) throws(StoreError) -> Int {
    let result = unsafe try execute(sql, parameters)
    defer { unsafe PQclear(result) }
    return unsafe Int(String(cString: PQcmdTuples(result))) ?? 0
  }

  private func execute(
    _ sql: String, _ parameters: [PostgresValue]
  ) throws(StoreError) -> OpaquePointer? {
    let name = try prepare(sql)
    let wire = parameters.map(\.wire)
    let lengths = wire.map { Int32($0.content?.count ?? 0) }
    let formats = wire.map { Int32($0.isBinary ? 1 : 0) }
    let sent = unsafe Self.withPointers(wire.map(\.content)) { values in
      unsafe PQsendQueryPrepared(
        connection, name, Int32(wire.count), values, lengths, formats, 1)
    }
    return unsafe try result(of: sent)
  }

  private func prepare(_ sql: String) throws(StoreError) -> String {
    if let name = prepared[sql] { return name }
    let name = "s\(prepared.count)"
    unsafe PQclear(try result(of: PQsendPrepare(connection, name, sql, 0, nil)))
    prepared[sql] = name
    return name
  }

  /// Waits for the answer to what was sent, somewhat longer than the server may take for it.
  /// - Parameter sent: 0 when it could not be sent.
  /// - Returns: the answer, which the caller clears.
  private func result(of sent: Int32) throws(StoreError) -> OpaquePointer? {
    guard sent == 1 else { throw unsafe failure(nil) }
    let deadline = ContinuousClock.now + statementTimeout + .seconds(5)
    var last: OpaquePointer?
    while true {
      while unsafe PQisBusy(connection) == 1 {
        let left = deadline - .now
        guard left > .zero else {
          unsafe PQclear(last)
          isAbandoned = true
          throw .database(state: PostgresState.connectionLost, message: "no answer in time")
        }
        var set = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&set, 1, Int32(clamping: left.milliseconds + 1))
        guard unsafe PQconsumeInput(connection) == 1 else {
          unsafe PQclear(last)
          throw unsafe failure(nil)
        }
      }
      guard let next = unsafe PQgetResult(connection) else { break }
      unsafe PQclear(last)
      unsafe last = unsafe next
    }
    switch unsafe PQresultStatus(last) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return unsafe last
    default:
      defer { unsafe PQclear(last) }
      throw unsafe failure(last)
    }
  }

  private static func field(_ result: OpaquePointer?, row: Int32, column: Int32) -> [UInt8]? {
    if unsafe PQgetisnull(result, row, column) != 0 { return nil }
    let count = unsafe Int(PQgetlength(result, row, column))
    guard let value = unsafe PQgetvalue(result, row, column) else { return nil }
    return unsafe Array(UnsafeRawBufferPointer(start: value, count: count))
  }

  /// What went wrong, by the server's code where it gave one.
  private func failure(_ result: OpaquePointer?) -> StoreError {
    let isConnected = unsafe PQstatus(connection) == CONNECTION_OK
    func field(_ code: Character) -> String? {
      let value = unsafe PQresultErrorField(result, Int32(code.asciiValue ?? 0))
      return unsafe value.map { unsafe String(cString: $0) }
    }
    let lost = prepared.isEmpty ? PostgresState.cannotConnect : PostgresState.connectionLost
    let state = field("C") ?? (isConnected ? PostgresState.unknown : lost)
    let text = field("M") ?? (unsafe String(cString: PQerrorMessage(connection)))
    let line = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    if state == PostgresState.diskFull { return .storeFull }
    return .database(state: state, message: uri.masking(message: line))
  }

  // MARK: Notifications

  /// What somebody told by NOTIFY.
  struct Notification {
    let channel: String
    let payload: String
  }

  /// Waits until something is told, `wake` can be read, or the time is over.
  /// - Returns: what was told meanwhile; may be nothing.
  /// - Throws: when the connection is lost.
  func waitForNotifications(
    wake: Int32, timeout: Duration
  ) throws(StoreError) -> [Notification] {
    // Some may have come with the answer to something else.
    let waiting = notifications()
    guard waiting.isEmpty else { return waiting }
    var sets = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
    ]
    _ = unsafe poll(&sets, nfds_t(sets.count), Int32(clamping: timeout.milliseconds))
    guard unsafe PQconsumeInput(connection) == 1 else { throw unsafe failure(nil) }
    return notifications()
  }

  private func notifications() -> [Notification] {
    var notifications: [Notification] = []
    while let notify = unsafe PQnotifies(connection) {
      notifications.append(
        Notification(
          channel: unsafe String(cString: notify.pointee.relname),
          payload: unsafe String(cString: notify.pointee.extra)))
      unsafe PQfreemem(notify)
    }
    return notifications
  }

  // MARK: URIs

  /// The options that a URI gives; `nil` when it is none.
  static func options(of uri: String) -> [String: String]? {
    guard let list = unsafe PQconninfoParse(uri, nil) else { return nil }
    defer { unsafe PQconninfoFree(list) }
    var options: [String: String] = [:]
    var next = unsafe list
    while let keyword = unsafe next.pointee.keyword {
      if let value = unsafe next.pointee.val {
        unsafe options[String(cString: keyword)] = unsafe String(cString: value)
      }
      unsafe next += 1
    }
    return options
  }

  // MARK: Pointers

  /// Lends texts as C has them, with a null pointer behind the last.
  private static func withCStrings<Value>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
  ) -> Value {
    unsafe withPointers(texts.map { Array($0.utf8) + [0] } + [nil], body)
  }

  /// Lends arrays by their pointers; one that is `nil` by a null pointer.
  private static func withPointers<Value>(
    _ arrays: [[UInt8]?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
  ) -> Value {
    // One block for all of them, so that no pointer outlives the closure that it is lent to.
    let block = arrays.reduce(into: [UInt8]()) { $0 += $1 ?? [] } + [0]
    return unsafe block.withUnsafeBytes { bytes in
      let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      var offset = 0
      let pointers = unsafe arrays.map { array -> UnsafePointer<CChar>? in
        guard let array else { return nil }
        defer { offset += array.count }
        return unsafe start.map { unsafe $0 + offset }
      }
      return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
  }
}

/// The codes of PostgreSQL that are treated in a way of their own (its documentation, Appendix A).
enum PostgresState {
  /// No connection could be made.
  static let cannotConnect = "08001"
  /// The connection ended.
  static let connectionLost = "08006"
  /// The connection ended between COMMIT and its answer.
  static let outcomeUnknown = "08007"
  /// The server has no room.
  static let diskFull = "53100"
  /// An error of the library's own, without a code.
  static let unknown = "XX000"

  /// Whether a failure with this code ends the connection, or means that there was none.
  static func isLoss(_ state: String) -> Bool {
    state.hasPrefix("08") || state.hasPrefix("57P")
  }

  /// Whether a transaction that failed so may well succeed the next time: it met others, or a row
  /// that it counted on went meanwhile.
  static func isConflict(_ state: String) -> Bool {
    ["40001", "40P01", "23503", "55P03"].contains(state)
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
