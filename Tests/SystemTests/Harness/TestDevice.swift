import Capabilities
import Foundation
import Profiles

/// A device as a test knows it: the profile file that the programs read, and the keys by which the
/// server speaks of its kinds.
struct TestDevice: Sendable {
  /// The profile file.
  let file: String
  /// Hexadecimal, one for each alternative.
  let keys: [String]
  /// The descriptors that the keys stand for.
  let descriptors: [[UInt8]]

  /// Writes the profile of a device that takes any of these capabilities, best first.
  /// - Parameter capabilities: the fields of each, without the braces around them.
  init(_ name: String, in folder: TemporaryFolder, _ capabilities: String...) throws {
    let objects = capabilities.map { "{ \($0) }" }.joined(separator: ", ")
    let json = Array(#"{ "name": "\#(name)", "alternatives": [ \#(objects) ] }"#.utf8)
    file = try folder.write("\(name).json", json)
    let alternatives = try Profile(json: json, file: name).alternatives
    keys = alternatives.map { "\($0.formKey)" }
    descriptors = alternatives.map(\.descriptor)
  }

  /// A device of one capability: shades of gray, nothing packed.
  static func gray(
    _ width: Int, _ height: Int, bits: Int, in folder: TemporaryFolder
  ) throws -> TestDevice {
    try TestDevice(
      "gray-\(width)x\(height)x\(bits)", in: folder, grayFields(width, height, bits: bits))
  }

  /// The fields of such a capability.
  static func grayFields(_ width: Int, _ height: Int, bits: Int) -> String {
    """
    "size": { "width": \(width), "height": \(height) },
    "color": { "model": "gray", "bits": \(bits) }, "fit": { "mode": "cover" }
    """
  }
}
