/// Why a picture is refused: what was wrong and, where a limit was passed, what was allowed.
package enum PictureError: Error, Equatable, Sendable {
  /// The file begins as neither a JPEG nor a PNG.
  case notAPicture
  /// The file may be sound, but is of a kind that is not read; the text names it.
  case unsupported(String)
  /// The file breaks its format's rules or ends early; the text says where.
  case damaged(String)
  /// Pixels in all.
  case tooManyPixels(declared: Int, limit: Int)
  /// The longer side in pixels.
  case sideTooLong(declared: Int, limit: Int)
  /// Bytes of the file.
  case tooManyBytes(declared: Int, limit: Int)
  /// Scans of a JPEG; decoding stopped at the first one above the limit.
  case tooManyScans(limit: Int)
  /// Bytes that decoding has to keep at once.
  case tooMuchMemory(declared: Int, limit: Int)
  /// There was no memory for a decoder that kept to its limits.
  case outOfMemory
  /// The file could not be read; the text is the system's.
  case unreadable(String)
}

extension PictureError: CustomStringConvertible {
  /// One line, fit for a log and for the person who sent the picture.
  package var description: String {
    switch self {
    case .notAPicture:
      "neither a JPEG nor a PNG"
    case .unsupported(let kind):
      "not supported: \(kind)"
    case .damaged(let place):
      "damaged: \(place)"
    case .tooManyPixels(let declared, let limit):
      "\(declared) pixels, at most \(limit) are allowed"
    case .sideTooLong(let declared, let limit):
      "\(declared) pixels on one side, at most \(limit) are allowed"
    case .tooManyBytes(let declared, let limit):
      "a file of \(declared) bytes, at most \(limit) are allowed"
    case .tooManyScans(let limit):
      "more than \(limit) scans"
    case .tooMuchMemory(let declared, let limit):
      "decoding needs \(declared) bytes at once, at most \(limit) are allowed"
    case .outOfMemory:
      "no memory to decode it"
    case .unreadable(let reason):
      "cannot be read: \(reason)"
    }
  }
}
