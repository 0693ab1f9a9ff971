import Testing

@testable import Store

@Suite("Rights") struct RightsTests {
  @Test(arguments: [
    ("", "a", true), ("lobby/", "lobby/left", true), ("lobby/", "lobby/", true),
    ("lobby/", "lobby", false), ("lobby/", "Lobby/left", false), ("lobby/", "hall/lobby/", false),
    // One look, two spellings: bytes count.
    ("caf\u{E9}", "cafe\u{301}", false), ("cafe", "cafe\u{301}", true),
    ("caf\u{E9}", "caf\u{E9}/1", true),
  ])
  func namesBeginWithThePrefix(_ prefix: String, _ name: String, _ isAllowed: Bool) {
    let rights = Rights([.retrieve, .register], prefix: prefix)
    #expect(rights.allow(.retrieve, of: name) == isAllowed)
    #expect(rights.allow(.register, of: name) == isAllowed)
    #expect(!Rights.none.allow(.retrieve, of: name))
  }

  @Test func oneRightIsNotTheOther() {
    let (retrieve, register) = (Rights(.retrieve), Rights(.register))
    #expect(retrieve.allow(.retrieve, of: "a") && !retrieve.allow(.register, of: "a"))
    #expect(!register.allow(.retrieve, of: "a") && register.allow(.register, of: "a"))
    #expect(!retrieve.allow([.retrieve, .register], of: "a"))
    #expect(Rights.none.isEmpty && !retrieve.isEmpty && Rights([], prefix: "a").isEmpty)
  }

  @Test func anIDSaysNothingOfNames() {
    #expect(Rights(.retrieve).allowImageIDs && Rights.all.allowImageIDs)
    #expect(!Rights(.retrieve, prefix: "a").allowImageIDs)
    #expect(!Rights(.register).allowImageIDs && !Rights.none.allowImageIDs)
  }

  @Test(arguments: [
    ("", "", Rights.Listing.names(prefix: "")), ("", "a", .names(prefix: "a")),
    ("lobby/", "", .names(prefix: "lobby/")), ("lobby/", "lo", .names(prefix: "lobby/")),
    ("lobby/", "lobby/", .names(prefix: "lobby/")),
    ("lobby/", "lobby/left", .names(prefix: "lobby/left")),
    ("lobby/", "hall/", .nothing), ("lobby/", "lobbyx", .nothing), ("a", "b", .nothing),
  ])
  func aListingIsClipped(_ prefix: String, _ wanted: String, _ listing: Rights.Listing) {
    #expect(Rights(.retrieve, prefix: prefix).listing(prefix: wanted) == listing)
    #expect(Rights(.register, prefix: prefix).listing(prefix: wanted) == .refused)
  }
}
