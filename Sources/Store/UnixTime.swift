internal import Foundation

extension Date {
  /// The start of a second since 1970.
  init(unixSeconds: Int64) {
    self.init(timeIntervalSince1970: TimeInterval(unixSeconds))
  }

  /// The start of a millisecond since 1970.
  init(unixMilliseconds: Int64) {
    self.init(timeIntervalSince1970: TimeInterval(unixMilliseconds) / 1_000)
  }

  /// Whole seconds since 1970, as the catalog keeps most times.
  var unixSeconds: Int64 { Int64(timeIntervalSince1970.rounded(.down)) }

  /// Whole milliseconds since 1970, where the order within a second counts.
  var unixMilliseconds: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded(.down)) }
}
