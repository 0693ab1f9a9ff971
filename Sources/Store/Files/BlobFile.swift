/// The bytes of an original or a form, open for reading at any place. Closed when the last
/// reference goes; the bytes stay readable until then, even when the file is removed meanwhile.
package final class BlobFile: Sendable {
  /// Length in bytes.
  package let byteCount: Int

  private let file: OpenFile
  /// Keeps the bytes from being evicted.
  private let pin: PinTable.Pin?

  init(_ file: OpenFile, byteCount: Int, pin: PinTable.Pin? = nil) {
    self.file = file
    self.byteCount = byteCount
    self.pin = pin
  }

  /// Reads `count` bytes from byte `offset`, fewer only where the blob ends. Blocks on the disk.
  /// - Throws: ``StoreError/file(_:_:code:)``; code 0 when the file became shorter than it was.
  package func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    guard count > 0, offset >= 0, offset < byteCount else { return [] }
    let wanted = min(count, byteCount - offset)
    let bytes = try file.read(at: offset, count: wanted)
    guard bytes.count == wanted else { throw .file(.read, file.kind, code: 0) }
    return bytes
  }

  /// Lends the descriptor to a decoder that reads with pread: its position is nobody's.
  package func withDescriptor<Value, Failure: Error>(
    _ body: (Int32) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try file.withDescriptor(body)
  }

  /// SHA-256 of all the bytes, ready for what follows them. One pass that holds a small part at a
  /// time.
  func computeDigest() throws(StoreError) -> RunningDigest {
    var digest = RunningDigest()
    try forEachChunk { (_, bytes) in digest.update(bytes) }
    return digest
  }
}

extension BlobFile {
  /// Read at a time: large enough that the disk streams, small enough for many at once.
  private static let chunkByteCount = 262_144

  /// Reads all the bytes in order, a small part at a time, each with the offset of its first byte.
  func forEachChunk(
    _ body: (Int, [UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) {
    var offset = 0
    while offset < byteCount {
      let bytes = try read(at: offset, count: min(Self.chunkByteCount, byteCount - offset))
      try body(offset, bytes)
      offset += bytes.count
    }
  }
}
