internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Store
internal import Transport
internal import WireProtocol

/// Everything behind a server's connections.
protocol WorkingRooms: Sendable {
  /// What each connection works with.
  var services: ServerServices { get }

  /// Runs `body`, and beside it what goes on without anybody asking.
  func whileWorking<Value: Sendable>(
    _ body: @Sendable () async throws -> Value
  ) async throws -> Value

  /// Ends the work that connections began; after it nothing uses the store. No connection is left.
  func finish() async
}

/// What servers of all roles do at their beginning: resolve what they are told, open the store, and
/// listen.
struct Listening: Sendable {
  let configuration: ServerConfiguration
  let logger: Logger

  /// The address that is bound, so that rights hang on it and on no later answer to the same name.
  /// - Throws: ``SettingError``, also for one beyond the loopback that nobody has allowed.
  func resolve(_ address: ServerAddress, _ setting: String) throws -> SocketAddress {
    let resolved: SocketAddress
    do {
      resolved = try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
    } catch {
      throw SettingError(description: "\(setting): there is no host \(address.host)")
    }
    guard resolved.isLoopback || configuration.allowsPlaintext else {
      throw SettingError(
        description: "\(setting) is \(address), beyond the loopback, where nothing is "
          + "encrypted: say allow-plaintext if that is meant")
    }
    return resolved
  }

  /// Raises the limit on open files as far as the system lets.
  func raiseFileLimit() {
    let limit = OpenFileLimit.raise()
    guard limit < configuration.connectionLimit else { return }
    logger.warning(
      "the system allows fewer open files than max-connections",
      metadata: ["files": "\(limit)", "connections": "\(configuration.connectionLimit)"])
  }

  /// Opens the store, has what `makeRooms` puts together work for as long as `body` runs, and
  /// closes the store when nothing uses it any more.
  /// - Parameter body: returns when no connection is left.
  func work<Rooms: WorkingRooms>(
    faults: FaultHook?, makeRooms: (any Library) -> Rooms,
    _ body: @Sendable (ServerServices) async throws -> Void
  ) async throws {
    let library = try await configuration.openLibrary(faults: faults)
    let rooms = makeRooms(library)
    let result: Result<Void, any Error>
    do {
      result = .success(try await rooms.whileWorking { try await body(rooms.services) })
    } catch {
      result = .failure(error)
    }
    // What connections began still writes to the store.
    await rooms.finish()
    try await library.close()
    try result.get()
  }

  /// The key that fronts and backs share.
  /// - Throws: ``SettingError``, which never quotes the file.
  func readPeerKey() throws -> PresharedKey {
    let path = configuration.peerKeyFile
    let data: Data
    do {
      let file = try FileHandle(forReadingFrom: URL(filePath: path))
      defer { try? file.close() }
      data = try file.read(upToCount: PresharedKey.fileByteLimit + 1) ?? Data()
    } catch {
      throw SettingError(description: "peer-key: \(path) cannot be read")
    }
    guard data.count <= PresharedKey.fileByteLimit,
      let text = String(validating: data, as: UTF8.self)
    else { throw SettingError(description: "peer-key: \(path) is no key file") }
    do {
      return try PresharedKey(fileText: text)
    } catch {
      throw SettingError(description: "peer-key: \(path) \(error)")
    }
  }

  /// Begins to accept connections at a door.
  /// - Parameter name: the setting that says where.
  func listen(
    at address: SocketAddress, _ name: String, port: Int, door: Door, services: ServerServices
  ) async throws -> ServerListener {
    do {
      try await services.access.refresh()
    } catch {
      throw SettingError(description: "data folder \(configuration.dataFolder): \(error)")
    }
    let target = ServerAddress(host: address.ipAddress ?? "", port: port)
    var settings = ServerListener.Settings(
      address: target, connectionLimit: configuration.connectionLimit)
    if case .fronts = door {
      settings.session.takesOrigins = true
      settings.session.maxFrame = 65_535
    }
    // At any other door the session refuses them.
    if case .referred = door { settings.session.takesTickets = true }
    let listener: ServerListener
    do {
      listener = try await ServerListener.start(
        settings, on: .singletonMultiThreadedEventLoopGroup,
        mustProve: { door.mustProve(services.access) },
        unixTime: { UInt64(max(0, Date().timeIntervalSince1970)) },
        makeService: { DeviceConnection($0, services: services, door: door) })
    } catch {
      throw SettingError(description: "\(name): cannot listen on \(target): \(error)")
    }
    if !address.isLoopback {
      logger.warning(
        "listening beyond the loopback without encryption",
        metadata: [
          "address": "\(listener.address)", "open-retrieval": "\(configuration.opensRetrieval)",
        ])
    }
    return listener
  }

  /// Serves devices, and nobody else, until this server is told to shut down.
  func serveDevices(at address: SocketAddress, services: ServerServices) async throws {
    let listener = try await listen(
      at: address, "listen", port: configuration.listen.port, door: .devices, services: services)
    await announceAndWait(listener)
    await listener.shutDown(grace: configuration.grace)
  }

  /// Tells whoever started this server that it accepts connections, and waits for its end.
  func announceAndWait(_ listener: ServerListener) async {
    // Standard output is a pipe when a script waits for this line, and pipes are buffered.
    FileHandle.standardOutput.write(Data("forme-server ready on \(listener.address)\n".utf8))
    try? await gracefulShutdown()
    logger.info("shutting down", metadata: ["grace": "\(configuration.grace)"])
  }
}

extension Door {
  /// Whether somebody who proves nothing may do nothing here.
  fileprivate func mustProve(_ access: AccessDesk) -> Bool {
    switch self {
    case .devices: access.strangers.isEmpty
    case .fronts: true
    // A ticket may be all that a device has.
    case .referred: false
    }
  }
}

extension SocketAddress {
  /// 127.0.0.0/8 and ::1.
  var isLoopback: Bool {
    guard let ipAddress else { return false }
    return ipAddress.hasPrefix("127.") || ipAddress == "::1"
  }

  /// 0.0.0.0 and ::, which say where to listen and not where to connect to.
  var isWildcard: Bool { ipAddress == "0.0.0.0" || ipAddress == "::" }
}
