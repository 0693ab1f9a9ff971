/// Walks through a form as a device does, and says where something else stands than should.
struct FormCursor {
  private let bytes: [UInt8]
  /// The next byte's place in the form.
  private(set) var offset: Int
  /// Behind the last byte.
  private let end: Int

  /// - Parameters:
  ///   - prefix: what the form must begin with.
  ///   - suffix: what it must end with.
  init(
    _ bytes: [UInt8], prefix: [UInt8] = [], suffix: [UInt8] = []
  ) throws(PanelError) {
    guard bytes.count >= prefix.count + suffix.count else {
      throw .wrongLength(declared: bytes.count, expected: prefix.count + suffix.count)
    }
    self.bytes = bytes
    offset = prefix.count
    end = bytes.count - suffix.count
    guard bytes.starts(with: prefix) else {
      throw .container("the form does not begin with the prefix", offset: 0)
    }
    guard bytes[end...].elementsEqual(suffix) else {
      throw .container("the form does not end with the suffix", offset: end)
    }
  }

  /// True behind the last byte.
  var isAtEnd: Bool { offset == end }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws(PanelError) -> ArraySlice<UInt8> {
    guard end - offset >= count else {
      throw .container(
        "the form ends early: \(count) bytes needed, \(end - offset) left", offset: offset)
    }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  /// Passes over bytes that must stand here.
  /// - Parameter name: what they are, for the error.
  mutating func skip(_ expected: [UInt8], _ name: String) throws(PanelError) {
    guard startsWith(expected) else { throw .container("no \(name)", offset: offset) }
    offset += expected.count
  }

  /// Whether these bytes come next.
  func startsWith(_ expected: [UInt8]) -> Bool {
    bytes[offset..<end].starts(with: expected)
  }

  /// The next byte.
  mutating func u8() throws(PanelError) -> Int {
    let byte = try take(1)
    return Int(byte[byte.startIndex])
  }

  /// Two bytes, the lower one first.
  mutating func u16LE() throws(PanelError) -> Int {
    let low = try u8()
    return try low + u8() * 256
  }

  /// Four bytes, the lowest first.
  mutating func u32LE() throws(PanelError) -> Int {
    let low = try u16LE()
    return try low + u16LE() * 65_536
  }

  /// Four bytes, the highest first.
  mutating func u32BE() throws(PanelError) -> Int {
    try take(4).reduce(0) { $0 << 8 | Int($1) }
  }

  /// Reads four bytes, the highest first, that must be this number.
  mutating func skipU32BE(_ number: Int, _ name: String) throws(PanelError) {
    let place = offset
    try check(try u32BE(), number, name, place)
  }

  /// Reads two bytes, the lower one first, that must be this number.
  mutating func skipU16LE(_ number: Int, _ name: String) throws(PanelError) {
    let place = offset
    try check(try u16LE(), number, name, place)
  }

  /// Reads four bytes, the lowest first, that must be this number.
  mutating func skipU32LE(_ number: Int, _ name: String) throws(PanelError) {
    let place = offset
    try check(try u32LE(), number, name, place)
  }

  /// Reads a byte that must be this number.
  mutating func skipU8(_ number: Int, _ name: String) throws(PanelError) {
    let place = offset
    try check(try u8(), number, name, place)
  }

  private func check(
    _ found: Int, _ number: Int, _ name: String, _ place: Int
  ) throws(PanelError) {
    guard found == number else {
      throw .container("\(name) is \(found), not \(number)", offset: place)
    }
  }

  /// Passes over text that must stand here.
  mutating func skip(_ text: String) throws(PanelError) { try skip(Array(text.utf8), text) }

  /// Passes over a decimal number that must be this one.
  mutating func skipDecimal(_ number: Int, _ name: String) throws(PanelError) {
    let place = offset
    try check(try decimal(name), number, name, place)
  }

  /// A decimal number of at most nine digits.
  mutating func decimal(_ name: String) throws(PanelError) -> Int {
    let digits = bytes[offset..<end].prefix(10).prefix { (0x30...0x39).contains($0) }
    guard (1...9).contains(digits.count) else { throw .container("no \(name)", offset: offset) }
    offset += digits.count
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// The bytes before the next `stop`, which is passed over.
  mutating func take(upTo stop: UInt8, _ name: String) throws(PanelError) -> ArraySlice<UInt8> {
    guard let place = bytes[offset..<end].firstIndex(of: stop) else {
      throw .container("no end of \(name)", offset: offset)
    }
    defer { offset = place + 1 }
    return bytes[offset..<place]
  }

  /// Refuses bytes that are left.
  func finish() throws(PanelError) {
    guard isAtEnd else {
      throw .container("\(end - offset) bytes more than the form should have", offset: offset)
    }
  }
}
