package import Capabilities

/// How often was asked in all, this record included.
package struct RequestTotals: Hashable, Sendable {
  /// For an image by a kind of device. What is not known any more is left out.
  package var images: [RequestKey: Int] = [:]
  /// By a kind of device, over all images.
  package var kinds: [FormKey: Int] = [:]
}
