internal import Capabilities
internal import Synchronization

/// The claims of one node.
///
/// A claim is a row with a lease, taken and given back by statements that commit at once. Nothing is
/// locked in the database while a form is made: a lock would need a connection and a transaction
/// for as long, and would go with the connection although the form is still being made. Taking is
/// one upsert that is guarded by the lease: the database locks the row, looks at it as it is then,
/// and so gives it to one of any number that ask at once. (`FOR UPDATE SKIP LOCKED` chooses among
/// many rows; here everybody wants a certain one.)
final class PostgresClaims: Sendable {
  private struct Held {
    /// By this node's clock, which ran on while the process was stopped; not later than by the
    /// database's, because it was read before the database was asked.
    var until: ContinuousClock.Instant
  }

  private struct State {
    var held: [Int64: Held] = [:]
    var renewal: Task<Void, Never>?
    var isClosed = false
  }

  private let pool: PostgresPool
  private let node: [UInt8]
  private let lease: Duration
  private let state = Mutex(State())

  init(_ pool: PostgresPool, node: [UInt8], lease: Duration) {
    self.pool = pool
    self.node = node
    self.lease = lease
  }

  /// See ``Library/claim(_:)``.
  func claim(_ id: FormID) async throws(StoreError) -> FormClaim {
    // Unlike all others, also of this node's own.
    let number = Int64.random(in: .min ... .max)
    var wait = 5
    while !Task.isCancelled {
      if try await take(id, number) {
        return FormClaim(
          holds: { [weak self] in self?.holds(number) ?? false },
          ended: { [weak self] in await self?.release(id, number) })
      }
      do {
        try await Task.sleep(for: .milliseconds(Int.random(in: wait / 2...wait)))
      } catch {
        throw .cancelled
      }
      wait = min(wait * 2, 100)
    }
    throw .cancelled
  }

  // The same holder may take it again: the first attempt's answer may have been lost.
  private static let takeSQL = """
    INSERT INTO claim (image, key, renderer_version, node, number, lease_until)
    VALUES ($1::bytea, $2::bytea, $3::bigint, $4::bytea, $5::bigint,
      clock_timestamp() + $6::bigint * interval '1 millisecond')
    ON CONFLICT (image, key, renderer_version) DO UPDATE SET
      node = excluded.node, number = excluded.number, lease_until = excluded.lease_until
    WHERE claim.lease_until <= clock_timestamp()
      OR (claim.node = excluded.node AND claim.number = excluded.number)
    """

  private func take(_ id: FormID, _ number: Int64) async throws(StoreError) -> Bool {
    let until = try await pool.read {
      [node, lease] connection throws(StoreError) -> ContinuousClock.Instant? in
      let asked = ContinuousClock.now
      let taken = try connection.change(
        Self.takeSQL,
        id.parameters + [
          .bytes(node), .integer(Int(number)), .integer(Int(lease.milliseconds)),
        ])
      return taken == 1 ? asked + lease : nil
    }
    guard let until else { return false }
    state.withLock { state in
      state.held[number] = Held(until: until)
      if state.renewal == nil, !state.isClosed {
        state.renewal = Task { [weak self] in
          await Self.renew { self }
        }
      }
    }
    return true
  }

  private func holds(_ number: Int64) -> Bool {
    state.withLock { $0.held[number].map { .now < $0.until } ?? false }
  }

  private func release(_ id: FormID, _ number: Int64) async {
    guard state.withLock({ $0.held.removeValue(forKey: number) }) != nil else { return }
    // Where it cannot be said now, the lease says it.
    try? await pool.run { [self] () throws(StoreError) in
      try pool.readBlocking(patience: .zero) { connection throws(StoreError) in
        _ = try connection.change(
          "DELETE FROM claim WHERE node = $1::bytea AND number = $2::bigint",
          [.bytes(node), .integer(Int(number))])
      }
    }
  }

  // MARK: Renewing

  /// Renews all claims three times a lease, for as long as there are any.
  private static func renew(_ claims: () -> PostgresClaims?) async {
    while let pause = claims().map({ $0.lease / 3 }) {
      try? await Task.sleep(for: pause)
      guard !Task.isCancelled, let claims = claims(), let numbers = claims.heldNumbers() else {
        return
      }
      // What fails here is tried again; a claim that was not renewed in time says so itself.
      try? await claims.renew(numbers)
    }
  }

  /// What is held; `nil` ends the renewal, and the next claim begins it again.
  private func heldNumbers() -> [Int64]? {
    state.withLock { state in
      if state.held.isEmpty || state.isClosed {
        state.renewal = nil
        return nil
      }
      return Array(state.held.keys)
    }
  }

  private static let renewSQL = """
    UPDATE claim SET lease_until = clock_timestamp() + $3::bigint * interval '1 millisecond'
    WHERE node = $1::bytea AND number = ANY ($2::bigint[])
    RETURNING number
    """

  private func renew(_ numbers: [Int64]) async throws(StoreError) {
    let (until, kept) = try await pool.run { [self] () throws(StoreError) in
      try pool.readBlocking(patience: lease / 3) {
        connection throws(StoreError) -> (ContinuousClock.Instant, Set<Int64>) in
        let asked = ContinuousClock.now
        let rows = try connection.query(
          Self.renewSQL,
          [.bytes(node), .numbers(numbers), .integer(Int(lease.milliseconds))])
        var kept: Set<Int64> = []
        for row in rows { kept.insert(try row.integer("number")) }
        return (asked + lease, kept)
      }
    }
    state.withLock { state in
      for number in numbers where state.held[number] != nil {
        // Another node has taken what is missing.
        state.held[number] = kept.contains(number) ? Held(until: until) : nil
      }
    }
  }

  /// Gives back what an earlier run of this node held; it makes nothing any more.
  static func forget(node: [UInt8], in connection: PostgresConnection) throws(StoreError) {
    try connection.change("DELETE FROM claim WHERE node = $1::bytea", [.bytes(node)])
  }

  /// Renews no more.
  func close() {
    let renewal = state.withLock { state in
      state.isClosed = true
      return state.renewal
    }
    renewal?.cancel()
  }
}

extension FormID {
  /// The three columns of its primary key.
  var parameters: [PostgresValue] {
    [.bytes(image.bytes), .bytes(key.bytes), .integer(Int(rendererVersion))]
  }
}
