internal import Capabilities

/// Cuts what the packer makes into rows, and puts a container's commands and the device's own bytes
/// around them.
struct ContainerStream: Sendable {
  private var writer: any ContainerWriter
  private let affixes: Container.Affixes
  private let bytesPerRow: Int
  private var hasBegun = false

  init(_ writer: any ContainerWriter, shape: ContainerShape) {
    self.writer = writer
    affixes = shape.capability.container.affixes ?? .none
    bytesPerRow = shape.bytesPerRow
  }

  /// The most bytes that come out.
  var byteCountLimit: Int {
    affixes.prefix.count + writer.byteCountLimit + affixes.suffix.count
  }

  /// Takes whole rows.
  mutating func append(_ rows: [UInt8], into output: inout [UInt8]) {
    precondition(rows.count.isMultiple(of: bytesPerRow), "a part of a row")
    guard !rows.isEmpty else { return }
    if !hasBegun {
      hasBegun = true
      output += affixes.prefix
      writer.begin(into: &output)
    }
    for start in stride(from: 0, to: rows.count, by: bytesPerRow) {
      writer.append(rows[start..<start + bytesPerRow], into: &output)
    }
  }

  /// Ends the form; all rows must have come.
  mutating func finish(into output: inout [UInt8]) {
    precondition(hasBegun, "a form without rows")
    writer.finish(into: &output)
    output += affixes.suffix
  }
}
