/// Lines of columns for people, each as wide as its widest text.
struct TextTable {
  private var rows: [[String]]

  /// A table with only its first line.
  init(_ titles: String...) { rows = [titles] }

  /// Adds a line. Texts of devices and operators come escaped.
  mutating func add(_ texts: [String]) { rows.append(texts) }

  /// The lines, without blanks at their ends.
  var lines: [String] {
    var widths: [Int] = []
    for row in rows {
      for (column, text) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], text.count)
      }
    }
    return rows.map { row in
      let line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}

extension String {
  /// The text with blanks behind it, `width` characters or more.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
