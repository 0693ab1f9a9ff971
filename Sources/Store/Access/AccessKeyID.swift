/// What a key is called: 1–16 letters, digits, dots, underscores and hyphens of ASCII, so that it is
/// one word in every list, file and command.
package struct AccessKeyID: Hashable, Sendable {
  /// The most characters, each of one byte.
  package static let characterLimit = 16

  /// The id as text.
  package let text: String

  /// - Returns: `nil` when `text` is no id.
  package init?(_ text: String) {
    guard (1...Self.characterLimit).contains(text.utf8.count),
      text.utf8.allSatisfy(Self.isAllowed)
    else { return nil }
    self.text = text
  }

  /// The id that came as bytes.
  package init?(bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    self.init(text)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

extension AccessKeyID: CustomStringConvertible {
  package var description: String { text }
}
