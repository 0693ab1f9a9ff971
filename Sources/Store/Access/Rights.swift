/// What somebody may do, and with which names (spec/PROTOCOL.md, "Security considerations").
package struct Rights: Hashable, Sendable {
  /// The two rights there are.
  package struct Actions: OptionSet, Hashable, Sendable {
    package let rawValue: Int

    /// Takes the bits as they stand.
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// GET, LIST and WATCH.
    package static let retrieve = Actions(rawValue: 1)
    /// PUT and REMOVE.
    package static let register = Actions(rawValue: 2)
  }

  /// What may be done.
  package let actions: Actions
  /// With names that begin with these bytes; with every name where there are none.
  package let prefix: String

  /// Rights to `actions` on names that begin with `prefix`.
  package init(_ actions: Actions, prefix: String = "") {
    self.actions = actions
    self.prefix = prefix
  }

  /// Nothing.
  package static let none = Rights([])
  /// Everything.
  package static let all = Rights([.retrieve, .register])

  /// True when nothing may be done.
  package var isEmpty: Bool { actions.isEmpty }

  /// Whether `action` may be done with `name`. Names are compared byte by byte.
  package func allow(_ action: Actions, of name: String) -> Bool {
    actions.contains(action) && name.utf8.starts(with: prefix.utf8)
  }

  /// Whether images may be got by their ids, which say nothing of names: only where every name may
  /// be retrieved.
  package var allowImageIDs: Bool { actions.contains(.retrieve) && prefix.isEmpty }

  /// What of the names that begin with a prefix may be listed.
  package enum Listing: Hashable, Sendable {
    /// Those that begin with this.
    case names(prefix: String)
    /// None of them.
    case nothing
    /// Not even that may be known.
    case refused
  }

  /// The part of a listing that may be seen.
  package func listing(prefix wanted: String) -> Listing {
    guard actions.contains(.retrieve) else { return .refused }
    if wanted.utf8.starts(with: prefix.utf8) { return .names(prefix: wanted) }
    if prefix.utf8.starts(with: wanted.utf8) { return .names(prefix: prefix) }
    return .nothing
  }
}
