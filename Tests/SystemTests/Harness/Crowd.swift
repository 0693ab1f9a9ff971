import Foundation
import Testing

/// Many devices of one kind that ask for one picture at the same moment: Tools/crowd.py.
struct Crowd: Decodable {
  /// How many got the form with this SHA-256, hexadecimal; digests in FORM were right.
  let forms: [String: Int]
  /// How many failed, by what went wrong.
  let failures: [String: Int]

  /// Connects `count` devices, lets all of them ask at once, and waits for the answers.
  static func fetch(
    _ name: String, as device: TestDevice, count: Int, from server: ServerProcess
  ) async throws -> Crowd {
    try await fetch(name, as: device, count: count, from: [server.address])
  }

  /// The same from several servers, at each as many devices.
  static func fetch(
    _ name: String, as device: TestDevice, count: Int, from addresses: [String]
  ) async throws -> Crowd {
    let script = Programs.root.appending(path: "Tests/SystemTests/Tools/crowd.py")
    let descriptor = device.descriptors[0].map {
      String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
    }
    let result = try await Programs.run(
      URL(filePath: "/usr/bin/python3"),
      [
        script.path, "--server", addresses.joined(separator: ","), "--name", name, "--count",
        String(count),
        "--descriptor", descriptor.joined(),
      ])
    try #require(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Crowd.self, from: Data(result.output.utf8))
  }
}
