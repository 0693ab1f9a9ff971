internal import ArgumentParser

/// The device simulator: registers pictures, fetches them as any device would, and shows what that
/// device would show.
@main
struct FormeDevice: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forme-device",
    abstract: "Registers pictures, and fetches them as any device would.",
    subcommands: [
      RegisterCommand.self, FetchCommand.self, WatchCommand.self, ListCommand.self,
      RemoveCommand.self, ProfilesCommand.self, PreviewCommand.self, TestCardCommand.self,
      DescriptorCommand.self,
    ])
}
