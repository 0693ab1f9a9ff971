internal import Capabilities
internal import Crypto
internal import NIOPosix
internal import Store
internal import WireProtocol

/// Compares forms, so that a panel that can be refreshed in part is sent what changed
/// (spec/PROTOCOL.md, "PATCH").
actor PatchDesk {
  /// Larger forms are sent whole.
  private static let formByteLimit = 8 << 20
  /// Bytes that are compared at a time.
  private static let chunkByteCount = 65_536
  /// Comparisons that are remembered: when a name moves, many devices of a kind ask for the same.
  private static let rememberedLimit = 1_024

  private struct Key: Hashable {
    let shown: [UInt8]
    let form: FormID
  }

  private let library: any Library
  private let files: NIOThreadPool
  private var remembered = ClockCache<Key, FormPatch?>(costLimit: rememberedLimit)

  /// - Parameter files: where forms are read from disk.
  init(library: any Library, files: NIOThreadPool) {
    self.library = library
    self.files = files
  }

  /// How to come from what a device shows to another form of the same kind.
  /// - Parameter shown: the etag of what it shows.
  /// - Returns: `nil` when the form is better sent whole: what is shown is not stored, differs in
  ///   length, or in most of its bytes, or one of the two is packed.
  func patch(to ready: ReadyForm, shown: [UInt8]) async throws -> FormPatch? {
    let form = ready.form
    guard form.facts.codec == .identity, form.byteCount <= Self.formByteLimit,
      shown.contains(where: { $0 != 0 })
    else { return nil }
    let key = Key(shown: shown, form: form.id)
    if let known = remembered.value(of: key) { return known }
    guard
      let base = try await library.storedForm(
        key: form.id.key, etag: shown, rendererVersion: form.id.rendererVersion),
      base.byteCount == form.byteCount, base.facts.codec == .identity
    else { return nil }
    guard case .present(let file) = try await library.openForm(base) else { return nil }
    let patch = try await files.runIfActive {
      try Self.compare(ReadyForm(form: base, bytes: .stored(file)), ready)
    }
    remembered.insert(patch, for: key)
    return patch
  }

  /// Blocks on the disk.
  private static func compare(_ old: ReadyForm, _ new: ReadyForm) throws -> FormPatch? {
    var range: Range<Int>?
    var offset = 0
    while offset < new.form.byteCount {
      let count = min(chunkByteCount, new.form.byteCount - offset)
      let before = try old.read(at: offset, count: count)
      let after = try new.read(at: offset, count: count)
      guard before.count == count, after.count == count else { return nil }
      if before != after {
        let pairs = zip(before, after)
        let sameCount = pairs.prefix { $0 == $1 }.count
        let sameTailCount = zip(before.reversed(), after.reversed()).prefix { $0 == $1 }.count
        range = (range?.lowerBound ?? offset + sameCount)..<offset + count - sameTailCount
      }
      offset += count
    }
    // A patch cannot be resumed, so it has to be worth it.
    guard let range, range.count <= new.form.byteCount / 4 * 3 else { return nil }
    var hash = SHA256()
    hash.update(data: try new.read(at: range.lowerBound, count: range.count))
    guard let sent = ShortDigest(Array(hash.finalize().prefix(16))) else { return nil }
    return FormPatch(range: range, sent: sent)
  }
}
