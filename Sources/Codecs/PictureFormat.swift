/// The formats that are read.
package enum PictureFormat: String, Sendable {
  case jpeg, png
}

extension PictureFormat {
  /// Tells a format by the first bytes of a file.
  init?(head: some Collection<UInt8>) {
    if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else {
      return nil
    }
  }
}
