package import Capabilities

/// Every size of one form, decided before anything is decoded (spec/FORMS.md, "Geometry").
///
/// The *device's frame* is the form as it is seen; the *stored frame* is the picture as its file
/// holds it. ``turn`` leads from the second to the first.
package struct Geometry: Sendable, Equatable {
  /// The longest side of a picture in pixels. libpng has the same bound; JPEG's is lower.
  package static let pictureSideLimit = 1_000_000
  /// The longest side of a scaled picture in pixels, before it is cropped. It keeps the positions
  /// of filters exact in 53 bits.
  package static let scaledSideLimit = Int(Int32.max)

  /// Pixels of the stored picture.
  package let pictureWidth: Int
  /// Pixels of the stored picture.
  package let pictureHeight: Int
  /// From the stored frame to the device's: the picture's own orientation, then the fit's rotation.
  package let turn: Orientation
  /// Pixels of the form, the device's frame.
  package let formWidth: Int
  /// Rows of the form, the device's frame; a roll's follow the picture.
  package let formHeight: Int
  /// Pixels of the whole scaled picture, before cropping, in the device's frame.
  package let scaledWidth: Int
  /// Pixels of the whole scaled picture, before cropping, in the device's frame.
  package let scaledHeight: Int
  /// The columns of the scaled picture that the form shows, in the device's frame; never empty.
  package let visibleColumns: Range<Int>
  /// The rows of the scaled picture that the form shows, in the device's frame; never empty.
  package let visibleRows: Range<Int>
  /// The form's column where the first visible column stands.
  package let left: Int
  /// The form's row where the first visible row stands.
  package let top: Int

  /// Places a picture.
  /// - Parameters:
  ///   - pictureWidth: pixels as stored, 1…``pictureSideLimit``.
  ///   - pictureHeight: pixels as stored, 1…``pictureSideLimit``.
  ///   - orientation: the picture's own.
  ///   - capability: the device.
  /// - Throws: ``GeometryError`` with the value and the limit it passes.
  package init(
    pictureWidth: Int, pictureHeight: Int, orientation: Orientation, capability: Capability
  ) throws(GeometryError) {
    for side in [pictureWidth, pictureHeight] {
      guard (1...Self.pictureSideLimit).contains(side) else {
        throw .pictureSide(value: side, limit: Self.pictureSideLimit)
      }
    }
    let fit = capability.fit
    var picture = Extent(pictureWidth, pictureHeight)
    if orientation.transposes { picture = picture.transposed }
    let placement = Placement(capability: capability)
    let rotation = fit.rotation == .automatic ? placement.rotation(of: picture) : fit.rotation
    if rotation == .clockwise90 || rotation == .clockwise270 { picture = picture.transposed }

    let scaled = placement.scaled(picture)
    for side in [scaled.width, scaled.height] where side > Self.scaledSideLimit {
      throw .scaledSide(value: side, limit: Self.scaledSideLimit)
    }
    let areaHeight = placement.height ?? scaled.height
    let formHeight = areaHeight + fit.margins.top + fit.margins.bottom
    do throws(CapabilityError) {
      _ = try capability.formSize(rowCount: formHeight)
    } catch {
      throw .formTooLarge(error)
    }
    let columns = Self.visible(
      scaled.width, in: placement.width, alignment: fit.gravity.horizontal)
    let rows = Self.visible(scaled.height, in: areaHeight, alignment: fit.gravity.vertical)

    self.pictureWidth = pictureWidth
    self.pictureHeight = pictureHeight
    turn = orientation.turned(rotation)
    formWidth = capability.size.width
    self.formHeight = formHeight
    scaledWidth = scaled.width
    scaledHeight = scaled.height
    visibleColumns = columns.range
    visibleRows = rows.range
    left = fit.margins.left + columns.position
    top = fit.margins.top + rows.position
  }

  /// The part of `length` scaled pixels that an area of `room` pixels shows, and where it begins.
  private static func visible(
    _ length: Int, in room: Int, alignment: Alignment
  ) -> (range: Range<Int>, position: Int) {
    let spare = room - length
    let offset =
      switch alignment {
      case .low: 0
      // Half, towards minus infinity.
      case .center: spare >> 1
      case .high: spare
      }
    let first = max(0, -offset)
    return (first..<min(length, first + room), max(0, offset))
  }
}

extension Geometry {
  /// The side, 1, 2, 4 or 8 pixels, of the boxes of the stored picture that are averaged before
  /// the filter sees them. The last factor of two is left to the filter, which is the sharper one.
  package var shrink: Int {
    let target = scaledStored
    return [8, 4, 2].first { shrink in
      pictureWidth >= 2 * shrink * target.width && pictureHeight >= 2 * shrink * target.height
    } ?? 1
  }

  /// The scaled picture's size in the stored frame.
  var scaledStored: Extent {
    let scaled = Extent(scaledWidth, scaledHeight)
    return turn.transposes ? scaled.transposed : scaled
  }

  /// The visible window in the stored frame.
  var storedWindow: (columns: Range<Int>, rows: Range<Int>) {
    let columns = visibleColumns.mirrored(turn.mirrorsColumns, in: scaledWidth)
    let rows = visibleRows.mirrored(turn.mirrorsRows, in: scaledHeight)
    return turn.transposes ? (rows, columns) : (columns, rows)
  }

  /// Pixels of the stored picture after ``shrink``.
  var reducedWidth: Int { (pictureWidth + shrink - 1) / shrink }

  /// Rows of the stored picture after ``shrink``.
  var reducedHeight: Int { (pictureHeight + shrink - 1) / shrink }
}

/// Width and height in pixels.
struct Extent: Equatable {
  let width: Int
  let height: Int

  init(_ width: Int, _ height: Int) {
    self.width = width
    self.height = height
  }

  var transposed: Extent { Extent(height, width) }
}

extension Range<Int> {
  fileprivate func mirrored(_ mirrors: Bool, in length: Int) -> Range {
    mirrors ? length - upperBound..<length - lowerBound : self
  }
}
