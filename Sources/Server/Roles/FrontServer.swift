internal import Logging
internal import ServiceLifecycle
internal import Store

/// The front role: receives registrations and requests, and has backs do them. It refers devices to
/// them, or fetches from them what it sends itself.
struct FrontServer: Service {
  let configuration: ServerConfiguration
  let logger: Logger
  /// Where to stop, when a test wants it.
  var faults: FaultHook?

  /// Serves until the service group is told to shut down, then lets running transfers finish.
  func run() async throws {
    let listening = Listening(configuration: configuration, logger: logger)
    let key = try listening.readPeerKey()
    let address = try listening.resolve(configuration.listen, "listen")
    listening.raiseFileLimit()
    try await listening.work(faults: faults) { library in
      FrontRooms(
        library: library, configuration: configuration, isOnLoopback: address.isLoopback,
        key: key, logger: logger)
    } _: { services in
      try await listening.serveDevices(at: address, services: services)
    }
  }
}
