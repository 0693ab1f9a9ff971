/// The totals of a backup.
package struct BackupSummary: Hashable, Sendable {
  /// Originals that were copied.
  package var copiedCount = 0
  /// Originals that an earlier backup had copied.
  package var keptCount = 0
  /// Originals that are gone or changed and could not be copied.
  package var damagedCount = 0
}
