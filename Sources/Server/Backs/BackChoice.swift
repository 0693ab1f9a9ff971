internal import Crypto

/// The backs of a front, and in which order they are asked for something: by rendezvous hashing
/// (Thaler and Ravishankar, 1998), so that all fronts prefer the same back for the same name, whose
/// caches are then warm, and that only what a back had moves when it goes.
struct BackChoice: Sendable {
  /// All of them, in no order that matters.
  let backs: [Back]

  /// First those that work, the preferred one first; then those that did not when they were last
  /// tried, for when nothing else is left.
  /// - Parameter key: what is asked for.
  func order(for key: [UInt8]) async -> [Back] {
    let ranked = backs.map { back in (back, Self.weight(of: "\(back.address)", for: key)) }
      .sorted { $0.1 > $1.1 }
    var (up, down): ([Back], [Back]) = ([], [])
    for (back, _) in ranked {
      if await back.isUp { up.append(back) } else { down.append(back) }
    }
    return up + down
  }

  /// The same for a back and a key everywhere, and nothing to do with that of another.
  static func weight(of back: String, for key: [UInt8]) -> UInt64 {
    var hash = SHA256()
    hash.update(data: Array(back.utf8) + [0])
    hash.update(data: key)
    return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
