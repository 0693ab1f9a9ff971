/// Why a device could not show the bytes it was given. Offsets are bytes from the form's first.
enum PanelError: Error, Hashable, Sendable {
  /// The form is longer or shorter than its pixels need.
  case wrongLength(declared: Int, expected: Int)
  /// A roll's bytes are not whole rows; the nearest counts that are.
  case notWholeRows(declared: Int, below: Int, above: Int)
  /// The size that came with the form is not the panel's.
  case wrongSize(declaredWidth: Int, declaredHeight: Int, expectedWidth: Int, expectedHeight: Int)
  /// More pixels than any form may have.
  case tooManyPixels(declared: Int, limit: Int)
  /// An unused bit that is not the layout's pad bit.
  case padding(bit: Int, byte: Int, value: Int)
  /// A bit of a pixel that no channel uses is set, or alpha is not at its maximum.
  case strayBits(code: UInt64, column: Int, row: Int)
  /// A code that the palette does not have.
  case unknownCode(code: UInt64, column: Int, row: Int)
  /// A picture file that is not what the capability says.
  case container(String, offset: Int)
  /// A packed stream that cannot be unpacked.
  case codec(String, offset: Int)
  /// Unpacked bytes pass the limit.
  case tooLong(limit: Int)
}

extension PanelError: CustomStringConvertible {
  /// One line: what came, what should have come, where.
  var description: String {
    switch self {
    case .wrongLength(let declared, let expected):
      "the form has \(declared) bytes, its pixels need \(expected)"
    case .notWholeRows(let declared, let below, let above):
      "the form has \(declared) bytes, which are not whole rows: \(below) or \(above) would be"
    case .wrongSize(let width, let height, let expectedWidth, let expectedHeight):
      "the form is \(width)x\(height), the panel "
        + (expectedHeight == 0 ? "\(expectedWidth) wide" : "\(expectedWidth)x\(expectedHeight)")
    case .tooManyPixels(let declared, let limit):
      "the form has \(declared) pixels, allowed are \(limit)"
    case .padding(let bit, let byte, let value):
      "padding bit \(bit) at byte \(byte) is \(value)"
    case .strayBits(let code, let column, let row):
      "pixel 0x\(String(code, radix: 16)) at column \(column), row \(row) "
        + "has unused bits set or alpha below its maximum"
    case .unknownCode(let code, let column, let row):
      "code \(code) at column \(column), row \(row) is not in the palette"
    case .container(let reason, let offset): "\(reason), at byte \(offset)"
    case .codec(let reason, let offset): "\(reason), at byte \(offset)"
    case .tooLong(let limit): "the form unpacks to more than \(limit) bytes"
    }
  }
}
