internal import ArgumentParser
internal import Logging
internal import ServiceLifecycle
internal import Store
internal import UnixSignals

/// Serves devices until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve devices.")

  @OptionGroup var settings: SettingOptions

  func run() async throws {
    let configuration = try settings.resolve()
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    var logger = Logger(label: "forme")
    logger.logLevel = configuration.logLevel
    // The group's own remarks on starting and stopping are of interest to nobody but us.
    var groupLogger = logger
    groupLogger.logLevel = max(configuration.logLevel, .warning)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(
            service: Self.server(configuration, logger, faults: try CrashSetting.faults))
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: groupLogger))
    try await group.run()
  }

  private static func server(
    _ configuration: ServerConfiguration, _ logger: Logger, faults: FaultHook?
  ) -> any Service {
    switch configuration.role {
    case .standalone:
      StandaloneServer(configuration: configuration, logger: logger, faults: faults)
    case .front: FrontServer(configuration: configuration, logger: logger, faults: faults)
    case .back: BackServer(configuration: configuration, logger: logger, faults: faults)
    }
  }
}
