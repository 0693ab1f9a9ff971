package import Capabilities

/// A form that is wanted, and where its bytes go.
package struct FormOrder<Output: FormOutput> {
  /// What the device can show.
  package let capability: Capability
  /// One for each codec of the capability, in their order.
  package let outputs: [Output]

  /// Creates an order.
  package init(_ capability: Capability, into outputs: [Output]) {
    precondition(outputs.count == capability.codecs.count, "one output for each codec")
    self.capability = capability
    self.outputs = outputs
  }
}

extension FormOrder: Sendable where Output: Sendable {}
