internal import Foundation
internal import Store
internal import WireProtocol

// The store's values as the protocol's. The store wrote them within the protocol's ranges; a value
// outside them means a damaged catalog, and is an error, not a trap.

extension FormDescription {
  /// - Throws: ``StoreError/catalogDamaged(column:)``.
  init(_ form: StoredForm, _ alternative: Int, generation: UInt32) throws {
    guard let etag = ShortDigest(form.facts.etag), let sent = ShortDigest(form.sent),
      let width = UInt16(exactly: form.facts.width),
      let height = UInt16(exactly: form.facts.height), form.byteCount > 0
    else { throw StoreError.catalogDamaged(column: "forms") }
    self.init(
      alternative: alternative, etag: etag, sent: sent, total: form.byteCount, width: width,
      height: height, codec: form.facts.codec, generation: generation, nextPollSeconds: 0)
  }
}

extension ListingMessage.Entry {
  /// - Throws: ``StoreError/catalogDamaged(column:)``.
  init(_ entry: NameEntry) throws {
    guard let name = try? ImageName(entry.name), let image = ShortDigest(entry.image.bytes) else {
      throw StoreError.catalogDamaged(column: "names")
    }
    self.init(
      name: name, imageID: image, byteCount: UInt32(clamping: entry.byteCount),
      unixTime: UInt32(clamping: Int64(entry.registeredAt.timeIntervalSince1970)))
  }
}
