internal import ArgumentParser
internal import Capabilities
internal import Profiles

/// Prints a profile's descriptors and form keys, for firmware that announces them.
struct DescriptorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "descriptor",
    abstract: "Print a device's capability descriptors and form keys, for its firmware.",
    discussion: """
      Each line is a form key and the descriptor behind it, in hexadecimal, the best first.
      """)

  @Argument(help: "A built-in profile's name, or a profile file.")
  var profile: String

  @Flag(help: "Print them as C, for the client in clients/c.")
  var cHeader = false

  @Option(help: "Where to write the best descriptor's bytes instead.")
  var output: String?

  func validate() throws {
    guard !cHeader || output == nil else {
      throw ValidationError("--c-header and --output exclude each other")
    }
  }

  func run() throws {
    let device = try Profile.find(profile)
    if let output {
      try writeFile(output, device.alternatives[0].descriptor)
    } else if cHeader {
      print(Self.header(device))
    } else {
      for capability in device.alternatives {
        print(capability.formKey, hexadecimal(capability.descriptor))
      }
    }
  }

  /// C with one array of `struct forme_kind`, the best first.
  static func header(_ device: Profile) -> String {
    let name = identifier(device.name)
    // A name stands in a comment here, and may say anything.
    let title = device.name.replacing("*/", with: "* /")
    var lines = ["/* What \(title) can show: forme-device descriptor --c-header wrote it. */"]
    for (index, capability) in device.alternatives.enumerated() {
      lines.append("static const uint8_t \(name)_descriptor_\(index)[] = {")
      lines += rows(capability.descriptor).map { "    \($0)," }
      lines.append("};")
    }
    lines.append("static const struct forme_kind \(name)_kinds[\(device.alternatives.count)] = {")
    for (index, capability) in device.alternatives.enumerated() {
      let array = "\(name)_descriptor_\(index)"
      lines.append("    {{" + rows(capability.formKey.bytes).joined(separator: ",\n      ") + "},")
      lines.append("     \(array), sizeof \(array)},")
    }
    return (lines + ["};"]).joined(separator: "\n")
  }

  /// Twelve bytes a row.
  private static func rows(_ bytes: [UInt8]) -> [String] {
    stride(from: 0, to: bytes.count, by: 12).map { start in
      bytes[start...].prefix(12).map { "0x" + hexadecimal([$0]) }.joined(separator: ", ")
    }
  }

  /// A name that C takes: letters, digits and underscores, and no digit first.
  private static func identifier(_ name: String) -> String {
    let text = String(
      name.unicodeScalars.map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
          ? Character(scalar) : "_"
      })
    return text.first?.isNumber == true ? "device_" + text : text
  }
}
