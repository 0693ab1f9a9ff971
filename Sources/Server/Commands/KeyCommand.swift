internal import ArgumentParser

/// Keys: who may retrieve and register.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Add, list and revoke keys, also while the server runs.",
    discussion: """
      A device proves its key and may then do what the key allows. As soon as there is a key, \
      devices without one may do nothing, unless open-retrieval lets them retrieve.
      """,
    subcommands: [KeyAddCommand.self, KeyListCommand.self, KeyRevokeCommand.self])
}
