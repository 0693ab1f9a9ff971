/// The receiving side's credit: never more outstanding and unconsumed than the window holds.
struct ReceiveWindow: Hashable, Sendable {
  /// The smallest window, since a sender may wait until it may send this much.
  static let minByteCount = WireConstants.smallestDataByteCount

  /// Bytes that may be on their way or unconsumed.
  let byteCount: Int
  /// Credit that the sender has not used.
  private(set) var outstanding = 0
  /// Bytes received that the application still holds.
  private(set) var unconsumed = 0
  /// Bytes of the transfer for which no credit was given yet.
  private(set) var ungranted: Int

  /// - Parameters:
  ///   - byteCount: at least ``minByteCount``.
  ///   - transferByteCount: bytes the whole transfer will bring.
  init(byteCount: Int, transferByteCount: Int) {
    precondition(byteCount >= Self.minByteCount && byteCount <= WireConstants.creditLimit)
    self.byteCount = byteCount
    ungranted = transferByteCount
  }

  /// The credit to give now; 0 when it is not worth a message yet.
  ///
  /// Half a window at a time keeps CREDIT rare, and a sender that waits for its smallest DATA is
  /// never left waiting.
  mutating func grant() -> UInt32 {
    let possible = min(byteCount - outstanding - unconsumed, ungranted)
    guard possible > 0 else { return 0 }
    guard
      possible == ungranted || possible * 2 >= byteCount || outstanding < Self.minByteCount
    else { return 0 }
    outstanding += possible
    ungranted -= possible
    return UInt32(possible)
  }

  /// Counts received bytes.
  /// - Returns: `false` when they pass the credit.
  mutating func receive(_ count: Int) -> Bool {
    guard count <= outstanding else { return false }
    outstanding -= count
    unconsumed += count
    return true
  }

  /// Counts bytes that the application is done with.
  mutating func consume(_ count: Int) {
    precondition((0...unconsumed).contains(count), "\(count) of \(unconsumed) bytes consumed")
    unconsumed -= count
  }
}
