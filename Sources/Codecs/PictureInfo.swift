/// What a picture's headers say about it.
package struct PictureInfo: Sendable, Equatable {
  /// The format.
  package var format: PictureFormat
  /// Pixels across, as stored: before `orientation` is applied.
  package var width: Int
  /// Pixels down, as stored: before `orientation` is applied.
  package var height: Int
  /// How the stored picture is to be turned, as EXIF numbers it, 1...8; 1 when nothing is said.
  package var orientation: Int
  /// There is one channel, of gray, beside alpha.
  package var isGray: Bool
  /// Some pixels may let the background through: an alpha channel, or a transparent colour.
  package var hasAlpha: Bool
  /// Progressive JPEG, any JPEG of several scans, or interlaced PNG: decoding keeps the whole
  /// picture, not some rows.
  package var isProgressiveOrInterlaced: Bool

  /// Creates the description of a picture.
  package init(
    format: PictureFormat,
    width: Int,
    height: Int,
    orientation: Int = 1,
    isGray: Bool = false,
    hasAlpha: Bool = false,
    isProgressiveOrInterlaced: Bool = false
  ) {
    self.format = format
    self.width = width
    self.height = height
    self.orientation = orientation
    self.isGray = isGray
    self.hasAlpha = hasAlpha
    self.isProgressiveOrInterlaced = isProgressiveOrInterlaced
  }
}
