internal import Capabilities
internal import Foundation

/// A parameter of a statement. Data reaches the database by these alone, never in its SQL.
enum PostgresValue: Sendable {
  case null
  case bytes([UInt8])
  case integer(Int)
  case flag(Bool)
  /// Text of the database's encoding; nothing but ASCII is put in columns of text.
  case text(String)
  /// An array of bytes, for `= ANY ($1)`.
  case list([[UInt8]])
  /// An array of numbers.
  case numbers([Int64])

  /// The same, where there is a value.
  static func optional(_ value: Int?) -> PostgresValue { value.map { .integer($0) } ?? .null }
  /// The same, where there are bytes.
  static func optional(_ value: [UInt8]?) -> PostgresValue { value.map { .bytes($0) } ?? .null }

  /// What libpq sends: bytes as they are, everything else as text that ends with a zero.
  var wire: (content: [UInt8]?, isBinary: Bool) {
    switch self {
    case .null: (nil, false)
    case .bytes(let bytes): (bytes, true)
    case .integer(let number): (Array("\(number)".utf8) + [0], false)
    case .flag(let flag): (Array((flag ? "true" : "false").utf8) + [0], false)
    case .text(let text): (Array(text.utf8) + [0], false)
    case .list(let list):
      (
        Array("{\(list.map { "\"\\\\x\(hexadecimal($0))\"" }.joined(separator: ","))}".utf8) + [0],
        false
      )
    case .numbers(let numbers):
      (Array("{\(numbers.map(String.init).joined(separator: ","))}".utf8) + [0], false)
    }
  }
}

/// One row of a result, in PostgreSQL's binary format.
struct PostgresRow: Sendable {
  /// Columns by their names.
  let columns: [String: Int]
  /// The values; `nil` is NULL.
  let fields: [[UInt8]?]

  /// The bytes of a column; `nil` is NULL.
  func bytesIfAny(_ column: String) throws(StoreError) -> [UInt8]? {
    guard let index = columns[column] else { throw .catalogDamaged(column: column) }
    return fields[index]
  }

  /// The bytes of a column that is never NULL.
  func bytes(_ column: String) throws(StoreError) -> [UInt8] {
    guard let bytes = try bytesIfAny(column) else { throw .catalogDamaged(column: column) }
    return bytes
  }

  /// The number in a column; `nil` is NULL.
  func integerIfAny<Number: FixedWidthInteger>(
    _ column: String, as type: Number.Type = Number.self
  ) throws(StoreError) -> Number? {
    guard let bytes = try bytesIfAny(column) else { return nil }
    guard [2, 4, 8].contains(bytes.count), let first = bytes.first else {
      throw .catalogDamaged(column: column)
    }
    // Two's complement, the most significant byte first.
    let value = bytes.reduce(first & 0x80 == 0 ? 0 : -1 as Int64) { $0 << 8 | Int64($1) }
    guard let number = Number(exactly: value) else { throw .catalogDamaged(column: column) }
    return number
  }

  /// The number in a column that is never NULL.
  func integer<Number: FixedWidthInteger>(
    _ column: String, as type: Number.Type = Number.self
  ) throws(StoreError) -> Number {
    guard let number = try integerIfAny(column, as: type) else {
      throw .catalogDamaged(column: column)
    }
    return number
  }

  /// The truth in a column.
  func flag(_ column: String) throws(StoreError) -> Bool {
    switch try bytes(column) {
    case [0]: false
    case [1]: true
    default: throw .catalogDamaged(column: column)
    }
  }

  /// The text in a column.
  func text(_ column: String) throws(StoreError) -> String {
    guard let text = String(validating: try bytes(column), as: UTF8.self) else {
      throw .catalogDamaged(column: column)
    }
    return text
  }

  /// What `make` makes of the bytes of a column, for instance an id.
  func value<Value>(_ column: String, _ make: ([UInt8]) -> Value?) throws(StoreError) -> Value {
    guard let value = make(try bytes(column)) else { throw .catalogDamaged(column: column) }
    return value
  }
}
