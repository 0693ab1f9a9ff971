internal import ArgumentParser

/// Draws the test card.
struct TestCardCommand: ParsableCommand {
  /// The longest side: larger than any panel, small enough to draw at once.
  private static let sideLimit = 4_096

  static let configuration = CommandConfiguration(
    commandName: "testcard",
    abstract: "Draw a picture that shows at one look whether a device's profile is right.")

  @Option(help: "Pixels, 1 to 4096.")
  var width: Int

  @Option(help: "Pixels, 1 to 4096.")
  var height: Int

  @Option(help: "Where to write the PNG.")
  var output: String

  func validate() throws {
    for (name, value) in [("--width", width), ("--height", height)] {
      guard (1...Self.sideLimit).contains(value) else {
        throw ValidationError("\(name) is \(value), allowed is 1…\(Self.sideLimit)")
      }
    }
  }

  func run() throws {
    try writeFile(output, try TestCard.draw(width: width, height: height).png())
  }
}
