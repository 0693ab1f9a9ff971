/// An image and all that was asked of it, for the operator.
package struct ImageDemand: Hashable, Sendable {
  /// The image.
  package let image: ImageID
  /// Names that stand for it, in bytewise order; at most ``nameLimit``.
  package let names: [String]
  /// What was counted and made, in the order of form keys.
  package let forms: [FormDemand]

  /// How many names of an image are told.
  package static let nameLimit = 16
}
