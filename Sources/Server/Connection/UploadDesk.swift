internal import Store
internal import WireProtocol

/// One picture on its way in: writes what arrives in order, and registers it when it is whole.
/// Used from the connection's event loop only. What it holds in memory is bounded by the credit
/// that the session gave, however small the pieces are in which it comes.
final class UploadDesk {
  private let put: PutMessage
  private let identity: UploadIdentity
  private let requester: Requester
  private let services: ServerServices
  private var upload: Upload?
  /// Bytes that came and are not written.
  private var pending: [UInt8] = []
  /// What the picture must digest to; there once all of it has come.
  private var digest: PictureDigest?
  private var isStopped = false
  private var sleeper: CheckedContinuation<Void, Never>?

  init(
    put: PutMessage, identity: UploadIdentity, requester: Requester, services: ServerServices
  ) {
    self.put = put
    self.identity = identity
    self.requester = requester
    self.services = services
  }

  /// The next bytes came.
  func append(_ bytes: [UInt8]) {
    pending += bytes
    wake()
  }

  /// All bytes came.
  func finish(_ digest: PictureDigest) {
    self.digest = digest
    wake()
  }

  /// No more will come; what is there is kept for a resumption.
  func stop() {
    isStopped = true
    wake()
  }

  /// Begins or resumes the upload.
  /// - Returns: the first byte that is missing.
  func begin(isolation: isolated (any Actor)? = #isolation) async throws -> Int {
    let upload = try await services.library.beginUpload(
      identity: identity.bytes, digest: put.digest.flatMap { Digest($0.bytes) },
      byteCount: Int(put.length))
    self.upload = upload
    return upload.nextOffset
  }

  /// Writes what arrives until the picture is whole, then registers it.
  /// - Parameter consumed: called with the count of bytes that were written.
  /// - Returns: `nil` when the upload was stopped.
  func receive(
    isolation: isolated (any Actor)? = #isolation, consumed: (Int) -> Void
  ) async throws -> Registration? {
    guard let upload else { return nil }
    defer { upload.suspend() }
    while !isStopped {
      if !pending.isEmpty {
        let bytes = pending
        pending = []
        try await upload.write(bytes)
        consumed(bytes.count)
      } else if let digest {
        let sealed = try await upload.seal(
          trailingDigest: put.digest == nil ? Digest(digest.bytes) : nil)
        defer { sealed.suspend() }
        return try await services.desk.register(sealed, as: put.name, for: requester)
      } else {
        await withCheckedContinuation { sleeper = $0 }
      }
    }
    if put.digest == nil { try await upload.abandon() }
    return nil
  }

  private func wake() {
    sleeper?.resume()
    sleeper = nil
  }
}
