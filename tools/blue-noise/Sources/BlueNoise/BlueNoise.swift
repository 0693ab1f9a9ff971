internal import Foundation
internal import VoidAndCluster

/// Writes a mask: `blue-noise OUTPUT [SIGMA [SEED]]`.
@main
enum BlueNoise {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let output = arguments.first, arguments.count <= 3 else { fail() }
    let words = Array(arguments.dropFirst())
    guard
      let sigma = words.isEmpty ? BlueNoiseMask.sigma : Double(words[0]), sigma >= 0.75,
      sigma.isFinite,
      let seed = words.count < 2 ? BlueNoiseMask.seed : UInt64(words[1])
    else { fail() }
    let bytes = BlueNoiseMask.bytes(sigma: sigma, seed: seed)
    try Data(bytes).write(to: URL(fileURLWithPath: output))
  }

  private static func fail() -> Never {
    let usage = "usage: blue-noise OUTPUT [SIGMA (0.75 or more) [SEED]]\n"
    FileHandle.standardError.write(Data(usage.utf8))
    exit(2)
  }
}
