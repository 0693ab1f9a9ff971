/// The formats an original can have. The word is what the catalog holds.
package enum OriginalFormat: String, Sendable, CaseIterable {
  case jpeg, png
}

/// What decoding a picture's headers told, for the catalog to remember.
package struct PictureFacts: Hashable, Sendable {
  /// The file format.
  package let format: OriginalFormat
  /// Pixels across, as stored: before any orientation is applied. 1 or more.
  package let width: Int
  /// Pixels down, as stored. 1 or more.
  package let height: Int

  /// Facts as a decoder found them.
  package init(format: OriginalFormat, width: Int, height: Int) {
    self.format = format
    self.width = width
    self.height = height
  }
}
