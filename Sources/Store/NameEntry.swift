package import Foundation

/// One line of a listing.
package struct NameEntry: Hashable, Sendable {
  /// The name.
  package let name: String
  /// The image that the name stands for.
  package let image: ImageID
  /// Length of the image's original in bytes.
  package let byteCount: Int
  /// When the name was last registered, to the second.
  package let registeredAt: Date
}
