internal import ArgumentParser
internal import Foundation
internal import Transport

/// Tries a client.
struct ClientCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "client",
    abstract: "Try a client: plays servers that are right and wrong.",
    discussion: """
      COMMAND is started for each case and fetches one form. In its words {host}, {port}, \
      {address} (both), {name}, {descriptor} and {profile} (files with what the device can show), \
      {output} (the file that takes the form), {shown} (the etag of what that file holds already) \
      and {key} (a key's file) are replaced; words between [ and ] are left out when a case does \
      not set what they name. Without COMMAND, a device that somebody starts is waited for, \
      which asks for any name.

        forme-conformance client -- forme-device fetch {name} --server {address} \
      --profile {profile} --output {output} [ --key {key} ] [ --shown {shown} ]
      """)

  @Option(help: "Where to listen; port 0 is a free one for each case.", transform: readAddress)
  var listen = ServerAddress(host: "127.0.0.1", port: 0)

  @Option(help: "A file with the device's descriptor, instead of 32 by 32 in 256 grays.")
  var descriptor: String?

  @Option(help: "A file with a form for that descriptor, 1024 bytes or more, as it is sent.")
  var form: String?

  @OptionGroup var options: SuiteOptions

  @Argument(parsing: .postTerminator, help: "The client, and its arguments.")
  var command: [String] = []

  mutating func validate() throws {
    guard (descriptor == nil) == (form == nil) else {
      throw ValidationError("--descriptor and --form go together")
    }
    guard !command.isEmpty || listen.port != 0 || options.list else {
      throw ValidationError("without a command, --listen needs a port")
    }
  }

  func run() async throws {
    var suite = try options.suite(.client)
    if let descriptor, let form {
      try suite.setDevice(descriptor: Self.read(descriptor), form: Self.read(form))
    }
    var choice = options.choice()
    // One port has room for one case, and somebody has two hands.
    if listen.port != 0 { choice.width = 1 }
    let template: CommandTemplate?
    do throws(SequenceError) {
      template =
        command.isEmpty ? nil : try CommandTemplate(command, names: ClientJudge.names)
    } catch {
      throw ValidationError("\(error)")
    }
    let judge = ClientJudge(
      suite: suite, listen: listen, command: template, patience: choice.patience
    ) { text in
      FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
    try await options.run(SuiteRunner(suite: suite, choice: choice), judge.play)
  }

  private static func read(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ValidationError("\(path) cannot be read")
    }
    return Array(data)
  }
}
