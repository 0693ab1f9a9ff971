/// Lets a write that counts be done again when nobody knows whether it was done: the first thing
/// that its transaction writes is a row of its own, and where that is there already it was.
///
/// Should the server still be busy with the first attempt, the second waits for its end before it
/// sees the row or writes it.
struct PostgresReceipt: Sendable {
  private let token = (0..<16).map { _ in UInt8.random(in: .min ... .max) }

  /// Runs `body` unless it was done. What it returns is kept with the receipt.
  /// - Returns: what `body` returned, now or then; `nil`: there was nothing to do.
  func once(
    _ connection: PostgresConnection, _ body: () throws(StoreError) -> Int?
  ) throws(StoreError) -> Int? {
    let isNew = try connection.change(
      "INSERT INTO receipt (token) VALUES ($1::bytea) ON CONFLICT (token) DO NOTHING",
      [.bytes(token)])
    guard isNew == 1 else {
      return try connection.query(
        "SELECT value FROM receipt WHERE token = $1::bytea", [.bytes(token)]
      ).first?.integerIfAny("value")
    }
    guard let value = try body() else { return nil }
    try connection.change(
      "UPDATE receipt SET value = $2::bigint WHERE token = $1::bytea",
      [.bytes(token), .integer(value)])
    return value
  }
}

extension PostgresPool {
  /// Runs `body` as one transaction that happens exactly once.
  func writeOnce(
    _ body: @escaping @Sendable (PostgresConnection) throws(StoreError) -> Int?
  ) async throws(StoreError) -> Int? {
    let receipt = PostgresReceipt()
    return try await write { connection throws(StoreError) in
      try receipt.once(connection) { () throws(StoreError) in try body(connection) }
    }
  }
}
