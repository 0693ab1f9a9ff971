internal import Foundation

/// One line on a terminal's standard error that says how far a transfer is; silent when piped.
struct ProgressLine: Sendable {
  private let title: String
  private let isOnTerminal = isatty(STDERR_FILENO) == 1

  init(_ title: String) { self.title = title }

  /// Shows `count` of `total` bytes.
  func show(_ count: Int, of total: Int) {
    guard isOnTerminal, total > 0 else { return }
    write("\r\(title): \(count) of \(total) bytes (\(count * 100 / total) %)")
  }

  /// Takes the line away.
  func clear() {
    guard isOnTerminal else { return }
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
