internal import ArgumentParser
internal import WireProtocol

/// What the device says of itself in HELLO; `forme-server devices` lists it.
struct TelemetryOptions: ParsableArguments {
  /// Bytes of id, model and firmware together. HELLO has 248: 12 are its own, 64 four form keys, 4 a
  /// CRC-32, 43 all other fields, and model and firmware have heads of 2.
  static let textByteLimit = 121

  @Option(help: "The device's own id, up to 32 bytes. Without one it is nobody in particular.")
  var deviceID = ""

  @Option(help: "The device's model.")
  var model: String?

  @Option(help: "The version of its firmware.")
  var firmware: String?

  @Option(help: "The battery's voltage in mV, 0 to 65535.")
  var batteryMillivolts: Int?

  @Option(help: "The battery's charge, 0 to 100.")
  var batteryPercent: Int?

  @Option(parsing: .unconditional, help: "The radio's signal in dBm, -128 to 127.")
  var rssi: Int?

  @Option(parsing: .unconditional, help: "Degrees Celsius, -128 to 127.")
  var temperature: Int?

  @Option(help: "Why it woke, 0 to 255, in numbers of its own.")
  var wakeReason: Int?

  @Option(help: "Free memory in bytes, 0 to 4294967295.")
  var freeHeap: Int?

  @Option(help: "The code of the last ERROR that it saw, 0 to 255; 0: none.")
  var lastError: Int?

  func validate() throws {
    guard deviceID.utf8.count <= WireConstants.deviceIDByteLimit else {
      throw ValidationError(
        "--device-id has \(deviceID.utf8.count) bytes, allowed are 0…\(WireConstants.deviceIDByteLimit)"
      )
    }
    let byteCount = [deviceID, model ?? "", firmware ?? ""].map(\.utf8.count).reduce(0, +)
    guard byteCount <= Self.textByteLimit else {
      throw ValidationError(
        """
        --device-id, --model and --firmware have \(byteCount) bytes together, \
        allowed are 0…\(Self.textByteLimit)
        """)
    }
    _ = try fields()
  }

  /// The fields of HELLO.
  /// - Throws: `ValidationError` for a value that its field cannot hold.
  func fields() throws -> [HelloField] {
    [
      try number(lastError, "--last-error").map(HelloField.lastError),
      try number(batteryPercent, "--battery-percent", 0...100).map(HelloField.batteryPercent),
      try number(batteryMillivolts, "--battery-millivolts").map(HelloField.batteryMillivolts),
      try number(rssi, "--rssi").map(HelloField.rssi),
      try number(temperature, "--temperature").map(HelloField.temperature),
      try number(wakeReason, "--wake-reason").map(HelloField.wakeReason),
      try number(freeHeap, "--free-heap").map(HelloField.freeHeap),
      firmware.map(HelloField.firmware), model.map(HelloField.model),
    ].compactMap(\.self)
  }

  private func number<Value: FixedWidthInteger>(
    _ number: Int?, _ option: String, _ allowed: ClosedRange<Value> = .min ... .max
  ) throws -> Value? {
    guard let number else { return nil }
    guard let value = Value(exactly: number), allowed.contains(value) else {
      throw ValidationError(
        "\(option) is \(number), allowed is \(allowed.lowerBound)…\(allowed.upperBound)")
    }
    return value
  }
}
