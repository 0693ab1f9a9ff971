package import Capabilities
package import Foundation
internal import GRDB

// Registering pictures and reading them back.

extension EmbeddedLibrary {
  package func beginUpload(
    identity: [UInt8], digest: Digest?, byteCount: Int
  ) async throws(StoreError) -> Upload {
    try await folder.queue.run { [self] () throws(StoreError) in
      try folder.beginUpload(identity: identity, digest: digest, byteCount: byteCount)
    }
  }

  // The order matters: bytes (sealing has synced them), then their name, then the name's folder,
  // then the rows, then the caller. What is known is always there.
  package func commit(
    _ upload: SealedUpload, name: String, picture: PictureFacts, at time: Date
  ) async throws(StoreError) -> Registration {
    try await folder.queue.run { [self] () throws(StoreError) in
      guard let incoming = upload.take() else { throw .ended }
      // The file of an upload that cannot be resumed goes with its last reference: not before it
      // has its new name.
      let registration = try folder.publishing { () throws(StoreError) in
        try withExtendedLifetime(incoming) { () throws(StoreError) in
          try folder.originals.publish(incoming.path, as: upload.digest) { () throws(StoreError) in
            try folder.reached(.originalRenamed)
          }
        }
        try folder.reached(.originalDurable)
        let image = Image(
          id: upload.imageID, digest: upload.digest, byteCount: upload.content.byteCount,
          picture: picture)
        return try catalog.writeBlocking { database in
          try Self.insert(image, into: database)
          let generation = try Self.point(name, to: image.id, at: time, in: database)
          try folder.reached(.registrationWritten)
          return Registration(image: image.id, generation: generation)
        }
      }
      nameFeed.report(.moved(name))
      try folder.reached(.registrationCommitted)
      return registration
    }
  }

  private static func insert(_ image: Image, into database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO image (id, digest, byteCount, format, width, height)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
      arguments: [
        Data(image.id.bytes), Data(image.digest.bytes), image.byteCount,
        image.picture.format.rawValue, image.picture.width, image.picture.height,
      ])
    // Half a digest is long enough against chance, not against somebody who searches for two
    // pictures of one id; the second of them is refused.
    guard try Self.image(image.id, in: database)?.digest == image.digest else {
      throw StoreError.imageCollision(image.id)
    }
  }

  package func image(_ id: ImageID) async throws(StoreError) -> Image? {
    try await catalog.read { try Self.image(id, in: $0) }
  }

  /// The image with this id.
  static func image(_ id: ImageID, in database: Database) throws -> Image? {
    try Row.fetchOne(
      database, sql: "SELECT id, digest, byteCount, format, width, height FROM image WHERE id = ?",
      arguments: [Data(id.bytes)]
    ).map { try Image(row: $0) }
  }

  package func imagesLacking(
    _ key: FormKey, rendererVersion: UInt32, after: ImageID?, limit: Int
  ) async throws(StoreError) -> [Image] {
    precondition(limit > 0, "a page of no images")
    return try await catalog.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT id, digest, byteCount, format, width, height FROM image
          WHERE id > ? AND unnamedSince IS NULL AND NOT EXISTS (
            SELECT 1 FROM form WHERE form.image = image.id AND key = ? AND rendererVersion = ?)
          ORDER BY id LIMIT ?
          """,
        arguments: [Data(after?.bytes ?? []), Data(key.bytes), rendererVersion, limit]
      ).map { try Image(row: $0) }
    }
  }

  package func openOriginal(_ id: ImageID) async throws(StoreError) -> BlobFile {
    guard let image = try await image(id) else { throw .unknownImage(id) }
    return try await folder.queue.run { [self] () throws(StoreError) in
      guard let blob = try folder.originals.open(image.digest, byteCount: image.byteCount) else {
        throw .originalDamaged(id)
      }
      return blob
    }
  }
}

extension Image {
  /// An image from a row with all its columns.
  init(row: Row) throws(StoreError) {
    guard let format = OriginalFormat(rawValue: try row.value("format")) else {
      throw .catalogDamaged(column: "format")
    }
    self.init(
      id: try row.value("id", ImageID.init), digest: try row.value("digest", Digest.init),
      byteCount: try row.value("byteCount"),
      picture: PictureFacts(
        format: format, width: try row.value("width"), height: try row.value("height")))
  }
}
