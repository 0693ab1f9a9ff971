import Foundation
import Testing

/// Forms that are there before anybody asks for them.
@Suite(.timeLimit(.minutes(3))) struct AdvanceTests {
  /// A kind that has become popular finds forms of what it never asked for.
  @Test func popularKindsFindEverything() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder, "--popular-after", "3")
    for (name, width) in [("a", 300), ("b", 310), ("c", 320), ("d", 330)] {
      try await server.register(try await folder.makeCard(width, 240), as: name)
    }
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let other = try TestDevice.gray(100, 100, bits: 2, in: folder)
    _ = try await server.fetch("a", as: other)
    for name in ["a", "b"] { _ = try await server.fetch(name, as: device) }
    var demand = try await server.demand()
    #expect(demand.summary("c", device) == "-" && demand.summary("d", device) == "-")

    // The third, for the third picture.
    _ = try await server.fetch("c", as: device)
    demand = try await server.demand { $0.form("d", device)?.state == "stored" }
    #expect(demand.summary("d", device) == "stored 0 popular")
    #expect(demand.summary("c", device) == "stored 1 request")
    #expect(demand.requests(device) == 3)

    // One that is registered now has its form when the registration is acknowledged.
    try await server.register(try await folder.makeCard(340, 240), as: "e")
    demand = try await server.demand()
    #expect(demand.summary("e", device) == "stored 0 popular")
    #expect(demand.summary("e", other) == "-" && demand.summary("d", other) == "-")
    let decodeCount = try server.decodeCount()
    for name in ["d", "e"] { #expect(try await server.fetch(name, as: device).bytes == 9_600) }
    #expect(try server.decodeCount() == decodeCount)
    #expect(server.stop() == 0)
  }

  /// What was missed while the server was down is made when it starts.
  @Test func aRestartMakesWhatPopularKindsLack() async throws {
    let folder = try TemporaryFolder()
    let first = try await ServerProcess(data: folder, "--popular-after", "3")
    for (name, width) in [("a", 300), ("b", 310)] {
      try await first.register(try await folder.makeCard(width, 240), as: name)
    }
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    for _ in 1...2 { _ = try await first.fetch("a", as: device) }
    #expect(first.stop() == 0)
    // Two requests are enough for this one.
    let second = try await ServerProcess(data: folder, "--popular-after", "2")
    let demand = try await second.demand { $0.form("b", device)?.state == "stored" }
    #expect(demand.summary("b", device) == "stored 0 popular")
    #expect(second.stop() == 0)
  }

  /// With `render-after 0` registering decodes once, and every kind that is known has its form.
  @Test func everyKnownKindIsServedAtRegistration() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder, "--render-after", "0")
    try await server.register(try await folder.makeCard(300, 240), as: "known")
    let devices = try [1, 2, 4, 8].map { try TestDevice.gray(160, 120, bits: $0, in: folder) }
    for device in devices { _ = try await server.fetch("known", as: device) }
    let decodeCount = try server.decodeCount()

    try await server.register(try await folder.makeCard(310, 240), as: "p")
    let demand = try await server.demand()
    for device in devices {
      #expect(demand.summary("p", device) == "stored 0 registration")
      #expect(demand.summary("known", device) == "stored 1 request")
    }
    // One decode for all of them, and it is the one that proved the picture.
    #expect(try server.decodeCount() == decodeCount + 1)
    for (device, bits) in zip(devices, [1, 2, 4, 8]) {
      #expect(try await server.fetch("p", as: device).bytes == 160 * 120 * bits / 8)
    }
    #expect(try server.decodeCount() == decodeCount + 1)
    #expect(server.stop() == 0)
  }

  /// When a name moves, the kinds that used it find their forms of the new picture.
  @Test func aNameThatMovesTakesItsKindsAlong() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let card = try await folder.makeCard(300, 240)
    try await server.register(card, as: "p")
    try await server.register(card, as: "other")
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let stranger = try TestDevice.gray(160, 120, bits: 2, in: folder)
    _ = try await server.fetch("p", as: device)
    _ = try await server.fetch("other", as: stranger)
    try await server.register(try await folder.makeCard(310, 240), as: "p")
    let demand = try await server.demand()
    #expect(demand.summary("p", device) == "stored 0 name")
    #expect(demand.summary("p", stranger) == "-")
    let decodeCount = try server.decodeCount()
    _ = try await server.fetch("p", as: device)
    #expect(try server.decodeCount() == decodeCount)
    #expect(server.stop() == 0)
  }
}
