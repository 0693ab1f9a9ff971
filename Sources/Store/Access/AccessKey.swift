package import Foundation

/// A key that is in force.
package struct AccessKey: Sendable {
  /// The key's own number: no other key ever has it, not even a later one of the same id.
  package let serial: Int64
  /// What it is called.
  package let id: AccessKeyID
  /// What its holder may do.
  package let rights: Rights
  /// What its holder can prove to know.
  package let secret: AccessSecret
}

/// A key for the operator's eyes: everything but its secret.
package struct AccessKeyFacts: Hashable, Sendable {
  /// See ``AccessKey/serial``.
  package let serial: Int64
  /// What it is called.
  package let id: AccessKeyID
  /// What its holder may do.
  package let rights: Rights
  /// When it was added, to the second.
  package let createdAt: Date
  /// When it was revoked, to the second; `nil`: it is in force.
  package let revokedAt: Date?
}
