internal import Capabilities

/// What a variable, a field or an expression of a sequence stands for.
enum Value: Hashable, Sendable {
  case number(UInt64)
  case bytes([UInt8])

  /// The number; `nil` for bytes.
  var number: UInt64? {
    if case .number(let number) = self { number } else { nil }
  }

  /// The bytes; `nil` for a number.
  var bytes: [UInt8]? {
    if case .bytes(let bytes) = self { bytes } else { nil }
  }
}

extension Value: CustomStringConvertible {
  /// Long bytes are cut: a failure is read by a person.
  private static let byteLimit = 256

  /// A number in both notations; bytes in hexadecimal, and as text when they are one.
  var description: String {
    switch self {
    case .number(let number):
      return number < 10 ? "\(number)" : "\(number) (0x\(String(number, radix: 16)))"
    case .bytes([]): return "no bytes"
    case .bytes(let bytes):
      let digits = hexadecimal(bytes.prefix(Self.byteLimit))
      let end = bytes.count > Self.byteLimit ? "… (\(bytes.count) bytes)" : ""
      let isText = bytes.count > 1 && bytes.allSatisfy { (0x20..<0x7F).contains($0) }
      return isText ? "\(digits)\(end) \"\(String(decoding: bytes, as: UTF8.self))\"" : digits + end
    }
  }
}
