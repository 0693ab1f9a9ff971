internal import Capabilities
internal import Foundation
internal import Synchronization

/// The folder of uploads under way.
///
/// A resumable upload's file is named by 64 hexadecimal digits, the SHA-256 of identity and digest:
/// what a device sends never becomes a path, and no device finds the file of another. One that
/// cannot be resumed is named by 32 random digits.
final class Incoming: Sendable {
  /// How long an upload that nobody resumes is kept, in seconds.
  static let lifetime: TimeInterval = 86_400

  private let path: String
  private let claimed = Mutex<Set<String>>([])

  /// Opens the folder, and makes it when it is missing.
  init(_ path: String) throws(StoreError) {
    self.path = path
    _ = try FileSystem.makeFolder(path)
  }

  /// The file of an upload, made when it is missing.
  /// - Throws: ``StoreError/uploadBusy`` while the same upload is under way.
  func file(identity: [UInt8], digest: Digest?) throws(StoreError) -> IncomingFile {
    let name =
      if let digest {
        // The digest has a fixed length, so no two pairs give the same bytes.
        Digest(of: digest.bytes + identity).description
      } else {
        randomName()
      }
    guard let claim = claim(name) else { throw .uploadBusy }
    return try IncomingFile(
      "\(path)/\(name)", isResumable: digest != nil, claim: claim)
  }

  /// Removes what no running upload holds and nobody can resume: uploads that are not resumable,
  /// those last written more than ``lifetime`` before `now`, and files that are no uploads.
  func sweep(at now: Date) throws(StoreError) {
    for entry in try FileSystem.files(in: path) {
      let isResumable = bytes(hexadecimal: entry.name)?.count == Digest.byteCount
      if isResumable && now.timeIntervalSince(entry.modifiedAt) <= Self.lifetime { continue }
      // Claimed and locked while it is removed, so that nobody resumes it just then.
      guard let claim = claim(entry.name) else { continue }
      try withExtendedLifetime(claim) { () throws(StoreError) in
        try removeUnlessLocked("\(path)/\(entry.name)")
      }
    }
  }

  private func removeUnlessLocked(_ path: String) throws(StoreError) {
    let file: OpenFile
    do {
      file = try OpenFile(path, .read, kind: .upload)
    } catch  where error.isMissingFile {
      return
    }
    guard try file.lock() else { return }
    try FileSystem.remove(path, kind: .upload)
  }

  private func claim(_ name: String) -> Claim? {
    let isFree = claimed.withLock { $0.insert(name).inserted }
    return isFree ? Claim(name, of: self) : nil
  }

  fileprivate func release(_ name: String) {
    _ = claimed.withLock { $0.remove(name) }
  }

  /// The right to one file of the folder, given back when the last reference goes.
  final class Claim: Sendable {
    private let name: String
    private let incoming: Incoming

    fileprivate init(_ name: String, of incoming: Incoming) {
      self.name = name
      self.incoming = incoming
    }

    deinit {
      incoming.release(name)
    }
  }
}

/// 32 random hexadecimal digits: a file name that nobody else has.
func randomName() -> String {
  hexadecimal((0..<16).map { _ in UInt8.random(in: .min ... .max) })
}
