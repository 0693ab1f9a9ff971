package import Capabilities

/// A kind of device that fetched what a name stands for.
package struct NameUse: Hashable, Sendable {
  /// The name that was asked for.
  package let name: String
  /// The kind of device that asked.
  package let key: FormKey

  /// A pair of name and kind.
  package init(name: String, key: FormKey) {
    self.name = name
    self.key = key
  }
}
