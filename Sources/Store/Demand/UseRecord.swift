package import Foundation

/// What was asked for and sent since the last record: gathered in memory and given to
/// ``Library/record(_:at:)`` as one change.
package struct UseRecord: Sendable, Equatable {
  /// How many requests came, each 1 or more; others are ignored.
  package var requests: [RequestKey: Int]
  /// When a kind of device last fetched under a name.
  package var names: [NameUse: Date]
  /// When a form was last sent. Those that nobody was sent for longest are evicted first.
  package var forms: [FormID: Date]
  /// What devices said of themselves.
  package var devices: [DeviceIdentity: DeviceReport]

  /// A record of these uses.
  package init(
    requests: [RequestKey: Int] = [:], names: [NameUse: Date] = [:], forms: [FormID: Date] = [:],
    devices: [DeviceIdentity: DeviceReport] = [:]
  ) {
    self.requests = requests
    self.names = names
    self.forms = forms
    self.devices = devices
  }

  /// True when there is nothing to record.
  package var isEmpty: Bool {
    requests.isEmpty && names.isEmpty && forms.isEmpty && devices.isEmpty
  }
}
