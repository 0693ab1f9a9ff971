internal import Capabilities

/// The area inside the margins, and the rules of fit for it (spec/FORMS.md, "Geometry").
///
/// Every product below stays under 2^56: sides of pictures have at most 20 bits, sides of areas and
/// resolutions 16 bits, and the two resolutions are multiplied into different factors.
struct Placement {
  /// Columns inside the margins.
  let width: Int
  /// Rows inside the margins; `nil` on a roll.
  let height: Int?
  private let mode: Fit.Mode
  /// Dots per unit of length, 1 and 1 when unknown.
  private let dotsX: Int
  private let dotsY: Int

  init(capability: Capability) {
    let margins = capability.fit.margins
    width = capability.size.width - margins.left - margins.right
    height =
      capability.size.isRoll ? nil : capability.size.height - margins.top - margins.bottom
    mode = capability.fit.mode
    dotsX = max(1, capability.resolution.x)
    dotsY = max(1, capability.resolution.y)
  }

  /// What rotation "auto" means for this picture: a quarter turn clockwise when the picture,
  /// contained in the area, then covers more of it. A roll is as long as it must be.
  func rotation(of picture: Extent) -> Fit.Rotation {
    guard let height else { return .none }
    // Both scales of containing, multiplied by the picture's sides and both resolutions.
    let upright = min(
      width * picture.height * dotsY, height * picture.width * dotsX)
    let turned = min(
      width * picture.width * dotsY, height * picture.height * dotsX)
    return turned > upright ? .clockwise90 : .none
  }

  /// The size of the whole picture on the device, before cropping.
  func scaled(_ picture: Extent) -> Extent {
    guard let height else { return scaledOnRoll(picture) }
    switch mode {
    case .none: return picture
    case .stretch: return Extent(width, height)
    case .contain: return contained(picture, in: Extent(width, height))
    case .shrink:
      return contained(
        picture, in: Extent(min(width, picture.width), min(height, picture.height)))
    case .cover:
      return isWider(picture, than: Extent(width, height))
        ? Extent(widthFollowing(height, of: picture), height)
        : Extent(width, heightFollowing(width, of: picture))
    }
  }

  private func scaledOnRoll(_ picture: Extent) -> Extent {
    switch mode {
    case .none: picture
    case .contain, .cover, .stretch: Extent(width, heightFollowing(width, of: picture))
    case .shrink:
      contained(picture, in: Extent(min(width, picture.width), picture.height))
    }
  }

  private func contained(_ picture: Extent, in area: Extent) -> Extent {
    isWider(picture, than: area)
      ? Extent(area.width, heightFollowing(area.width, of: picture))
      : Extent(widthFollowing(area.height, of: picture), area.height)
  }

  /// True when the picture, in dots, is at least as wide for its height as the area.
  private func isWider(_ picture: Extent, than area: Extent) -> Bool {
    area.width * picture.height * dotsY <= area.height * picture.width * dotsX
  }

  private func heightFollowing(_ width: Int, of picture: Extent) -> Int {
    roundedRatio(width * picture.height * dotsY, picture.width * dotsX)
  }

  private func widthFollowing(_ height: Int, of picture: Extent) -> Int {
    roundedRatio(height * picture.width * dotsX, picture.height * dotsY)
  }

  /// Rounded half up, at least 1.
  private func roundedRatio(_ numerator: Int, _ denominator: Int) -> Int {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    return max(1, remainder >= denominator - remainder ? quotient + 1 : quotient)
  }
}

/// Where something shorter or longer stands in its room.
enum Alignment {
  case low, center, high
}

extension Fit.Gravity {
  var horizontal: Alignment {
    switch self {
    case .northWest, .west, .southWest: .low
    case .north, .center, .south: .center
    case .northEast, .east, .southEast: .high
    }
  }

  var vertical: Alignment {
    switch self {
    case .northWest, .north, .northEast: .low
    case .west, .center, .east: .center
    case .southWest, .south, .southEast: .high
    }
  }
}
