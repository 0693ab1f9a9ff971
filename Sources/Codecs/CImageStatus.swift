import CImage

extension cimage_status {
  /// Throws what a failed call of the C target stands for.
  /// - Parameter message: the handle's message; asked for only after a failure.
  func check(
    scanLimit: Int = 0, message: @autoclosure () -> UnsafePointer<CChar>
  ) throws(PictureError) {
    switch self {
    case CIMAGE_OK: return
    case CIMAGE_UNSUPPORTED: throw .unsupported(unsafe String(cString: message()))
    case CIMAGE_TOO_MANY_SCANS: throw .tooManyScans(limit: scanLimit)
    case CIMAGE_OUT_OF_MEMORY: throw .outOfMemory
    case CIMAGE_UNREADABLE: throw .unreadable(unsafe String(cString: message()))
    default: throw .damaged(unsafe String(cString: message()))
    }
  }
}
