import CImage

/// Makes a zlib stream (RFC 1950) piece by piece.
@safe package struct ZlibCompressor: ~Copyable {
  /// About the most that a stream holds: 2^17 bytes of window and 2^17 of matches (zconf.h, "memory
  /// requirements for deflate"), and its tables.
  package static let workingByteCount = 272 << 10

  private let handle: OpaquePointer
  private var hasEnded = false

  /// Begins a stream.
  /// - Parameters:
  ///   - windowBits: 9...15: whoever inflates it needs 2^windowBits bytes of memory.
  ///   - level: zlib's effort, 0...9.
  /// - Throws: `outOfMemory`.
  package init(windowBits: Int = 15, level: Int = 6) throws(ZlibError) {
    precondition((9...15).contains(windowBits) && (0...9).contains(level))
    guard let handle = unsafe cimage_deflater_open(CInt(windowBits), CInt(level)) else {
      throw .outOfMemory
    }
    unsafe self.handle = handle
  }

  deinit { unsafe cimage_deflater_close(handle) }

  /// Takes bytes in, and appends what is ready to `output`.
  package mutating func compress(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
    run(bytes, isLast: false, into: &output)
  }

  /// Ends the stream, and appends the rest of it to `output`. Once only.
  package mutating func finish(into output: inout [UInt8]) {
    run([UInt8]().span, isLast: true, into: &output)
  }

  private mutating func run(_ bytes: Span<UInt8>, isLast: Bool, into output: inout [UInt8]) {
    precondition(!hasEnded)
    var taken = 0
    var isFull = true
    while isFull && !hasEnded || taken < bytes.count {
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, filled in
        unsafe bytes.withUnsafeBufferPointer { bytes in
          var inputCount = bytes.count - taken
          filled = buffer.count
          // The only failure of deflate is a state it was not left in.
          let status = unsafe cimage_deflater_run(
            handle, bytes.baseAddress.map { unsafe $0 + taken }, &inputCount, buffer.baseAddress,
            &filled,
            isLast, &hasEnded)
          precondition(status == CIMAGE_OK)
          taken += inputCount
        }
      }
      isFull = chunk.count == 16_384
      output += chunk
    }
  }
}
