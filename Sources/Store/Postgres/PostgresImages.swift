package import Capabilities
package import Foundation

// Registering pictures and reading them back.

extension PostgresLibrary {
  package func beginUpload(
    identity: [UInt8], digest: Digest?, byteCount: Int
  ) async throws(StoreError) -> Upload {
    try await folder.queue.run { [self] () throws(StoreError) in
      try folder.beginUpload(identity: identity, digest: digest, byteCount: byteCount)
    }
  }

  package func commit(
    _ upload: SealedUpload, name: String, picture: PictureFacts, at time: Date
  ) async throws(StoreError) -> Registration {
    let receipt = PostgresReceipt()
    let registration = try await pool.run { [self] () throws(StoreError) in
      guard let incoming = upload.take() else { throw .ended }
      return try withExtendedLifetime(incoming) { () throws(StoreError) in
        let image = Image(
          id: upload.imageID, digest: upload.digest, byteCount: upload.content.byteCount,
          picture: picture)
        let key = BlobCache.Key(kind: .original, digest: image.digest)
        let generation = try pool.writeBlocking { connection throws(StoreError) in
          try receipt.once(connection) { () throws(StoreError) in
            try Self.insert(image, into: connection)
            try Self.insertParts(of: upload.content, as: key, in: connection)
            let generation = try Self.point(name, to: image.id, at: time, in: connection)
            try announce(.moved(name), in: connection)
            try folder.reached(.registrationWritten)
            return generation
          }
        }
        guard let generation = generation.flatMap(UInt32.init(exactly:)) else {
          throw .catalogDamaged(column: "generation")
        }
        // Renderers want it next. It is registered: where no copy can be kept it is fetched.
        try? cache.place(incoming.path, as: key, byteCount: image.byteCount)
        return Registration(image: image.id, generation: generation)
      }
    }
    feed.report(.moved(name))
    try await folder.queue.run { [self] () throws(StoreError) in
      try folder.reached(.registrationCommitted)
    }
    return registration
  }

  /// Writes the row of an image, and keeps it from being removed until the transaction ends.
  private static func insert(
    _ image: Image, into connection: PostgresConnection
  ) throws(StoreError) {
    let row = try connection.query(
      """
      INSERT INTO image (id, digest, byte_count, format, width, height)
      VALUES ($1::bytea, $2::bytea, $3::bigint, $4::text, $5::integer, $6::integer)
      ON CONFLICT (id) DO UPDATE SET unnamed_since = NULL
      RETURNING digest
      """,
      [
        .bytes(image.id.bytes), .bytes(image.digest.bytes), .integer(image.byteCount),
        .text(image.picture.format.rawValue), .integer(image.picture.width),
        .integer(image.picture.height),
      ]
    ).first
    // Half a digest is long enough against chance, not against somebody who searches for two
    // pictures of one id; the second of them is refused.
    guard try row?.value("digest", Digest.init) == image.digest else {
      throw .imageCollision(image.id)
    }
  }

  /// Every column that ``Image`` is made of.
  static let imageColumns = "id, digest, byte_count, format, width, height"

  package func image(_ id: ImageID) async throws(StoreError) -> Image? {
    try await pool.read { connection throws(StoreError) in
      try Self.image(id, in: connection)
    }
  }

  /// The image with this id.
  static func image(
    _ id: ImageID, in connection: PostgresConnection
  ) throws(StoreError) -> Image? {
    try connection.query(
      "SELECT \(imageColumns) FROM image WHERE id = $1::bytea", [.bytes(id.bytes)]
    ).map { row throws(StoreError) in try Image(row: row) }.first
  }

  package func imagesLacking(
    _ key: FormKey, rendererVersion: UInt32, after: ImageID?, limit: Int
  ) async throws(StoreError) -> [Image] {
    precondition(limit > 0, "a page of no images")
    return try await pool.read { connection throws(StoreError) in
      try connection.query(
        """
        SELECT \(Self.imageColumns) FROM image
        WHERE id > $1::bytea AND unnamed_since IS NULL AND NOT EXISTS (
          SELECT 1 FROM form WHERE form.image = image.id AND key = $2::bytea
            AND renderer_version = $3::bigint)
        ORDER BY id LIMIT $4::bigint
        """,
        [
          .bytes(after?.bytes ?? []), .bytes(key.bytes), .integer(Int(rendererVersion)),
          .integer(limit),
        ]
      ).map { row throws(StoreError) in try Image(row: row) }
    }
  }

  package func openOriginal(_ id: ImageID) async throws(StoreError) -> BlobFile {
    guard let image = try await image(id) else { throw .unknownImage(id) }
    let key = BlobCache.Key(kind: .original, digest: image.digest)
    if let blob = try await openBlob(key, byteCount: image.byteCount) { return blob }
    // It may have been removed meanwhile.
    guard try await self.image(id) != nil else { throw .unknownImage(id) }
    throw .originalDamaged(id)
  }
}

extension Image {
  /// An image from a row with all its columns.
  init(row: PostgresRow) throws(StoreError) {
    guard let format = OriginalFormat(rawValue: try row.text("format")) else {
      throw .catalogDamaged(column: "format")
    }
    self.init(
      id: try row.value("id", ImageID.init), digest: try row.value("digest", Digest.init),
      byteCount: try row.integer("byte_count"),
      picture: PictureFacts(
        format: format, width: try row.integer("width"), height: try row.integer("height")))
  }
}
