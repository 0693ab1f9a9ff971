import Foundation

/// What stands in spec/, for the tests that hold the code against it.
enum Specification {
  /// The folder of the specification.
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "spec")

  struct NoTable: Error {
    let title: String
  }

  /// The first columns of a table of spec/registry, without its head.
  ///
  /// Text for people stands last, where it may hold commas; what is asked for here holds none.
  static func registry(_ name: String, columns: Int) throws -> [[String]] {
    let url = folder.appending(path: "registry/\(name).csv")
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).prefix(columns).map(String.init)
    }
  }

  /// The Markdown tables under a heading of the second level, each as rows of cells, heads included.
  static func tables(of file: String, under title: String) throws -> [[[String]]] {
    let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(of: "## \(title)") else { throw NoTable(title: title) }
    var tables: [[[String]]] = []
    var wasTable = false
    for line in lines[(start + 1)...].prefix(while: { !$0.hasPrefix("## ") }) {
      let isTable = line.hasPrefix("|")
      if isTable, !wasTable { tables.append([]) }
      wasTable = isTable
      guard isTable, !line.hasPrefix("|-") else { continue }
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
        .dropLast()
      tables[tables.count - 1].append(
        cells.map { $0.trimmingCharacters(in: .whitespaces) })
    }
    return tables
  }
}
