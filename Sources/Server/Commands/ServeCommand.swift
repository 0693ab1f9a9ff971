internal import ArgumentParser
internal import Logging
internal import ServiceLifecycle
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
            service: StandaloneServer(
              configuration: configuration, logger: logger, faults: try CrashSetting.faults))
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: groupLogger))
    try await group.run()
  }
}
