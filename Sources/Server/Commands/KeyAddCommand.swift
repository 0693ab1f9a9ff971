internal import ArgumentParser
internal import Foundation
internal import Store
internal import WireProtocol

/// Makes a key and prints it, once.
struct KeyAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Make a key and print it: the only time that it is shown.",
    discussion: """
      Prints one line, ID HEX, as forme-device --key reads it from a file. Keep that file from \
      other users (umask 077). The data folder is made when it is missing, as serve does.
      """)

  @OptionGroup var options: DataOptions

  @Argument(help: "What the key is called: 1–16 of A–Z, a–z, 0–9, dot, underscore and hyphen.")
  var id: String

  @Option(help: "What it allows: retrieve, register, or both with a comma between.")
  var may: String

  @Option(help: "Only with names that begin with this; and nothing by image id.")
  var prefix: String?

  func run() async throws {
    let id = try KeyArguments.id(self.id)
    let rights = Rights(
      try KeyArguments.actions(may), prefix: try KeyArguments.prefix(prefix))
    let configuration = try options.resolve()
    let secret = AccessSecret.random()
    guard let keyID = KeyID(id.text), let keySecret = KeySecret(secret.bytes) else {
      throw SettingError(description: "the protocol has no such key")
    }
    try await DataOptions.makeLibrary(configuration)
    try await options.withLibrary(configuration) { library in
      do {
        try await library.addKey(id, secret: secret, rights: rights, at: Date())
      } catch StoreError.keyExists {
        throw SettingError(
          description: "there is a key \(id) already, in force or revoked: take another id, or "
            + "say key revoke \(id) --forget first")
      }
    }
    let line = PresharedKey(id: keyID, secret: keySecret).fileText
    FileHandle.standardOutput.write(Data(line.utf8))
  }
}
