import Foundation
import Store
import Testing
import WireProtocol

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct DeviceNotingTests {
  @Test func everyFieldOfHelloIsTaken() throws {
    let shown = try #require(ShortDigest(Array(1...16)))
    let hello = HelloMessage(
      maxFrame: 248, keepAliveSeconds: 0, deviceID: [1], formKeys: [],
      fields: [
        .model("m"), .firmware("f"), .batteryMillivolts(65_535), .batteryPercent(100), .rssi(-128),
        .temperature(-40), .wakeReason(255), .freeHeap(.max), .lastError(0x89), .shown(shown),
        .ticket([1]), .unknown(type: 0xF4, value: [3]),
      ])
    let report = DeviceReport(hello, at: Date(timeIntervalSince1970: 5))
    var expected = DeviceReport(seenAt: Date(timeIntervalSince1970: 5))
    expected.model = "m"
    expected.firmware = "f"
    expected.batteryMillivolts = 65_535
    expected.batteryPercent = 100
    expected.rssi = -128
    expected.temperature = -40
    expected.wakeReason = 255
    expected.freeHeap = 4_294_967_295
    expected.lastError = 0x89
    expected.shown = shown.bytes
    #expect(report == expected)
  }

  @Test func theLedgerWritesThemWithTheCounts() async throws {
    let finding = try await Finding()
    let device = DeviceIdentity(id: [1], keyID: AccessKeyID("a"))
    var report = DeviceReport(seenAt: Date(timeIntervalSince1970: 5))
    finding.ledger.note(report, of: device)
    report.batteryPercent = 3
    finding.ledger.note(report, of: device)
    #expect(try await finding.library.devices(after: nil, limit: 9).isEmpty)
    try await finding.ledger.flush()
    let kept = try await finding.library.devices(after: nil, limit: 9)
    #expect(kept.map(\.0) == [device] && kept.map(\.1) == [report])
  }

  /// While nothing can be written, strangers cannot fill the memory either.
  @Test func theLedgerHoldsSoManyAndNoMore() async throws {
    let finding = try await Finding()
    for index in 0..<10_005 {
      let id = [UInt8(index >> 8), UInt8(index & 255)]
      finding.ledger.note(
        DeviceReport(seenAt: Date(timeIntervalSince1970: 5)),
        of: DeviceIdentity(id: id, keyID: nil))
    }
    try await finding.ledger.flush()
    #expect(try await finding.library.devices(after: nil, limit: 20_000).count == 10_000)
  }

  /// A device cannot call itself what a key is called.
  @Test func whatIsClaimedIsNotWhatIsProved() throws {
    let key = try #require(AccessKeyID("a"))
    let all: [UploadIdentity] = [.key(key), .device([0x61]), .device([]), .device([1, 0x61])]
    #expect(Set(all.map(\.bytes)).count == all.count)
  }
}
