/// A sequence that says nothing that can be done; the peer is not to blame.
struct SequenceError: Error, Hashable, CustomStringConvertible {
  /// One line.
  let description: String

  init(_ description: String) { self.description = description }
}
