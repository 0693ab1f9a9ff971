internal import ArgumentParser
internal import Foundation
internal import Profiles
internal import Transport
internal import WireProtocol

/// Shows a name's picture for as long as it runs.
struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show a picture, and redraw it whenever its name comes to stand for another one.",
    discussion: """
      Prints a line for every drawing: the name's generation, the form's bytes as sent, and whether \
      they were a patch or the whole. Ends at SIGINT and SIGTERM.
      """)

  @OptionGroup var server: ServerOption
  @OptionGroup var retry: RetryOption

  @Argument(help: "The picture's name.", transform: ImageName.init(argument:))
  var name: ImageName

  @Option(help: "A built-in profile's name, or a profile file.")
  var profile: String

  @Option(help: "Where to draw what the device shows, a PNG, replaced as a whole each time.")
  var preview: String

  @Option(help: "End after so many drawings.")
  var count: Int?

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count is \(count), allowed is 1 or more") }
  }

  func run() async throws {
    let capabilities = try Profile.find(profile).alternatives
    let watcher = FormWatcher(
      server: try server.access(), name: name, capabilities: capabilities,
      patience: .seconds(retry.seconds), drawingLimit: count)
    try await runUntilInterrupted { [preview] in
      try await watcher.run {
        let form = $0.form
        let image = try VirtualPanel(capabilities[Int(form.alternative)])
          .draw($0.bytes, width: Int(form.width), height: Int(form.height))
        try writeFile(preview, try image.png())
      } say: {
        // Not print(): whoever reads a pipe wants each line when it is said.
        FileHandle.standardOutput.write(Data("\($0)\n".utf8))
      }
    }
  }
}
