import CImage

/// Reads a zlib stream (RFC 1950) piece by piece.
@safe package struct ZlibDecompressor: ~Copyable {
  private let handle: OpaquePointer
  private let outputLimit: Int
  private var outputByteCount = 0
  /// The stream is complete, and its checksum was right.
  package private(set) var hasEnded = false

  /// Begins a stream.
  /// - Parameters:
  ///   - windowBits: 9...15; a stream that declares a larger window is refused, as by a device with
  ///     no more memory than that.
  ///   - outputLimit: most bytes it may inflate to, inclusive.
  /// - Throws: `outOfMemory`.
  package init(windowBits: Int = 15, outputLimit: Int) throws(ZlibError) {
    precondition((9...15).contains(windowBits) && outputLimit >= 0)
    guard let handle = unsafe cimage_inflater_open(CInt(windowBits)) else { throw .outOfMemory }
    unsafe self.handle = handle
    self.outputLimit = outputLimit
  }

  deinit { unsafe cimage_inflater_close(handle) }

  /// Takes bytes in, and appends what they inflate to to `output`, never more than the limit in all.
  package mutating func decompress(
    _ bytes: Span<UInt8>, into output: inout [UInt8]
  ) throws(ZlibError) {
    var taken = 0
    var isFull = true
    while !hasEnded && (taken < bytes.count || isFull) {
      // One byte above the limit tells a stream that passes it from one that just reaches it.
      let capacity = min(16_383, outputLimit - outputByteCount) + 1
      var status = CIMAGE_OK
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
        unsafe bytes.withUnsafeBufferPointer { bytes in
          var inputCount = bytes.count - taken
          filled = capacity
          status = unsafe cimage_inflater_run(
            handle, bytes.baseAddress.map { unsafe $0 + taken }, &inputCount, buffer.baseAddress,
            &filled,
            &hasEnded)
          taken += inputCount
        }
      }
      guard status == CIMAGE_OK else {
        throw status == CIMAGE_OUT_OF_MEMORY
          ? .outOfMemory : .damaged(unsafe String(cString: cimage_inflater_message(handle)))
      }
      outputByteCount += chunk.count
      guard outputByteCount <= outputLimit else { throw .tooManyBytes(limit: outputLimit) }
      isFull = chunk.count == capacity
      output += chunk
    }
    guard taken == bytes.count else { throw .trailingBytes(count: bytes.count - taken) }
  }

  /// After the last bytes: the stream has to be complete.
  package func finish() throws(ZlibError) {
    guard hasEnded else { throw .endsEarly }
  }
}
