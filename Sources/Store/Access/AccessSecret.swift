/// The 32 bytes that a device and the server share. No description of it shows them, whatever it is
/// part of: they are in nobody's log.
package struct AccessSecret: Sendable {
  /// Bytes of every secret.
  package static let byteCount = 32

  /// The bytes.
  package let bytes: [UInt8]

  /// - Returns: `nil` unless there are 32.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  private init(random generator: inout SystemRandomNumberGenerator) {
    bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  /// A new secret from the system's random generator.
  package static func random() -> AccessSecret {
    var generator = SystemRandomNumberGenerator()
    return AccessSecret(random: &generator)
  }
}

extension AccessSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(secret)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
