internal import WireProtocol

/// Lets one connection at a time send a picture for a device. A device whose link broke without a
/// word comes back on a new connection while the server still believes in the old one: the newer
/// takes over, and goes on where the older stopped.
actor UploadTurns {
  /// Partial uploads belong to somebody and a digest.
  struct Key: Hashable, Sendable {
    let identity: UploadIdentity
    let digest: PictureDigest
  }

  /// How to stop the upload whose turn it is.
  private var stops: [Key: @Sendable () -> Void] = [:]
  private var waiting: [Key: [CheckedContinuation<Void, Never>]] = [:]

  /// Stops whoever has the turn, waits for its end, and takes the turn.
  /// - Parameter stop: asks the new holder to end; called from anywhere.
  func begin(_ key: Key, stop: @escaping @Sendable () -> Void) async {
    while let other = stops[key] {
      other()
      await withCheckedContinuation { waiting[key, default: []].append($0) }
    }
    stops[key] = stop
  }

  /// Gives the turn back.
  func end(_ key: Key) {
    stops[key] = nil
    for waiter in waiting.removeValue(forKey: key) ?? [] { waiter.resume() }
  }
}
