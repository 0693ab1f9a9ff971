import Foundation
import Testing

/// How a server is set up; devices should not notice.
enum Topology: String, CaseIterable, Sendable {
  case standalone, refer, relay
}

/// A standalone server, or a front and its back: devices ask one process, and pictures are in
/// another.
final class Installation {
  /// Whom devices ask.
  let front: ServerProcess
  /// Who keeps pictures; the same process where there is one.
  let back: ServerProcess
  /// What a device's link goes through that is cut; `nil` unless that was asked for.
  let cuts: CuttingProxy?
  /// Where devices connect to.
  let address: String

  private let frontFolder: TemporaryFolder?

  /// - Parameters:
  ///   - data: where the store is, and the log.
  ///   - cut: a link that is cut after so many bytes, so many times, where forms come over.
  ///   - arguments: more of them, for whoever makes forms.
  init(
    _ topology: Topology, data: TemporaryFolder,
    cut: (after: Int, count: Int)? = nil, _ arguments: [String] = []
  ) async throws {
    guard topology != .standalone else {
      front = try await ServerProcess(data: data, arguments: arguments)
      back = front
      frontFolder = nil
      cuts = try await cut.asyncMap { [front] in
        try await CuttingProxy(to: front.address, cutAfter: $0.after, cuts: $0.count)
      }
      address = cuts?.address ?? front.address
      return
    }
    let key = try data.makePeerKey()
    var backArguments = ["--role", "back", "--peer-key", key] + arguments
    var proxy: CuttingProxy?
    if topology == .refer, let cut {
      // The back tells devices to come through the link.
      let target = "127.0.0.1:\(try await freePort())"
      let link = try await CuttingProxy(to: target, cutAfter: cut.after, cuts: cut.count)
      backArguments += ["--device-listen", target, "--advertise", link.address]
      proxy = link
    }
    back = try await ServerProcess(data: data, arguments: backArguments)
    let folder = try TemporaryFolder()
    frontFolder = folder
    front = try await ServerProcess(
      data: folder,
      arguments: [
        "--role", "front", "--split", topology.rawValue, "--backs", back.address, "--peer-key", key,
      ])
    if topology == .relay, let cut {
      proxy = try await CuttingProxy(to: front.address, cutAfter: cut.after, cuts: cut.count)
    }
    cuts = proxy
    address = topology == .relay ? proxy?.address ?? front.address : front.address
  }

  func register(_ file: String, as name: String) async throws {
    try await front.register(file, as: name)
  }

  func fetch(
    _ name: String, as device: TestDevice, _ options: String...
  ) async throws -> FetchedForm {
    try await front.fetch(name, as: device, options: options)
  }

  /// Has a form made, so that no device is told PENDING where its link should be cut: by a device of
  /// the protocol's first version, which is not referred anywhere.
  func warm(_ name: String, for device: TestDevice) async throws {
    let descriptor = try #require(device.descriptors.first)
    let hexadecimal = descriptor.map { String(format: "%02x", $0) }.joined()
    for _ in 0..<10 {
      let answers = try await AskingPeer.ask(
        front.address, "--descriptor", hexadecimal, "get:\(name)")
      if answers == ["get:\(name) ok"] { return }
    }
    Issue.record("the form was not made")
  }

  func demand() async throws -> DemandReport { try await back.demand() }

  func demand(when condition: (DemandReport) -> Bool) async throws -> DemandReport {
    try await back.demand(when: condition)
  }

  func decodeCount() throws -> Int { try back.decodeCount() }

  /// Starts a back anew where the first one was, which has ended.
  func restartBack(in data: TemporaryFolder) async throws -> ServerProcess {
    try await ServerProcess(
      data: data, at: back.address, "--role", "back", "--peer-key", data.path("peers.key"))
  }

  /// The files below a folder of the front's data folder.
  func frontFiles(_ kind: String) throws -> [String] { try frontFolder?.storedFiles(kind) ?? [] }

  /// Asks all servers to end, the front first.
  /// - Returns: true when each ended well.
  func stop() -> Bool {
    let statuses = front === back ? [front.stop()] : [front.stop(), back.stop()]
    return statuses.allSatisfy { $0 == 0 }
  }
}

extension TemporaryFolder {
  /// A key that servers share, as `key add` prints one.
  func makePeerKey() throws -> String {
    let digits = (0..<64).map { _ in "0123456789abcdef".randomElement() ?? "0" }
    return try write("peers.key", Array("peers \(String(digits))\n".utf8))
  }
}

/// A port of the loopback that nobody listens on just now.
func freePort() async throws -> Int {
  let script =
    "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])"
  let result = try await Programs.tool("python3", "-c", script)
  return try #require(Int(result.output.trimmingCharacters(in: .newlines)))
}

extension Optional {
  fileprivate func asyncMap<Other>(
    _ transform: (Wrapped) async throws -> Other
  ) async throws -> Other? {
    if let self { try await transform(self) } else { nil }
  }
}
