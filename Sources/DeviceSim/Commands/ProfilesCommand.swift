internal import ArgumentParser
internal import Profiles

/// Shows the built-in profiles.
struct ProfilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles", abstract: "Show the built-in device profiles.",
    discussion: """
      With a name, prints that profile's file: the start of a file for a device of your own.
      """)

  @Argument(help: "A built-in profile, whose file is printed.")
  var name: String?

  @Flag(help: "Print the profile files as one JSON array.")
  var json = false

  @Flag(help: "Print what every profile's facts were taken from.")
  var sources = false

  func validate() throws {
    guard (name != nil ? 1 : 0) + (json ? 1 : 0) + (sources ? 1 : 0) <= 1 else {
      throw ValidationError("a name, --json and --sources exclude each other")
    }
  }

  func run() throws {
    if let name {
      guard let file = BuiltInProfiles.file(named: name) else {
        throw CommandFailure("no built-in profile has the name \"\(name)\"")
      }
      print(String(decoding: file, as: UTF8.self), terminator: "")
    } else if json {
      print(JSONValue.array(BuiltInProfiles.all.map(\.tree)).text)
    } else {
      let lines = sources ? ProfileTable.sources : ProfileTable.lines
      print(lines(BuiltInProfiles.all).joined(separator: "\n"))
    }
  }
}
