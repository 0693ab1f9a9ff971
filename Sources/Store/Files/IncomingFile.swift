/// The file of one upload. When the last reference goes it is closed and its claim given back; it
/// is removed then if nobody could resume it.
final class IncomingFile: Sendable {
  /// Where it is.
  let path: String
  /// Its bytes.
  let file: OpenFile

  private let isResumable: Bool
  private let claim: Incoming.Claim

  /// Opens the file at `path`, or makes it, and locks it against other processes.
  /// - Throws: ``StoreError/uploadBusy`` when one of them has it.
  init(_ path: String, isResumable: Bool, claim: Incoming.Claim) throws(StoreError) {
    self.path = path
    self.isResumable = isResumable
    self.claim = claim
    while true {
      let file = try OpenFile(path, isResumable ? .update : .create, kind: .upload)
      guard try file.lock() else { throw .uploadBusy }
      // Between opening and locking another process may have registered the file, and its bytes
      // must not be written again, or swept it.
      guard try file.isNamed(path) else { continue }
      self.file = file
      return
    }
  }

  deinit {
    // What fails here is swept at the next start.
    if !isResumable { try? remove() }
  }

  /// Removes the file, so that the next upload of the same picture starts at its first byte.
  func remove() throws(StoreError) {
    try FileSystem.remove(path, kind: .upload)
  }
}
