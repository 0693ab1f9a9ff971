internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Store
internal import Transport
internal import WireProtocol

/// The back role: generates, stores and finds for fronts, which prove the servers' key on a listener
/// of their own; and transmits to the devices that they refer to it, on another.
struct BackServer: Service {
  let configuration: ServerConfiguration
  let logger: Logger
  /// Where to stop, when a test wants it.
  var faults: FaultHook?

  /// Serves until the service group is told to shut down, then lets running transfers finish.
  func run() async throws {
    let listening = Listening(configuration: configuration, logger: logger)
    let key = try listening.readPeerKey()
    let address = try listening.resolve(configuration.listen, "listen")
    let deviceListen =
      configuration.deviceListen ?? ServerAddress(host: configuration.listen.host, port: 0)
    let deviceAddress = try listening.resolve(deviceListen, "device-listen")
    let advertised = try advertisedHost(deviceAddress)
    listening.raiseFileLimit()
    let tickets = TicketOffice()
    try await listening.work(faults: faults) { library in
      ServerRooms(
        library: library, configuration: configuration, isOnLoopback: deviceAddress.isLoopback,
        tickets: tickets, logger: logger)
    } _: { services in
      let devices = try await listening.listen(
        at: deviceAddress, "device-listen", port: deviceListen.port, door: .referred(tickets),
        services: services)
      tickets.open(
        at: advertised,
        port: UInt16(clamping: configuration.advertise?.port ?? devices.address.port))
      let fronts = try await listening.listen(
        at: address, "listen", port: configuration.listen.port, door: .fronts(key),
        services: services)
      logger.info("listening for devices", metadata: ["address": "\(devices.address)"])
      await listening.announceAndWait(fronts)
      // First no front comes any more; then those devices are served that were referred here.
      await fronts.shutDown(grace: configuration.grace)
      await tickets.drain(within: configuration.grace / 2)
      await devices.shutDown(grace: configuration.grace)
    }
  }

  /// Where devices are sent, as numbers.
  private func advertisedHost(_ address: SocketAddress) throws -> ReferMessage.Host {
    var reached = address
    if let advertise = configuration.advertise {
      do {
        reached = try SocketAddress.makeAddressResolvingHost(advertise.host, port: advertise.port)
      } catch {
        throw SettingError(description: "advertise: there is no host \(advertise.host)")
      }
    }
    guard !reached.isWildcard, let text = reached.ipAddress, let host = ReferMessage.Host(text)
    else {
      throw SettingError(
        description: "device-listen is every address of this machine: say by advertise which of "
          + "them devices can reach")
    }
    return host
  }
}
