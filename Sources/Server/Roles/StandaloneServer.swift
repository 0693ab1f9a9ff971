internal import Logging
internal import ServiceLifecycle
internal import Store

/// The standalone role: receives, generates, stores, finds and transmits in one process.
struct StandaloneServer: Service {
  let configuration: ServerConfiguration
  let logger: Logger
  /// Where to stop, when a test wants it.
  var faults: FaultHook?

  /// Serves until the service group is told to shut down, then lets running transfers finish.
  func run() async throws {
    let listening = Listening(configuration: configuration, logger: logger)
    let address = try listening.resolve(configuration.listen, "listen")
    listening.raiseFileLimit()
    try await listening.work(faults: faults) { library in
      ServerRooms(
        library: library, configuration: configuration, isOnLoopback: address.isLoopback,
        logger: logger)
    } _: { services in
      try await listening.serveDevices(at: address, services: services)
    }
  }
}
