internal import ArgumentParser

/// Runs the sequences of spec/vectors/sequences against a server or a client.
@main
struct FormeConformance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forme-conformance",
    abstract: "Tries whether a server or a client does what the Forme protocol wants.",
    discussion: """
      Each case is a script of sends and expected answers, and names the requirements of \
      spec/PROTOCOL.md that it tries. Exit status: 0 all passed or were skipped with a reason, \
      1 something failed, 64 wrong usage.
      """,
    subcommands: [ServerCommand.self, ClientCommand.self])
}
