internal import ArgumentParser
internal import Foundation
internal import Store

/// Says which keys there are.
struct KeyListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the keys and what they allow, never their secrets.",
    discussion: """
      With --json one object: "keys" has id, may (a list), prefix, created, and revoked of a key \
      that is (seconds since 1970).
      """)

  @OptionGroup var options: DataOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    let keys = try await options.withLibrary(try options.resolve()) { try await $0.keys() }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let report = ["keys": keys.map(KeyReport.init)]
      StandardStreams.print(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      var table = TextTable("id", "may", "prefix", "created", "revoked")
      for key in keys {
        table.add([
          key.id.text, key.rights.actions.words.joined(separator: ","),
          key.rights.prefix.isEmpty
            ? "-" : "\"\(LogText(key.rights.prefix, scalarLimit: 128))\"",
          key.createdAt.formatted(.iso8601), key.revokedAt?.formatted(.iso8601) ?? "-",
        ])
      }
      for line in table.lines { StandardStreams.print(line) }
    }
  }
}

/// A key in `key list --json`.
private struct KeyReport: Encodable {
  let id: String
  let may: [String]
  let prefix: String
  let created: Int
  let revoked: Int?

  init(_ key: AccessKeyFacts) {
    id = key.id.text
    may = key.rights.actions.words
    prefix = key.rights.prefix
    created = Int(key.createdAt.timeIntervalSince1970)
    revoked = key.revokedAt.map { Int($0.timeIntervalSince1970) }
  }
}
