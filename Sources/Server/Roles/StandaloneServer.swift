internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Render
internal import ServiceLifecycle
internal import Store
internal import Transport

/// The standalone role: receives, generates, stores, finds and transmits in one process.
struct StandaloneServer: Service {
  let configuration: ServerConfiguration
  let logger: Logger
  /// Where to stop, when a test wants it.
  var faults: FaultHook?

  /// Serves until the service group is told to shut down, then lets running transfers finish.
  func run() async throws {
    let address = try resolve(configuration.listen)
    let openFileLimit = OpenFileLimit.raise()
    if openFileLimit < configuration.connectionLimit {
      logger.warning(
        "the system allows fewer open files than max-connections",
        metadata: ["files": "\(openFileLimit)", "connections": "\(configuration.connectionLimit)"])
    }
    let library = try await openLibrary()
    let rooms = ServerRooms(
      library: library, configuration: configuration, isOnLoopback: address.isLoopback,
      logger: logger)
    let result: Result<Void, any Error>
    do {
      result = .success(
        try await rooms.whileWorking { try await serve(rooms.services, at: address) })
    } catch {
      result = .failure(error)
    }
    // No connection is left; what they began still writes to the store.
    await rooms.finish()
    try await library.close()
    try result.get()
  }

  private func openLibrary() async throws -> EmbeddedLibrary {
    do {
      return try await EmbeddedLibrary.open(
        configuration.dataFolder, at: Date(),
        limits: StoreLimits(formByteLimit: configuration.formByteLimit), faults: faults)
    } catch {
      throw SettingError(description: "data folder \(configuration.dataFolder): \(error)")
    }
  }

  private func serve(_ services: ServerServices, at address: SocketAddress) async throws {
    guard address.isLoopback || configuration.allowsPlaintext else {
      throw SettingError(
        description: "listen is \(configuration.listen), beyond the loopback, where nothing is "
          + "encrypted: say allow-plaintext if that is meant")
    }
    do {
      try await services.access.refresh()
    } catch {
      throw SettingError(description: "data folder \(configuration.dataFolder): \(error)")
    }
    let host = address.ipAddress ?? configuration.listen.host
    let listener: ServerListener
    do {
      listener = try await ServerListener.start(
        ServerListener.Settings(
          address: ServerAddress(host: host, port: configuration.listen.port),
          connectionLimit: configuration.connectionLimit),
        on: .singletonMultiThreadedEventLoopGroup,
        mustProve: { services.access.strangers.isEmpty },
        unixTime: { UInt64(max(0, Date().timeIntervalSince1970)) },
        makeService: { DeviceConnection($0, services: services) })
    } catch {
      throw SettingError(description: "cannot listen on \(configuration.listen): \(error)")
    }
    if !address.isLoopback {
      logger.warning(
        "listening beyond the loopback without encryption",
        metadata: ["open-retrieval": "\(configuration.opensRetrieval)"])
    }
    announce("forme-server ready on \(listener.address)")
    try? await gracefulShutdown()
    logger.info("shutting down", metadata: ["grace": "\(configuration.grace)"])
    await listener.shutDown(grace: configuration.grace)
  }

  /// The address that is bound, so that rights hang on it and on no later answer to the same name.
  private func resolve(_ address: ServerAddress) throws -> SocketAddress {
    do {
      return try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
    } catch {
      throw SettingError(description: "listen: there is no host \(address.host)")
    }
  }

  /// Standard output is a pipe when a script waits for this line, and pipes are buffered.
  private func announce(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}

extension SocketAddress {
  /// 127.0.0.0/8 and ::1.
  fileprivate var isLoopback: Bool {
    guard let ipAddress else { return false }
    return ipAddress.hasPrefix("127.") || ipAddress == "::1"
  }
}
