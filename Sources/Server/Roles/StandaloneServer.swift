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
  /// Renders and verifications in progress and in line; beyond it devices are told BUSY.
  private static let renderQueueLimit = 256

  let configuration: ServerConfiguration
  let logger: Logger

  /// Serves until the service group is told to shut down, then lets running transfers finish.
  func run() async throws {
    let library = try await EmbeddedLibrary.open(configuration.dataFolder, at: Date())
    let queue = RenderQueue(
      threadCount: System.coreCount, limit: Self.renderQueueLimit)
    let files = NIOThreadPool(numberOfThreads: System.coreCount)
    files.start()
    do {
      try await serve(library: library, queue: queue, files: files)
    } catch {
      await end(library, queue, files)
      throw error
    }
    await end(library, queue, files)
  }

  private func serve(
    library: EmbeddedLibrary, queue: RenderQueue, files: NIOThreadPool
  ) async throws {
    let renderer = Renderer(exactDecode: configuration.exactDecode)
    let isLoopback = try await isLoopback(configuration.listen)
    let services = ServerServices(
      library: library,
      finder: FormFinder(library: library, renderer: renderer, queue: queue, logger: logger),
      registrar: Registrar(
        library: library, queue: queue, limits: renderer.limits,
        verification: configuration.verification, logger: logger),
      files: files,
      rights: .strangers(onLoopback: isLoopback, configuration.strangers),
      logger: logger)
    let listener: ServerListener
    do {
      listener = try await ServerListener.start(
        ServerListener.Settings(
          address: configuration.listen, connectionLimit: configuration.connectionLimit),
        on: .singletonMultiThreadedEventLoopGroup,
        unixTime: { UInt64(max(0, Date().timeIntervalSince1970)) },
        makeService: { DeviceConnection($0, services: services) })
    } catch {
      throw SettingError(description: "cannot listen on \(configuration.listen): \(error)")
    }
    if !isLoopback {
      logger.warning(
        "listening beyond the loopback without encryption",
        metadata: ["strangers": "\(configuration.strangers.rawValue)"])
    }
    announce("forme-server ready on \(listener.address)")
    try? await gracefulShutdown()
    logger.info("shutting down", metadata: ["grace": "\(configuration.grace)"])
    await listener.shutDown(grace: configuration.grace)
  }

  private func end(
    _ library: EmbeddedLibrary, _ queue: RenderQueue, _ files: NIOThreadPool
  ) async {
    await queue.shutDown()
    try? await files.shutdownGracefully()
    do { try await library.close() } catch {
      logger.error("the store did not close", metadata: ["error": "\(error)"])
    }
  }

  /// True when every address of the host is a loopback address.
  private func isLoopback(_ address: ServerAddress) async throws -> Bool {
    do {
      let resolved = try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
      return resolved.isLoopback
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
