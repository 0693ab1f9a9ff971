import Capabilities
import Store
import Testing
import WireProtocol

@testable import Server

/// Tickets: for one device, once, for a minute.
@Suite struct TicketOfficeTests {
  private static let reference = GetMessage.Reference.id(ShortDigest.none)

  private static func requester(
    _ deviceID: [UInt8] = [1], keyID: String? = nil, secret: KeySecret? = nil
  ) throws -> Requester {
    Requester(
      deviceID: deviceID, keyID: try keyID.map { try #require(AccessKeyID($0)) }, rights: .all,
      alternatives: [try panel()], takesReferrals: true, referralSecret: secret)
  }

  private static func office(limit: Int = 100) -> TicketOffice {
    let office = TicketOffice(limit: limit)
    office.open(at: .v4([192, 0, 2, 7]), port: 99)
    return office
  }

  @Test func aTicketSaysWhereAndIsTakenOnce() throws {
    let office = Self.office()
    let requester = try Self.requester()
    let refer = try office.refer(requester, to: Self.reference)
    #expect(refer.host == .v4([192, 0, 2, 7]) && refer.port == 99 && refer.ttlSeconds == 60)
    #expect(refer.ticket.count == 16)
    let keys = requester.alternatives.map(\.formKey)
    let grant = try #require(office.look(at: refer.ticket, deviceID: [1], formKeys: keys))
    #expect(grant.reference == Self.reference && grant.key == nil)
    // Looking takes nothing away.
    #expect(office.look(at: refer.ticket, deviceID: [1], formKeys: keys) != nil)
    #expect(office.redeem(refer.ticket))
    #expect(!office.redeem(refer.ticket))
    #expect(office.look(at: refer.ticket, deviceID: [1], formKeys: keys) == nil)
  }

  @Test func everyTicketIsAnother() throws {
    let office = Self.office()
    let tickets = try (0..<50).map { _ in
      try office.refer(try Self.requester(), to: Self.reference).ticket
    }
    #expect(Set(tickets).count == 50)
  }

  @Test func everyOtherBitIsAnotherTicket() throws {
    let office = Self.office()
    let requester = try Self.requester()
    let keys = requester.alternatives.map(\.formKey)
    let ticket = try office.refer(requester, to: Self.reference).ticket
    for bit in 0..<ticket.count * 8 {
      var altered = ticket
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(office.look(at: altered, deviceID: [1], formKeys: keys) == nil)
      #expect(!office.redeem(altered))
    }
    #expect(office.look(at: ticket + [0], deviceID: [1], formKeys: keys) == nil)
    #expect(office.look(at: Array(ticket.dropLast()), deviceID: [1], formKeys: keys) == nil)
    #expect(office.redeem(ticket))
  }

  @Test func anotherDeviceOrKindGetsNothing() throws {
    let office = Self.office()
    let requester = try Self.requester()
    let ticket = try office.refer(requester, to: Self.reference).ticket
    let keys = requester.alternatives.map(\.formKey)
    #expect(office.look(at: ticket, deviceID: [2], formKeys: keys) == nil)
    #expect(office.look(at: ticket, deviceID: [], formKeys: keys) == nil)
    #expect(office.look(at: ticket, deviceID: [1], formKeys: []) == nil)
    #expect(office.look(at: ticket, deviceID: [1], formKeys: keys + keys) == nil)
    #expect(office.look(at: ticket, deviceID: [1], formKeys: keys) != nil)
  }

  @Test func itEndsWithItsTime() throws {
    let office = Self.office()
    let requester = try Self.requester()
    let keys = requester.alternatives.map(\.formKey)
    let start = ContinuousClock.now
    let end = start + TicketOffice.lifetime
    let ticket = try office.refer(requester, to: Self.reference, at: start).ticket
    let last = end - .nanoseconds(1)
    #expect(office.look(at: ticket, deviceID: [1], formKeys: keys, now: last) != nil)
    #expect(office.look(at: ticket, deviceID: [1], formKeys: keys, now: end) == nil)
    #expect(!office.redeem(ticket, at: end))
  }

  /// Those that nobody uses give their room back.
  @Test func thereIsAnEndToThem() throws {
    let office = Self.office(limit: 3)
    let requester = try Self.requester()
    let start = ContinuousClock.now
    for _ in 0..<3 { _ = try office.refer(requester, to: Self.reference, at: start) }
    #expect(throws: RequestFailure.self) {
      try office.refer(requester, to: Self.reference, at: start)
    }
    _ = try office.refer(requester, to: Self.reference, at: start + TicketOffice.lifetime)
    // A ticket that is used makes room at once.
    let later = start + TicketOffice.lifetime
    _ = try office.refer(requester, to: Self.reference, at: later)
    let third = try office.refer(requester, to: Self.reference, at: later)
    #expect(throws: RequestFailure.self) {
      try office.refer(requester, to: Self.reference, at: later)
    }
    #expect(office.redeem(third.ticket, at: later))
    _ = try office.refer(requester, to: Self.reference, at: later)
  }

  @Test func aDeviceWithAKeyKeepsToIt() throws {
    let office = Self.office()
    let secret = try #require(KeySecret(Array(repeating: 9, count: 32)))
    let requester = try Self.requester(keyID: "lobby", secret: secret)
    let ticket = try office.refer(requester, to: Self.reference).ticket
    let keys = requester.alternatives.map(\.formKey)
    let grant = try #require(office.look(at: ticket, deviceID: [1], formKeys: keys))
    #expect(grant.key?.id.text == "lobby" && grant.key?.secret.bytes == secret.bytes)
    // A front that did not seal its secret would have it served as a stranger.
    #expect(throws: RequestFailure.self) {
      try office.refer(try Self.requester(keyID: "lobby"), to: Self.reference)
    }
  }

  @Test func aClosedOfficeRefersNobody() throws {
    #expect(throws: RequestFailure.self) {
      try TicketOffice().refer(try Self.requester(), to: Self.reference)
    }
  }
}
