/// The totals of a verification.
package struct VerifySummary: Hashable, Sendable {
  /// Originals that were read.
  package var originalCount = 0
  /// Originals that are gone or changed.
  package var damagedOriginalCount = 0
  /// Forms whose bytes were read.
  package var formCount = 0
  /// Forms whose bytes were gone or changed, and are given up.
  package var damagedFormCount = 0
  /// Files that no row knows.
  package var orphanCount = 0
  /// Images that no name has stood for since a day or longer.
  package var unnamedImageCount = 0
}
