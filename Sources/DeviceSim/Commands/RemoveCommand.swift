internal import ArgumentParser
internal import Transport
internal import WireProtocol

/// Takes a name away; the picture stays fetchable by its id.
struct RemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a name.")

  @OptionGroup var server: ServerOption

  @Argument(help: "The name to remove.", transform: ImageName.init(argument:))
  var name: ImageName

  func run() async throws {
    try await server.access().withConnection { client in try await client.remove(name) }
  }
}
