/// The names of a page of a listing as one range of bytes, so that an index finds its first name
/// wherever the page begins.
struct NameRange: Equatable {
  /// The least name that belongs to it.
  let lowerBound: [UInt8]
  /// Above every name that belongs to it.
  let upperBound: [UInt8]

  /// Names that begin with `prefix` and come after `after`; an empty `after` is before all.
  init(prefix: String, after: String) {
    let prefix = Array(prefix.utf8)
    // No bytes lie between a name and the same name with a zero appended.
    let successor = after.isEmpty ? [] : Array(after.utf8) + [0]
    lowerBound = prefix.lexicographicallyPrecedes(successor) ? successor : prefix
    // UTF-8 has no byte FF: nothing overflows, and FF alone is above every name.
    upperBound = prefix.isEmpty ? [0xFF] : prefix.dropLast() + [(prefix.last ?? 0) &+ 1]
  }
}
