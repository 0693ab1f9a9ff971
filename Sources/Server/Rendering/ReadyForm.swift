internal import Store

/// A form and its bytes, which stay readable whatever becomes of the store.
struct ReadyForm: Sendable {
  /// What is known of it.
  let form: StoredForm
  /// Its bytes as sent.
  let bytes: Bytes

  /// Where a form's bytes are.
  enum Bytes: Sendable {
    /// In memory, shared by everybody who sends them.
    case memory([UInt8])
    /// Stored. Not evicted while this is held.
    case stored(BlobFile)
    /// Converted and not stored; gone with the last reference.
    case spooled(SpooledForm)
  }

  /// True while the form would be gone after a restart.
  var isSpooled: Bool {
    if case .spooled = bytes { true } else { false }
  }

  /// Reads `count` bytes from byte `offset`. Blocks on the disk unless they are in memory.
  func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    switch bytes {
    case .memory(let bytes):
      guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
        return []
      }
      return Array(bytes[offset..<offset + count])
    case .stored(let file): return try file.read(at: offset, count: count)
    case .spooled(let spooled): return try spooled.content.read(at: offset, count: count)
    }
  }
}
