import Foundation
import TestCluster
import Testing

/// Several backs on one PostgreSQL, and fronts that choose among them.
@Suite(.timeLimit(.minutes(5))) struct ClusterTests {
  /// Two backs, and a front of either kind that knows both.
  private final class Cluster {
    let backs: [ServerProcess]
    let fronts: [Topology: ServerProcess]
    /// Where each back listens for devices.
    let deviceAddresses: [String]
    private let folders: [TemporaryFolder]
    private let postgres: PostgresCluster

    init(backArguments: [String] = []) async throws {
      postgres = try PostgresCluster.start()
      let store = try postgres.makeDatabase()
      var folders: [TemporaryFolder] = []
      func makeFolder() throws -> TemporaryFolder {
        folders.append(try TemporaryFolder())
        return folders[folders.count - 1]
      }
      let key = try makeFolder().makePeerKey()
      var backs: [ServerProcess] = []
      var deviceAddresses: [String] = []
      for _ in 0..<2 {
        let address = "127.0.0.1:\(try await freePort())"
        deviceAddresses.append(address)
        backs.append(
          try await ServerProcess(
            data: try makeFolder(), raisesFileLimit: true,
            arguments: [
              "--role", "back", "--peer-key", key, "--store", store, "--device-listen", address,
            ] + backArguments))
      }
      var fronts: [Topology: ServerProcess] = [:]
      for topology in [Topology.refer, .relay] {
        fronts[topology] = try await ServerProcess(
          data: try makeFolder(),
          arguments: [
            "--role", "front", "--split", topology.rawValue, "--peer-key", key, "--backs",
            backs.map(\.address).joined(separator: ","),
          ])
      }
      self.folders = folders
      (self.backs, self.fronts, self.deviceAddresses) = (backs, fronts, deviceAddresses)
    }

    func front(_ topology: Topology) throws -> ServerProcess { try #require(fronts[topology]) }

    /// How many times a picture was decoded for its forms, at all backs.
    func decodeCount() throws -> Int { try backs.reduce(0) { $0 + (try $1.decodeCount()) } }

    /// Asks everybody who is left to end; each must end well.
    func stop() {
      for server in Array(fronts.values) + backs where server.isRunning {
        #expect(server.stop() == 0)
      }
    }
  }

  /// Half of a thousand devices ask one back for what nobody has asked for, half the other.
  @Test func aThousandFirstRequestsOverTwoBacksAreOneRender() async throws {
    let cluster = try await Cluster()
    let folder = try TemporaryFolder()
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 1_200, height: 900, at: photo)
    try await cluster.front(.relay).register(photo, as: "p")
    let device = try TestDevice.gray(240, 180, bits: 2, in: folder)
    // A kind of device is remembered by whoever is told of it first.
    let crowd = try await Crowd.fetch(
      "p", as: device, count: 1_000, from: cluster.deviceAddresses)
    #expect(crowd.failures.isEmpty, "\(crowd.failures)")
    #expect(Array(crowd.forms.values) == [1_000])
    #expect(try cluster.decodeCount() == 1)
    let fetched = folder.path("fetched")
    _ = try await cluster.front(.refer).fetch("p", as: device, "--output", fetched)
    try await Judge.check(form: fetched, profile: device.file, picture: photo, [])
    #expect(try cluster.decodeCount() == 1)
    cluster.stop()
  }

  /// One back dies; whoever asks next is served by the other, at the first attempt or the second.
  @Test(arguments: [Topology.refer, .relay])
  func aBackThatDiesIsReplaced(_ topology: Topology) async throws {
    let cluster = try await Cluster()
    let folder = try TemporaryFolder()
    let front = try cluster.front(topology)
    let card = try await folder.makeCard(320, 240)
    // So many names that each back is the preferred one of some.
    let names = (0..<8).map { "p\($0)" }
    for name in names { try await front.register(card, as: name) }
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let before = try await front.fetch("p0", as: device)
    cluster.backs[0].kill9()
    let start = ContinuousClock.now
    for name in names {
      let form = try await front.fetch(name, as: device, "--retry", "5")
      #expect(form.status == "ok" && form.etag == before.etag)
    }
    try await front.register(try await folder.makeCard(330, 240), as: "q")
    #expect(ContinuousClock.now - start < .seconds(60))
    cluster.stop()
  }

  /// A back that is told to end serves to their end the devices that were sent to it.
  @Test(arguments: [Topology.refer, .relay])
  func aBackIsDrained(_ topology: Topology) async throws {
    let cluster = try await Cluster(backArguments: ["--grace-seconds", "120"])
    let folder = try TemporaryFolder()
    let front = try cluster.front(topology)
    try await front.register(try await folder.makeCard(1_000, 600), as: "p")
    let device = try TestDevice.gray(1_600, 1_200, bits: 8, in: folder)
    let whole = folder.path("whole")
    _ = try await front.fetch("p", as: device, "--output", whole)
    // A device that takes 64 bytes at a time, and never tries again.
    let slow = folder.path("slow")
    let transfer = Task {
      try await front.fetch(
        "p", as: device, "--output", slow, "--partial", folder.path("part"), "--credit", "512",
        "--max-frame", "248", "--retry", "0")
    }
    let deadline = ContinuousClock.now + .seconds(60)
    while (try? folder.data("part").count) ?? 0 < 10_000 {
      try #require(ContinuousClock.now < deadline, "the transfer never began")
    }
    // Whichever serves it, the other one goes on, and then is alone.
    #expect(cluster.backs[0].stop() == 0)
    let other = try await front.fetch("p", as: device, "--output", folder.path("other"))
    #expect(other.bytes == 1_920_000)
    #expect(try await transfer.value.bytes == 1_920_000)
    #expect(try folder.data("slow") == folder.data("whole"))
    cluster.stop()
  }
}
