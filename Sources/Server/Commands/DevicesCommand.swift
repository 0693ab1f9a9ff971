internal import ArgumentParser
internal import Capabilities
internal import Foundation
internal import Store

/// Says which devices were seen and what they last said of themselves.
struct DevicesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List the devices that were seen, and what they last said of themselves.",
    discussion: """
      Devices say what they like; only a key was proved. The 10,000 that were seen last are \
      remembered, those without a key go first. The last second is not in the list yet.

      With --json one object: "devices" has id (hexadecimal), lastSeen (seconds since 1970), key \
      of a device that proved one, and what the device said: model, firmware, batteryMillivolts, \
      batteryPercent, rssi (dBm), temperature (°C), wakeReason, freeHeap (bytes), lastError (code \
      of the last ERROR it saw), shown (etag).
      """)

  /// Devices that are read at once.
  private static let pageCount = 500

  @OptionGroup var options: DataOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    let devices = try await options.withLibrary(try options.resolve()) { library in
      var devices: [(DeviceIdentity, DeviceReport)] = []
      while true {
        let page = try await library.devices(after: devices.last?.0, limit: Self.pageCount)
        if page.isEmpty { break }
        devices += page
      }
      return devices
    }.sorted { $0.1.seenAt > $1.1.seenAt }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let report = ["devices": devices.map { DeviceLine(identity: $0.0, report: $0.1) }]
      StandardStreams.print(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      printTable(devices)
    }
  }

  private func printTable(_ devices: [(DeviceIdentity, DeviceReport)]) {
    var table = TextTable(
      "last seen", "device", "key", "model", "firmware", "battery", "dBm", "°C", "wake",
      "free heap",
      "last error", "shown")
    for (device, report) in devices {
      func text(_ value: Int?) -> String { value.map(String.init) ?? "-" }
      func text(_ value: String?) -> String { value.map { "\"\(LogText($0))\"" } ?? "-" }
      let battery = [
        report.batteryPercent.map { "\($0) %" }, report.batteryMillivolts.map { "\($0) mV" },
      ].compactMap(\.self)
      table.add([
        report.seenAt.formatted(.iso8601), Self.name(of: device.id), device.keyID?.text ?? "-",
        text(report.model), text(report.firmware),
        battery.isEmpty ? "-" : battery.joined(separator: " "), text(report.rssi),
        text(report.temperature), text(report.wakeReason), text(report.freeHeap),
        report.lastError.map { hexadecimal([UInt8(clamping: $0)]) } ?? "-",
        report.shown.map { hexadecimal($0) } ?? "-",
      ])
    }
    for line in table.lines { StandardStreams.print(line) }
  }

  /// A device's own id as text where it is one, or in hexadecimal digits.
  private static func name(of id: [UInt8]) -> String {
    if id.isEmpty { return "-" }
    if let text = String(validating: id, as: UTF8.self) { return "\"\(LogText(text))\"" }
    return hexadecimal(id)
  }
}

/// A device in `devices --json`.
private struct DeviceLine: Encodable {
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

  init(identity: DeviceIdentity, report: DeviceReport) {
    id = hexadecimal(identity.id)
    lastSeen = Int(report.seenAt.timeIntervalSince1970)
    key = identity.keyID?.text
    model = report.model
    firmware = report.firmware
    batteryMillivolts = report.batteryMillivolts
    batteryPercent = report.batteryPercent
    rssi = report.rssi
    temperature = report.temperature
    wakeReason = report.wakeReason
    freeHeap = report.freeHeap
    lastError = report.lastError
    shown = report.shown.map { hexadecimal($0) }
  }
}
