import Foundation
import Testing

@testable import Store

@Suite("What devices say of themselves", .timeLimit(.minutes(5)))
struct DeviceReportTests {
  static let full: DeviceReport = {
    var report = DeviceReport(seenAt: .epoch + 0.125)
    report.model = "panel \u{1B}[31m"
    report.firmware = ""
    report.batteryMillivolts = 3_712
    report.batteryPercent = 100
    report.rssi = -128
    report.temperature = -20
    report.wakeReason = 255
    report.freeHeap = 4_294_967_295
    report.lastError = 0x89
    report.shown = Array(0..<16)
    return report
  }()

  func all(_ library: any OperatorLibrary) async throws -> [DeviceIdentity: DeviceReport] {
    var all: [DeviceIdentity: DeviceReport] = [:]
    var last: DeviceIdentity?
    while true {
      let page = try await library.devices(after: last, limit: 2)
      guard let end = page.last else { return all }
      last = end.0
      for (device, report) in page {
        #expect(all.updateValue(report, forKey: device) == nil)
      }
    }
  }

  @Test(arguments: LibraryKind.allCases)
  func theNewestIsKeptWhole(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    var library = try await kind.open(folder)
    let key = try #require(AccessKeyID("k"))
    let proven = DeviceIdentity(id: [7], keyID: key)
    let claimed = DeviceIdentity(id: [7], keyID: nil)
    let nameless = DeviceIdentity(id: [], keyID: key)
    _ = try await library.record(
      UseRecord(devices: [
        proven: Self.full, nameless: DeviceReport(seenAt: .epoch),
        DeviceIdentity(id: [], keyID: nil): Self.full,
      ]), at: .epoch)
    #expect(try await all(library) == [proven: Self.full, nameless: DeviceReport(seenAt: .epoch)])
    // A stranger that claims to be it changes nothing of what it said.
    var stranger = DeviceReport(seenAt: .epoch + 9)
    stranger.batteryPercent = 0
    _ = try await library.record(UseRecord(devices: [claimed: stranger]), at: .epoch)
    #expect(try await all(library)[proven] == Self.full)
    #expect(try await all(library)[claimed] == stranger)
    // News replace all of it, what is older nothing.
    let news = DeviceReport(seenAt: .epoch + 10)
    _ = try await library.record(UseRecord(devices: [proven: news]), at: .epoch)
    _ = try await library.record(UseRecord(devices: [proven: Self.full]), at: .epoch)
    for _ in 0..<2 {
      #expect(try await all(library).count == 3)
      #expect(try await all(library)[proven] == news)
      try await library.close()
      library = try await kind.open(folder)
    }
  }

  @Test(arguments: LibraryKind.allCases)
  func strangersCannotFillTheDisk(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let library = try await kind.open(
      folder, limits: StoreLimits(deviceLimit: 4))
    let key = try #require(AccessKeyID("k"))
    let proven = DeviceIdentity(id: [0], keyID: key)
    func see(_ device: DeviceIdentity, _ seconds: TimeInterval) async throws {
      _ = try await library.record(
        UseRecord(devices: [device: DeviceReport(seenAt: .epoch + seconds)]), at: .epoch)
    }
    try await see(proven, 0)
    for index in UInt8(1)...9 {
      try await see(DeviceIdentity(id: [index], keyID: nil), TimeInterval(index))
    }
    #expect(
      Set(try await all(library).keys)
        == [
          proven, .init(id: [7], keyID: nil), .init(id: [8], keyID: nil),
          .init(id: [9], keyID: nil),
        ])
    // Where all have keys, those go that were seen longest ago.
    for index in UInt8(1)...5 {
      try await see(DeviceIdentity(id: [index], keyID: key), TimeInterval(index))
    }
    #expect(
      Set(try await all(library).keys) == Set((2...5).map { DeviceIdentity(id: [$0], keyID: key) }))
  }
}
