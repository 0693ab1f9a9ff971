package import Capabilities

/// Why a picture cannot be placed on a device. Lengths in pixels.
package enum GeometryError: Error, Equatable, Sendable {
  /// A side of the picture is 0 or longer than any picture's may be.
  case pictureSide(value: Int, limit: Int)
  /// A side of the scaled picture, before cropping, passes its limit.
  case scaledSide(value: Int, limit: Int)
  /// The form, a roll's for instance, passes a bound of every form.
  case formTooLarge(CapabilityError)
}

extension GeometryError: CustomStringConvertible {
  /// One line: the value and what is allowed.
  package var description: String {
    switch self {
    case .pictureSide(let value, let limit):
      "a side of the picture has \(value) pixels, allowed are 1…\(limit)"
    case .scaledSide(let value, let limit):
      "a side of the scaled picture would have \(value) pixels, allowed are \(limit)"
    case .formTooLarge(let error):
      "\(error)"
    }
  }
}
