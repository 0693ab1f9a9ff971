import Foundation
import Testing

// What tests ask of a running server, through the programs that people use.

extension ServerProcess {
  /// Registers a picture; the server must take it.
  func register(_ file: String, as name: String) async throws {
    let result = try await Programs.device("register", file, "--name", name, "--server", address)
    try #require(result.status == 0, "\(result.errors)")
  }

  /// Fetches a form; that must succeed.
  func fetch(_ name: String, as device: TestDevice, _ options: String...) async throws
    -> FetchedForm
  {
    try await fetch(name, as: device, options: options)
  }

  /// The same with options that somebody else has put together.
  func fetch(
    _ name: String, as device: TestDevice, options: [String]
  ) async throws -> FetchedForm {
    try await Programs.run(
      Programs.device,
      ["fetch", name, "--profile", device.file, "--server", address, "--json"] + options
    ).fetched()
  }

  /// Runs a command of `forme-server` on this server's data folder.
  func command(_ name: String, _ arguments: String...) async throws -> CommandResult {
    try await Programs.run(Programs.server, [name] + arguments + ["--data", dataPath])
  }

  /// What the operator is told beside the running server.
  func demand() async throws -> DemandReport {
    let result = try await command("demand", "--json")
    try #require(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(DemandReport.self, from: Data(result.output.utf8))
  }

  /// Asks until what goes on in the background has led to `condition`; fails after half a minute.
  func demand(
    when condition: (DemandReport) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> DemandReport {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      let report = try await demand()
      if condition(report) { return report }
      try #require(
        ContinuousClock.now < deadline, "it never came to this: \(report)",
        sourceLocation: sourceLocation)
    }
  }

  /// How many times a picture was decoded for its forms.
  func decodeCount() throws -> Int { try logCount("decoded") }
}

extension TemporaryFolder {
  /// Draws a test card. Cards of different sizes are different pictures.
  func makeCard(_ width: Int, _ height: Int) async throws -> String {
    let file = path("card-\(width)x\(height).png")
    let result = try await Programs.device(
      "testcard", "--width", String(width), "--height", String(height), "--output", file)
    try #require(result.status == 0, "\(result.errors)")
    return file
  }

  /// Changes one bit in the middle of a file.
  func flipBit(in file: String) throws {
    let handle = try FileHandle(forUpdating: URL(filePath: file))
    defer { try? handle.close() }
    let middle = try handle.seekToEnd() / 2
    try handle.seek(toOffset: middle)
    let byte = try #require(try handle.read(upToCount: 1)?.first)
    try handle.seek(toOffset: middle)
    try handle.write(contentsOf: [byte ^ 0x10])
  }

  /// The files below a folder of a data folder.
  func storedFiles(_ kind: String) throws -> [String] {
    let root = url.appending(path: "store/\(kind)")
    return try FileManager.default.subpathsOfDirectory(atPath: root.path)
      .map { root.appending(path: $0) }.filter { !$0.hasDirectoryPath }
      .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true }
      .map(\.path).sorted()
  }
}

// Keys and devices.

extension ServerProcess {
  /// Adds a key.
  /// - Returns: the file that holds it, as it was printed.
  func addKey(
    _ id: String, may: String = "retrieve,register", _ options: String...,
    in folder: TemporaryFolder
  ) async throws -> String {
    let result = try await Programs.run(
      Programs.server, ["key", "add", id, "--may", may, "--data", dataPath] + options)
    try #require(result.status == 0, "\(result.errors)")
    return try folder.write("\(id).key", Array(result.output.utf8))
  }

  /// Waits until the server has noticed that there is a key, and what a stranger is told then.
  func waitUntilStrangersAreOut(
    of step: String = "remove:absent", _ answer: String = "refused c6",
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      let answers = try await AskingPeer.ask(address, step)
      if answers.first?.hasSuffix(answer) == true { return }
      try #require(
        ContinuousClock.now < deadline, "\(answers)", sourceLocation: sourceLocation)
    }
  }

  /// What `devices --json` says once `condition` holds; fails after half a minute.
  func devices(
    when condition: ([DeviceLine]) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> [DeviceLine] {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      let result = try await command("devices", "--json")
      try #require(result.status == 0, "\(result.errors)", sourceLocation: sourceLocation)
      let devices =
        try JSONDecoder().decode(
          [String: [DeviceLine]].self, from: Data(result.output.utf8))["devices"] ?? []
      if condition(devices) { return devices }
      try #require(ContinuousClock.now < deadline, "\(devices)", sourceLocation: sourceLocation)
    }
  }
}

/// A device in `devices --json`.
struct DeviceLine: Decodable, Equatable {
  let id: String
  let lastSeen: Int
  let key: String?
  let model: String?
  let firmware: String?
  let batteryMillivolts: Int?
  let batteryPercent: Int?
  let rssi: Int?
  let temperature: Int?
  let wakeReason: Int?
  let freeHeap: Int?
  let lastError: Int?
  let shown: String?
}
