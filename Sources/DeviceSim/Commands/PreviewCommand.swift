internal import ArgumentParser
internal import Capabilities
internal import Profiles

/// Draws a form's bytes as a device would show them.
struct PreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Draw a form's bytes as the device would show them.")

  @Argument(help: "The form's bytes, unpacked.", completion: .file())
  var file: String

  @Option(help: "A built-in profile's name, or a profile file; its first alternative is used.")
  var profile: String

  @Option(help: "Where to write the PNG.")
  var output: String

  func run() throws {
    let capability = try Profile.find(profile).alternatives[0]
    let form = try readFile(file, limit: FormSize.byteLimit)
    let image = try VirtualPanel(capability).draw(form)
    try writeFile(output, try image.png())
  }
}
