internal import Foundation

/// Lines for people and scripts, written at once: a pipe would otherwise hold them back.
enum StandardStreams {
  /// A line of results.
  static func print(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  /// A line about what went wrong.
  static func complain(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}
