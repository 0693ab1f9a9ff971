internal import Foundation

/// How much a library may hold of what can be made again or told again.
package struct StoreLimits: Hashable, Sendable {
  /// The most kinds of devices that ``Library/trustedKinds()`` and ``Library/popularKinds(after:)``
  /// give: what is done in advance for every one of them stays bounded.
  package static let kindListLimit = 64
  /// How many kinds of devices are remembered for a name.
  static let kindsPerName = 16
  /// How long an image stays that no name stands for, in seconds.
  static let unnamedLifetime: TimeInterval = 86_400

  /// Bytes of all stored forms. 0 or more; with 0 only empty forms are stored.
  package let formByteLimit: Int
  /// Kinds of devices that are remembered. 1 or more.
  package let kindLimit: Int
  /// Devices of which is remembered what they said of themselves. 1 or more.
  package let deviceLimit: Int

  /// Limits. The standard ones are 8 GiB of forms, 4,096 kinds of devices and 10,000 devices.
  package init(
    formByteLimit: Int = 8_589_934_592, kindLimit: Int = 4_096, deviceLimit: Int = 10_000
  ) {
    precondition(
      formByteLimit >= 0 && kindLimit >= 1 && deviceLimit >= 1, "a limit that nothing can keep")
    self.formByteLimit = formByteLimit
    self.kindLimit = kindLimit
    self.deviceLimit = deviceLimit
  }
}
