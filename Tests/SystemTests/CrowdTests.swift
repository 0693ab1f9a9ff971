import Foundation
import Testing

/// Many devices of one kind at the same moment.
@Suite(.timeLimit(.minutes(3))) struct CrowdTests {
  private static let deviceCount = 1_000

  /// A thousand first requests are one render and a thousand right answers, whether the first of
  /// them stores the form or one in their middle does.
  @Test(arguments: [1, 600])
  func aThousandFirstRequestsAreOneRender(renderAfter: Int) async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(
      data: folder, raisesFileLimit: true, "--render-after", "\(renderAfter)")
    try #require(try server.openFileLimit() > Self.deviceCount + 100, "ulimit -Hn is too low")
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 1_200, height: 900, at: photo)
    try await server.register(photo, as: "p")
    let device = try TestDevice.gray(240, 180, bits: 2, in: folder)

    let crowd = try await Crowd.fetch("p", as: device, count: Self.deviceCount, from: server)
    #expect(crowd.failures.isEmpty)
    #expect(Array(crowd.forms.values) == [Self.deviceCount])
    #expect(try server.decodeCount() == 1)
    #expect(try server.logCount("form made") == 1)

    // What all of them got is what the simulator gets, and what the judge finds right.
    let whole = folder.path("whole")
    let fetched = try await server.fetch("p", as: device, "--output", whole)
    #expect(fetched.bytes == 10_800)
    let digest = try await Programs.tool("sha256sum", whole).output.prefix { $0 != " " }
    #expect(crowd.forms.keys.first == String(digest))
    try await Judge.check(form: whole, profile: device.file, picture: photo, [])
    #expect(try server.decodeCount() == 1)
    let demand = try await server.demand { $0.requests(device) == Self.deviceCount + 1 }
    #expect(demand.summary("p", device) == "stored \(Self.deviceCount + 1) request")
    #expect(server.stop() == 0)
  }
}
