internal import ArgumentParser

/// The server program.
@main
struct FormeServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forme-server",
    abstract: "Registers pictures and hands them to devices as the exact bytes they can show.",
    subcommands: [
      ServeCommand.self, CheckConfigCommand.self, KeyCommand.self, DevicesCommand.self,
      DemandCommand.self, VerifyCommand.self, BackupCommand.self, ImportCommand.self,
    ])
}
