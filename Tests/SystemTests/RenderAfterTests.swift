import Foundation
import Testing

/// When a form is stored, by the count of requests, and what is sent before.
@Suite(.timeLimit(.minutes(3))) struct RenderAfterTests {
  @Test(arguments: Topology.allCases)
  func theThirdRequestStores(_ topology: Topology) async throws {
    let folder = try TemporaryFolder()
    let server = try await Installation(
      topology, data: folder, ["--render-after", "3"])
    try await server.register(try await folder.makeCard(320, 240), as: "p")
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    #expect(try await server.demand().forms.isEmpty)
    #expect(try folder.storedFiles("forms").isEmpty)

    var etags: Set<String> = []
    for (count, state) in [(1, "spooled"), (2, "spooled"), (3, "stored")] {
      let form = try await server.fetch("p", as: device)
      #expect(form.status == "ok" && form.bytes == 9_600)
      etags.insert(form.etag)
      let demand = try await server.demand()
      #expect(demand.summary("p", device) == "\(state) \(count) request")
      #expect(demand.requests(device) == count)
      #expect(try folder.storedFiles("forms").count == (count < 3 ? 0 : 1))
    }
    #expect(etags.count == 1)
    // The second request was served, and the third stored, what the first had converted.
    #expect(try server.decodeCount() == 1)
    #expect(try server.back.logCount("form made") == 1)
    #expect(server.stop())

    // Nothing spooled is left now: the fourth comes from the store.
    let next = try await Installation(
      topology, data: folder, ["--render-after", "3"])
    #expect(try await next.fetch("p", as: device).etag == etags.first)
    #expect(try next.decodeCount() == 0)
    let demand = try await next.demand { $0.requests(device) == 4 }
    #expect(demand.summary("p", device) == "stored 4 request")
    #expect(next.stop())
  }

  /// The literal reading of "generated at the third request": nothing is sent before.
  @Test(arguments: Topology.allCases)
  func deferSendsNothingBeforeTheThird(_ topology: Topology) async throws {
    let folder = try TemporaryFolder()
    let server = try await Installation(
      topology, data: folder, ["--render-after", "3", "--before-stored", "defer"])
    try await server.register(try await folder.makeCard(320, 240), as: "p")
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    for count in 1...2 {
      let output = folder.path("form")
      let pending = try await server.fetch(
        "p", as: device, "--retry", "0", "--output", output)
      #expect(pending.status == "pending" && pending.bytes == 0 && pending.bytesAsSent == 0)
      #expect(!FileManager.default.fileExists(atPath: output))
      #expect(try await server.demand().summary("p", device) == "none \(count) -")
    }
    #expect(try server.decodeCount() == 0)
    let form = try await server.fetch("p", as: device, "--retry", "0")
    #expect(form.status == "ok" && form.bytes == 9_600)
    #expect(try await server.demand().summary("p", device) == "stored 3 request")
    #expect(server.stop())
  }

  /// A patient device waits for the others to ask; here it is all of them itself.
  @Test(arguments: Topology.allCases)
  func aPatientDeviceGetsADeferredForm(_ topology: Topology) async throws {
    let folder = try TemporaryFolder()
    let server = try await Installation(
      topology, data: folder, ["--render-after", "2", "--before-stored", "defer"])
    try await server.register(try await folder.makeCard(320, 240), as: "p")
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let form = try await server.fetch("p", as: device)
    #expect(form.status == "ok" && form.bytes == 9_600)
    #expect(try await server.demand().summary("p", device) == "stored 2 request")
    #expect(server.stop())
  }

  /// A device with two alternatives gets the second at once where that is stored, and the first
  /// once it was asked for often enough.
  @Test(arguments: Topology.allCases)
  func nearestSendsTheStoredAlternative(_ topology: Topology) async throws {
    let folder = try TemporaryFolder()
    let server = try await Installation(
      topology, data: folder, ["--render-after", "2", "--before-stored", "nearest"])
    for (name, width) in [("p", 320), ("q", 330)] {
      try await server.register(try await folder.makeCard(width, 240), as: name)
    }
    let (better, lesser) = (
      TestDevice.grayFields(160, 120, bits: 8), TestDevice.grayFields(160, 120, bits: 1)
    )
    let simple = try TestDevice("simple", in: folder, lesser)
    let device = try TestDevice("choosy", in: folder, better, lesser)
    for _ in 1...2 { _ = try await server.fetch("p", as: simple) }
    #expect(try await server.demand().summary("p", simple) == "stored 2 request")
    let decodeCount = try server.decodeCount()

    let first = try await server.fetch("p", as: device)
    #expect(first.alternative == 1 && first.bytes == 2_400)
    #expect(try server.decodeCount() == decodeCount)
    var demand = try await server.demand()
    #expect(demand.summary("p", device) == "none 1 -")
    #expect(demand.summary("p", device, alternative: 1) == "stored 2 request")

    // The threshold: it is not made to wait, and the better form is made meanwhile.
    #expect(try await server.fetch("p", as: device).alternative == 1)
    demand = try await server.demand { $0.form("p", device)?.state == "stored" }
    #expect(demand.summary("p", device) == "stored 2 request")
    let last = try await server.fetch("p", as: device)
    #expect(last.alternative == 0 && last.bytes == 19_200)

    // Where no alternative is stored the first is converted.
    #expect(try await server.fetch("q", as: device).alternative == 0)
    #expect(try await server.demand().summary("q", device) == "spooled 1 request")
    #expect(server.stop())
  }

  /// What was counted is there after a restart, also after a power cut right behind a request.
  @Test(arguments: [false, true])
  func countsSurvive(kill: Bool) async throws {
    let folder = try TemporaryFolder()
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let card = try await folder.makeCard(320, 240)
    for count in 1...3 {
      let server = try await ServerProcess(data: folder, "--render-after", "3")
      if count == 1 {
        try await server.register(card, as: "p")
      } else {
        // The spool has gone with the process that held it, and nobody says otherwise.
        #expect(try await server.demand().summary("p", device) == "known \(count - 1) request")
      }
      #expect(try await server.fetch("p", as: device).status == "ok")
      #expect(try server.decodeCount() == 1)
      if kill { server.kill9() } else { #expect(server.stop() == 0) }
    }
    let server = try await ServerProcess(data: folder, "--render-after", "3")
    let demand = try await server.demand()
    #expect(demand.summary("p", device) == "stored 3 request")
    #expect(demand.requests(device) == 3)
    #expect(server.stop() == 0)
  }

  /// The form that is sent is kept although it is not stored: ten cuts are one render.
  @Test(arguments: Topology.allCases)
  func tenCutsAreOneRender(_ topology: Topology) async throws {
    let folder = try TemporaryFolder()
    // A cut may lose all that was under way; then the device begins anew, and that counts.
    let server = try await Installation(
      topology, data: folder, cut: (after: 17_000, count: 10), ["--render-after", "100"])
    try await server.register(try await folder.makeCard(1_000, 600), as: "p")
    let device = try TestDevice.gray(800, 480, bits: 4, in: folder)
    let link = try #require(server.cuts)
    try await server.warm("p", for: device)
    let form = try await Programs.device(
      "fetch", "p", "--profile", device.file, "--server", server.address, "--partial",
      folder.path("part"), "--output", folder.path("cut"), "--json"
    ).fetched()
    #expect(form.bytes == 192_000)
    // A connection that was cut may say so after the next one.
    for _ in 1...10 { while try await link.nextConnection().down != 17_000 {} }
    #expect(try server.decodeCount() == 1)
    #expect(try await server.demand().form("p", device)?.state == "spooled")
    _ = try await server.fetch("p", as: device, "--output", folder.path("whole"))
    #expect(try folder.data("cut") == folder.data("whole"))
    #expect(server.stop())
  }

  /// A transfer that goes on is no new request.
  @Test(arguments: Topology.allCases)
  func goingOnDoesNotCount(_ topology: Topology) async throws {
    let folder = try TemporaryFolder()
    let server = try await Installation(
      topology, data: folder, cut: (after: 100_000, count: 1), ["--render-after", "100"])
    try await server.register(try await folder.makeCard(1_000, 600), as: "p")
    let device = try TestDevice.gray(800, 480, bits: 4, in: folder)
    try await server.warm("p", for: device)
    // More than one where a slow machine said PENDING before.
    let count = try await server.demand().requests(device)
    let part = folder.path("part")
    let cut = try await Programs.device(
      "fetch", "p", "--profile", device.file, "--server", server.address, "--partial", part,
      "--retry", "0")
    #expect(cut.status == 1)
    let received = try folder.data("part").count
    try #require(received > 0 && received < 100_000)
    #expect(try await server.demand().summary("p", device) == "spooled \(count + 1) request")
    #expect(try await server.fetch("p", as: device, "--partial", part).bytes == 192_000)
    #expect(try await server.demand().summary("p", device) == "spooled \(count + 1) request")
    #expect(try await server.fetch("p", as: device).bytes == 192_000)
    #expect(try await server.demand().summary("p", device) == "spooled \(count + 2) request")
    #expect(try server.decodeCount() == 1)
    #expect(server.stop())
  }
}
