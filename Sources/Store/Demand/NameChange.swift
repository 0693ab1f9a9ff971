/// What a library says when names change; see ``Library/nameChanges()``.
package enum NameChange: Hashable, Sendable {
  /// This name was registered or removed.
  case moved(String)
  /// Any name may have changed, and any key: another process wrote to the catalog, or changes came
  /// faster than they were read.
  case any
}
