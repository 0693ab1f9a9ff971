internal import Foundation
internal import VoidAndCluster

/// Writes a mask: `blue-noise OUTPUT [SPREAD [SEED]]`.
@main
enum BlueNoise {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let output = arguments.first, arguments.count <= 3 else { fail() }
    let words = Array(arguments.dropFirst())
    guard
      let spread = words.isEmpty ? BlueNoiseMask.spread : Double(words[0]),
      (0.6...2).contains(spread),
      let seed = words.count < 2 ? BlueNoiseMask.seed : UInt64(words[1])
    else { fail() }
    let bytes = BlueNoiseMask.bytes(spread: spread, seed: seed)
    try Data(bytes).write(to: URL(fileURLWithPath: output))
  }

  private static func fail() -> Never {
    let usage = "usage: blue-noise OUTPUT [SPREAD (0.6 to 2) [SEED]]\n"
    FileHandle.standardError.write(Data(usage.utf8))
    exit(2)
  }
}
