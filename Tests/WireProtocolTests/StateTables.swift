import Testing
import WireProtocol

/// One of the tables of spec/states.md.
struct StateTable {
  /// The columns' heads.
  let states: [String]
  /// Each event, and the word in every state's column.
  let rows: [(event: String, words: [String])]

  /// - Parameter side: the heading over the table.
  init(_ side: String) throws {
    let tables = try Specification.tables(of: "states.md", under: side)
    let legend = try #require(tables.first)
    let table = try #require(tables.last)
    states = Array(table[0].dropFirst())
    rows = table.dropFirst().map { (event: $0[0], words: Array($0.dropFirst())) }
    #expect(legend.dropFirst().map { $0[0] } == states, "every state is explained, in this order")
  }

  /// Compares every cell with what happens. What is dropped and what is ignored look the same from
  /// outside: `outcome` says "ignores" for both.
  func check(outcome: (_ event: String, _ state: String) throws -> String) throws {
    for row in rows {
      #expect(row.words.count == states.count, "\(row.event)")
      for (state, word) in zip(states, row.words) {
        #expect(!word.isEmpty, "\(row.event) in \(state)")
        let expected = word == "drops" ? "ignores" : word
        let actual = try outcome(row.event, state)
        #expect(actual == expected, "\(row.event) in \(state)")
      }
    }
  }

  /// Message types that no row begins with.
  var missingTypes: [String] {
    MessageType.allCases.map(\.word).filter { word in
      !rows.contains { $0.event.split { !$0.isLetter }.contains(Substring(word)) }
    }
  }
}

/// Frames that either side gets from a peer that follows no rules.
enum OddFrame {
  /// The frame of this row; `nil` when the row is another one's.
  static func named(_ event: String) -> [UInt8]? {
    switch event {
    case "a type 80–FF that is unknown": frame(type: 0xEE, payload: [1])
    case "a type 00–7F that is unknown": frame(type: 0x46, payload: [1])
    case "a payload that is no message": frame(type: MessageType.ping.rawValue, payload: [1])
    case "a header that is damaged": hex("40 00 0000 0000 0000")
    case "a frame that is too long": header("40 00 ffff 0000")
    case "a MAC": header("40 04 0008 0000") + full(0).bytes.prefix(8)
    default: nil
    }
  }

  private static func frame(type: UInt8, payload: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    FrameEncoder(usesCRC32: false).append(
      type: type, request: 0, payload: payload[...], to: &output)
    return output
  }

  private static func header(_ digits: String) -> [UInt8] {
    let bytes = hex(digits)
    let check = CRC16.checksum(bytes)
    return bytes + [UInt8(check >> 8), UInt8(truncatingIfNeeded: check)]
  }
}

/// The word of the tables for what was sent last before a close, or instead of one.
func errorWord(_ sent: [Message]) -> String? {
  for case .error(let error) in sent {
    return String(error.codeNumber, radix: 16, uppercase: true)
  }
  return nil
}
