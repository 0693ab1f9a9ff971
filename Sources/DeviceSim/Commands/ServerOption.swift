internal import ArgumentParser
internal import Transport
internal import WireProtocol

/// Where the server is and who asks; every command that talks takes it.
struct ServerOption: ParsableArguments {
  @Option(
    name: .customLong("server"), help: "The server's address, HOST:PORT.",
    transform: { text in
      guard let address = ServerAddress(text) else {
        throw ValidationError(
          "--server is \"\(text)\", allowed is HOST:PORT with a port of 1…65535")
      }
      return address
    })
  var address = ServerAddress(host: "127.0.0.1", port: 3_676)

  @Option(
    name: .customLong("key"),
    help: "The file with this device's key, one line: ID HEX. The server must hold it too.",
    completion: .file())
  var keyFile: String?

  @OptionGroup(title: "What the device says of itself") var telemetry: TelemetryOptions

  /// The server, and who asks it.
  func access() throws -> ServerAccess {
    ServerAccess(
      address: address, key: try keyFile.map { try readKey($0) },
      deviceID: Array(telemetry.deviceID.utf8), fields: try telemetry.fields())
  }
}

/// How long register and fetch go on after a lost connection or a retryable error.
struct RetryOption: ParsableArguments {
  @Option(
    name: .customLong("retry"),
    help: "Seconds to go on reconnecting after a lost connection; 0 gives up at once.")
  var seconds = 30

  func validate() throws {
    guard (0...86_400).contains(seconds) else {
      throw ValidationError("--retry is \(seconds), allowed is 0…86400")
    }
  }
}
