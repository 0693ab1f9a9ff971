package import Capabilities
package import Foundation

/// What was counted for a kind of device, for the operator.
package struct KindDemand: Hashable, Sendable {
  /// The kind.
  package let key: FormKey
  /// What it can show; `nil` when this version does not understand its descriptor.
  package let capability: Capability?
  /// How often it has asked, over all images.
  package let requestCount: Int
  /// When it was last seen, to the second.
  package let lastSeen: Date
  /// A device that may be believed told of it.
  package let isTrusted: Bool
}
