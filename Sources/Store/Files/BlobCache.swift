internal import Synchronization

/// Copies of blobs in a node's folder, within a limit: beyond it those go that were not used for
/// longest, and never one that is open.
final class BlobCache: Sendable {
  /// A blob here.
  struct Key: Hashable, Sendable {
    let kind: BlobKind
    let digest: Digest
  }

  private struct Entry {
    let byteCount: Int
    /// Greater is later.
    var usedAt: UInt64
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var byteCount = 0
    var time: UInt64 = 0

    mutating func add(_ key: Key, byteCount: Int) {
      remove(key)
      time += 1
      entries[key] = Entry(byteCount: byteCount, usedAt: time)
      self.byteCount += byteCount
    }

    mutating func remove(_ key: Key) {
      if let entry = entries.removeValue(forKey: key) { byteCount -= entry.byteCount }
    }

    /// Takes out what was not used for longest, sparing `isSpared`, until there are at most so many
    /// bytes.
    mutating func shrink(to limit: Int, sparing isSpared: (Key) -> Bool) -> [Key] {
      var victims: [Key] = []
      for (key, _) in entries.sorted(by: { $0.value.usedAt < $1.value.usedAt }) {
        if byteCount <= limit { break }
        if isSpared(key) { continue }
        remove(key)
        victims.append(key)
      }
      return victims
    }
  }

  /// What is open.
  let pins = PinTable()

  private let folder: DataFolder
  private let byteLimit: Int
  private let state: Mutex<State>

  /// Finds what earlier runs left. Blocks.
  init(_ folder: DataFolder, byteLimit: Int) throws(StoreError) {
    self.folder = folder
    self.byteLimit = byteLimit
    var state = State()
    for kind in BlobKind.allCases {
      for byte in UInt8.min...UInt8.max {
        for (digest, byteCount) in try folder.blobs(kind).blobs(startingWith: byte) {
          state.add(Key(kind: kind, digest: digest), byteCount: byteCount)
        }
      }
    }
    self.state = Mutex(state)
    try shrink(to: byteLimit)
  }

  /// Bytes of all copies.
  var byteCount: Int { state.withLock { $0.byteCount } }

  /// Opens a copy, compared with its digest when that was not done since start. Blocks.
  /// - Returns: `nil` when there is none, or it is damaged.
  func open(_ key: Key, byteCount: Int) throws(StoreError) -> BlobFile? {
    let pin = pins.pin(key.digest)
    guard let blob = try folder.blobs(key.kind).open(key.digest, byteCount: byteCount, pin: pin)
    else {
      try remove(key)
      return nil
    }
    state.withLock { $0.add(key, byteCount: byteCount) }
    return blob
  }

  /// Takes a file with these bytes as a copy. Blocks.
  func place(_ path: String, as key: Key, byteCount: Int) throws(StoreError) {
    try folder.blobs(key.kind).place(path, as: key.digest)
    let isFull = state.withLock { state in
      state.add(key, byteCount: byteCount)
      return state.byteCount > byteLimit
    }
    // Somewhat further than it must be, so that it is not done for each that comes.
    if isFull { try shrink(to: byteLimit - byteLimit / 10) }
  }

  /// Forgets a copy, because the blob is damaged or gone. Blocks.
  func remove(_ key: Key) throws(StoreError) {
    state.withLock { $0.remove(key) }
    try folder.blobs(key.kind).remove(key.digest)
  }

  /// Makes room on the disk. Blocks.
  func free(byteCount: Int) throws(StoreError) {
    try shrink(to: max(0, self.byteCount - byteCount))
  }

  private func shrink(to limit: Int) throws(StoreError) {
    let victims = state.withLock { state in
      state.shrink(to: limit) { pins.isPinned($0.digest) }
    }
    // One that comes back just now may lose its file too; then it is fetched once more.
    for key in victims { try folder.blobs(key.kind).remove(key.digest) }
  }
}
