package import Capabilities

/// What a device asks for, as a person writes it down: a name, one to four capabilities, and facts
/// about the hardware (spec/profile.schema.json).
package struct Profile: Hashable, Sendable {
  /// The most alternatives a device may offer.
  package static let alternativeLimit = 4

  /// 1…100 bytes.
  package let name: String
  /// 1…4 capabilities, best first.
  package let alternatives: [Capability]
  /// Free facts for people and for the simulator (hardware, source, ram, link); never decides a
  /// byte of a form.
  package let device: [String: JSONValue]

  /// A profile of one to four capabilities.
  package init(name: String, alternatives: [Capability], device: [String: JSONValue] = [:]) {
    precondition((1...Self.alternativeLimit).contains(alternatives.count))
    self.name = name
    self.alternatives = alternatives
    self.device = device
  }
}
