/// Why a zlib stream is refused.
package enum ZlibError: Error, Equatable, Sendable {
  /// The stream breaks RFC 1950 or 1951; the text is zlib's.
  case damaged(String)
  /// It would inflate to more bytes than allowed.
  case tooManyBytes(limit: Int)
  /// Bytes follow its end.
  case trailingBytes(count: Int)
  /// It stops before its end.
  case endsEarly
  /// There was no memory for zlib's state.
  case outOfMemory
}
