import Capabilities

/// The 32 secret bytes of a pre-shared key. Its description does not tell them.
public struct KeySecret: Sendable, CustomStringConvertible {
  /// Bytes of a secret.
  public static let byteCount = 32

  /// The 32 bytes.
  public let bytes: [UInt8]

  /// - Returns: `nil` unless there are exactly 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  init(checked bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount)
    self.bytes = bytes
  }

  /// A secret that nobody knows.
  /// - Parameter generator: one that is fit for secrets, such as the system's.
  public init(using generator: inout some RandomNumberGenerator) {
    bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  /// Never the bytes, so that no log shows them.
  public var description: String { "\(Self.byteCount) secret bytes" }
}

/// A pre-shared key as a device holds it: an id, and the secret that the server knows under it.
public struct PresharedKey: Sendable {
  /// The most bytes of a key file that ``init(fileText:)`` is worth being asked about.
  public static let fileByteLimit = 256

  /// Why a text is no key; it never quotes the text.
  public enum TextFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// There must be one line, with an id, a blank and the digits.
    case notTwoWords(lineCount: Int, wordCount: Int)
    /// The first word is no id.
    case badID(byteCount: Int)
    /// The second word is not 64 hexadecimal digits.
    case badSecret(byteCount: Int)

    /// One line: what there was, what is allowed.
    public var description: String {
      switch self {
      case .notTwoWords(let lineCount, let wordCount):
        "has \(lineCount) lines and \(wordCount) words, allowed is one line: ID HEX"
      case .badID(let byteCount):
        "has an id of \(byteCount) bytes, allowed are 1…\(KeyID.byteLimit) of A–Z a–z 0–9 . _ -"
      case .badSecret(let byteCount):
        "has a secret of \(byteCount) bytes, allowed are \(2 * KeySecret.byteCount) hexadecimal "
          + "digits"
      }
    }
  }

  /// What the server looks the secret up by.
  public let id: KeyID
  /// What both sides know.
  public let secret: KeySecret

  /// A key of these parts.
  public init(id: KeyID, secret: KeySecret) {
    self.id = id
    self.secret = secret
  }

  /// Reads what ``fileText`` writes. Digits may be of either case; blanks around the words, the end
  /// of the line, also CR LF, and its absence do not matter.
  public init(fileText: String) throws(TextFault) {
    let lines = fileText.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline)
    let words = lines.flatMap { $0.split { $0 == " " || $0 == "\t" } }
    guard lines.count == 1, words.count == 2 else {
      throw .notTwoWords(lineCount: lines.count, wordCount: words.count)
    }
    guard let id = KeyID(words[0].utf8) else { throw .badID(byteCount: words[0].utf8.count) }
    guard let bytes = Capabilities.bytes(hexadecimal: String(words[1])),
      let secret = KeySecret(bytes)
    else { throw .badSecret(byteCount: words[1].utf8.count) }
    self.init(id: id, secret: secret)
  }

  /// One line, `ID HEX`, and its end: what a key file holds.
  public var fileText: String { "\(id) \(hexadecimal(secret.bytes))\n" }
}
