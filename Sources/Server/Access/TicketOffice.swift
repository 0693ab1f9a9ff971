internal import Capabilities
internal import Store
internal import Synchronization
internal import WireProtocol

/// What a ticket is good for: one GET by one device.
struct TicketGrant: Sendable {
  let deviceID: [UInt8]
  /// The key that the device proves, and with what secret; `nil`: it has none.
  let key: (id: AccessKeyID, secret: KeySecret)?
  let reference: GetMessage.Reference
  let formKeys: [FormKey]
}

/// Hands out tickets for forms that this server transmits to devices of fronts, and takes each back
/// once.
///
/// A ticket is 16 random bytes that stand for a grant in memory. So it cannot be altered or made by
/// anybody else, says nothing to whoever reads it, works at this server alone, and is worth nothing
/// after a restart; the device then asks its front again. Their number is bounded, and so is what
/// they take.
final class TicketOffice: Sendable {
  /// How long a ticket is taken.
  static let lifetime = Duration.seconds(60)
  /// Tickets that are out at once; at some 300 bytes each.
  private static let ticketLimit = 65_536
  private static let ticketByteCount = 16

  /// How often tickets that nobody used are looked for.
  private static let sweepInterval = Duration.seconds(10)

  private struct State {
    var grants: [[UInt8]: (grant: TicketGrant, until: ContinuousClock.Instant)] = [:]
    var nextSweep = ContinuousClock.now
    var address: (host: ReferMessage.Host, port: UInt16)?

    func liveCount(at now: ContinuousClock.Instant) -> Int {
      grants.values.reduce(0) { $0 + ($1.until > now ? 1 : 0) }
    }

    /// Forgets what is too old, now and then.
    mutating func sweep(at now: ContinuousClock.Instant) {
      guard now >= nextSweep else { return }
      nextSweep = now + TicketOffice.sweepInterval
      grants = grants.filter { $0.value.until > now }
    }
  }

  private let limit: Int
  private let state = Mutex(State())

  /// An office that refuses everybody until it is told where it is.
  init(limit: Int = ticketLimit) { self.limit = limit }

  /// Where devices reach this server's listener for them.
  func open(at host: ReferMessage.Host, port: UInt16) {
    state.withLock { $0.address = (host, port) }
  }

  /// Waits until every ticket is used or too old, at most for `limit`.
  func drain(within limit: Duration) async {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while clock.now < end, state.withLock({ $0.liveCount(at: clock.now) }) > 0 {
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  /// A ticket for what a device asks for.
  /// - Throws: ``RequestFailure`` when too many are out.
  func refer(
    _ requester: Requester, to reference: GetMessage.Reference,
    at now: ContinuousClock.Instant = .now
  ) throws(RequestFailure) -> ReferMessage {
    var key: (id: AccessKeyID, secret: KeySecret)?
    if let id = requester.keyID {
      // Whoever proved a key must not be served by somebody who did not.
      guard let secret = requester.referralSecret else {
        throw RequestFailure(.internalError, "the front has not sealed the device's secret")
      }
      key = (id, secret)
    }
    let grant = TicketGrant(
      deviceID: requester.deviceID, key: key, reference: reference,
      formKeys: requester.alternatives.map(\.formKey))
    let ticket = (0..<Self.ticketByteCount).map { _ in UInt8.random(in: .min ... .max) }
    let address: (host: ReferMessage.Host, port: UInt16)? = state.withLock { state in
      state.sweep(at: now)
      guard state.grants.count < limit, let address = state.address else { return nil }
      state.grants[ticket] = (grant, now + Self.lifetime)
      return address
    }
    guard let address else {
      throw RequestFailure(.busy, "too many devices are referred at once", retryAfterSeconds: 5)
    }
    return ReferMessage(
      ttlSeconds: UInt16(clamping: Self.lifetime.components.seconds), host: address.host,
      port: address.port, ticket: ticket)
  }

  /// What a ticket is good for; it is not used up by asking.
  /// - Returns: `nil` unless it is one of ours, not used, not too old, and this device's.
  func look(
    at ticket: [UInt8], deviceID: [UInt8], formKeys: [FormKey],
    now: ContinuousClock.Instant = .now
  ) -> TicketGrant? {
    state.withLock { state in
      guard let (grant, until) = state.grants[ticket], until > now, grant.deviceID == deviceID,
        grant.formKeys == formKeys
      else { return nil }
      return grant
    }
  }

  /// Uses a ticket up.
  /// - Returns: false when somebody else did, or its time was over.
  func redeem(_ ticket: [UInt8], at now: ContinuousClock.Instant = .now) -> Bool {
    guard let until = state.withLock({ $0.grants.removeValue(forKey: ticket)?.until }) else {
      return false
    }
    return until > now
  }
}
