import Foundation
import Testing

/// What a device says of itself, on its way from the options of `forme-device` to the operator.
@Suite(.timeLimit(.minutes(3))) struct TelemetryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func whatADeviceSaysIsListed() async throws {
    let server = try await ServerProcess(data: folder)
    let card = try await folder.makeCard(64, 48)
    let panel = try TestDevice.gray(64, 48, bits: 1, in: folder)
    let registered = try await Programs.device(
      "register", card, "--name", "a", "--server", server.address, "--device-id", "scanner",
      "--model", "M\u{E9}", "--battery-percent", "0", "--rssi", "-128", "--temperature", "127")
    try #require(registered.status == 0, "\(registered.errors)")
    let form = try await server.fetch("a", as: panel)
    let fetched = try await server.fetch(
      "a", as: panel, "--shown", form.etag, "--device-id", "shelf-7", "--model", "panel",
      "--firmware", "1.4.2", "--battery-millivolts", "3712", "--battery-percent", "87", "--rssi",
      "-61", "--temperature", "-4", "--wake-reason", "2", "--free-heap", "4294967295",
      "--last-error", "137")
    #expect(fetched.status == "not-modified")

    let devices = try await server.devices { $0.count { !$0.id.isEmpty } == 2 }
    let scanner = try #require(devices.first { $0.id == Self.hexadecimal("scanner") })
    #expect(scanner.model == "M\u{E9}" && scanner.firmware == nil && scanner.shown == nil)
    #expect(scanner.batteryPercent == 0 && scanner.batteryMillivolts == nil)
    #expect(scanner.rssi == -128 && scanner.temperature == 127)
    let shelf = try #require(devices.first { $0.id == Self.hexadecimal("shelf-7") })
    #expect(shelf.model == "panel" && shelf.firmware == "1.4.2" && shelf.shown == form.etag)
    #expect(shelf.batteryMillivolts == 3_712 && shelf.batteryPercent == 87)
    #expect(shelf.rssi == -61 && shelf.temperature == -4 && shelf.wakeReason == 2)
    #expect(shelf.freeHeap == 4_294_967_295 && shelf.lastError == 137)
    #expect(server.stop() == 0)
  }

  /// With four form keys and every field nothing has to be left out.
  @Test func allOfItFitsIntoHello() async throws {
    let server = try await ServerProcess(data: folder)
    let four = try TestDevice(
      "four", in: folder, TestDevice.grayFields(8, 8, bits: 1),
      TestDevice.grayFields(8, 8, bits: 2),
      TestDevice.grayFields(8, 8, bits: 4), TestDevice.grayFields(8, 8, bits: 8))
    let result = try await Programs.device(
      "fetch", "absent", "--profile", four.file, "--server", server.address, "--retry", "0",
      "--shown", "000102030405060708090a0b0c0d0e0f", "--device-id",
      String(repeating: "d", count: 32),
      "--model", String(repeating: "m", count: 44), "--firmware", String(repeating: "f", count: 45),
      "--battery-millivolts", "1", "--battery-percent", "2", "--rssi", "3", "--temperature", "4",
      "--wake-reason", "5", "--free-heap", "6", "--last-error", "7")
    #expect(result.status == 1 && result.errors.contains("NOT_FOUND"), "\(result.errors)")
    let device = try #require(try await server.devices { !$0.isEmpty }.first)
    #expect(device.model?.count == 44 && device.firmware?.count == 45)
    #expect(device.batteryMillivolts == 1 && device.batteryPercent == 2 && device.rssi == 3)
    #expect(device.temperature == 4 && device.wakeReason == 5 && device.freeHeap == 6)
    #expect(device.lastError == 7 && device.shown == "000102030405060708090a0b0c0d0e0f")
    #expect(server.stop() == 0)
  }

  @Test(arguments: [
    (["--battery-percent", "101"], "--battery-percent is 101, allowed is 0…100"),
    (["--battery-millivolts", "65536"], "--battery-millivolts is 65536, allowed is 0…65535"),
    (["--rssi", "-129"], "--rssi is -129, allowed is -128…127"),
    (["--temperature", "128"], "--temperature is 128, allowed is -128…127"),
    (["--wake-reason", "256"], "--wake-reason is 256, allowed is 0…255"),
    (["--free-heap", "4294967296"], "--free-heap is 4294967296, allowed is 0…4294967295"),
    (["--last-error", "256"], "--last-error is 256, allowed is 0…255"),
    (
      ["--device-id", String(repeating: "é", count: 17)],
      "--device-id has 34 bytes, allowed are 0…32"
    ),
    (
      [
        "--model", String(repeating: "m", count: 100), "--firmware",
        String(repeating: "f", count: 22),
      ],
      "--device-id, --model and --firmware have 122 bytes together, allowed are 0…121"
    ),
    (["--rssi", "loud"], "'loud' is invalid for '--rssi <rssi>'"),
  ])
  func wrongUse(_ arguments: [String], _ text: String) async throws {
    let result = try await Programs.run(
      Programs.device, ["list", "--server", "127.0.0.1:1"] + arguments)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.errors.split(separator: "\n").first?.contains(text) == true, "\(result.errors)")
  }

  private static func hexadecimal(_ text: String) -> String {
    text.utf8.map { String(format: "%02x", $0) }.joined()
  }
}
