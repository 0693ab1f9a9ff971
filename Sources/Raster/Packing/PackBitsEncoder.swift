/// Apple's PackBits (TIFF 6.0, section 9) over a whole form, without regard to rows.
///
/// Greedy: three or more equal bytes become a repeat of at most 128; so do two when no literal is
/// under way. Everything else becomes literals of at most 128. The header −128 is never written. At
/// worst the result is one byte longer for every 128, rounded up.
package struct PackBitsEncoder: Sendable {
  private static let longest = 128

  private var literal: [UInt8] = []
  private var runByte: UInt8 = 0
  private var runLength = 0

  /// An encoder at the beginning of a form.
  package init() {}

  /// Takes more bytes of the form and appends what is ready.
  package mutating func append(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if runLength > 0 && byte == runByte && runLength < Self.longest {
        runLength += 1
      } else {
        endRun(into: &output)
        runByte = byte
        runLength = 1
      }
    }
  }

  /// Appends what is left; the encoder is then at the beginning again.
  package mutating func finish(into output: inout [UInt8]) {
    endRun(into: &output)
    endLiteral(into: &output)
    runLength = 0
  }

  private mutating func endRun(into output: inout [UInt8]) {
    if runLength >= 3 || runLength == 2 && literal.isEmpty {
      endLiteral(into: &output)
      output.append(UInt8(truncatingIfNeeded: 257 - runLength))
      output.append(runByte)
    } else {
      for _ in 0..<runLength {
        literal.append(runByte)
        if literal.count == Self.longest { endLiteral(into: &output) }
      }
    }
  }

  private mutating func endLiteral(into output: inout [UInt8]) {
    guard !literal.isEmpty else { return }
    output.append(UInt8(truncatingIfNeeded: literal.count - 1))
    output += literal
    literal.removeAll(keepingCapacity: true)
  }
}
