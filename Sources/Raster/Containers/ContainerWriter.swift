/// The commands or the file around the rows of a form: one small type for each container
/// (spec/FORMS.md, "Containers"). Rows arrive packed as the container's ``ContainerRows`` say, all of
/// the first plane's, then those of the second.
protocol ContainerWriter: Sendable {
  /// The most bytes that all calls together append; exactly so many where no length depends on
  /// pixels.
  var byteCountLimit: Int { get }

  /// Appends what stands in front of the first row.
  mutating func begin(into output: inout [UInt8])

  /// Takes the next row and appends what it completes.
  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8])

  /// Appends what stands behind the last row.
  mutating func finish(into output: inout [UInt8])
}

extension ContainerWriter {
  mutating func begin(into output: inout [UInt8]) {}
  mutating func finish(into output: inout [UInt8]) {}
}

extension [UInt8] {
  /// Appends a 16-bit number, low byte first. The closed table of capabilities keeps every number
  /// of a container in its field.
  mutating func append(u16LE value: Int) {
    append(UInt8(value & 0xFF))
    append(UInt8(value >> 8))
  }

  /// Appends a 32-bit number, lowest byte first.
  mutating func append(u32LE value: Int) {
    append(u16LE: value & 0xFFFF)
    append(u16LE: value >> 16)
  }

  /// Appends a 32-bit number, highest byte first.
  mutating func append(u32BE value: Int) {
    for shift in [24, 16, 8, 0] { append(UInt8(value >> shift & 0xFF)) }
  }

  /// Appends two upper-case digits a byte.
  mutating func append(hexadecimal bytes: ArraySlice<UInt8>) {
    for byte in bytes {
      append(Self.hexadecimalDigit(byte >> 4))
      append(Self.hexadecimalDigit(byte & 15))
    }
  }

  /// The digit of 0…15.
  static func hexadecimalDigit(_ nibble: UInt8) -> UInt8 { nibble + (nibble < 10 ? 0x30 : 0x37) }
}
