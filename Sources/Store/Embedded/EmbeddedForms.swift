internal import Capabilities
internal import Foundation
internal import GRDB

// Forms: facts in the catalog, bytes in the spool and then among the blobs.

extension EmbeddedLibrary {
  package func makeSpoolFile() async throws(StoreError) -> SpoolFile {
    try await folder.queue.run { [self] () throws(StoreError) in try folder.makeSpoolFile() }
  }

  package func form(_ id: FormID) async throws(StoreError) -> StoredForm? {
    try await catalog.read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT etag, digest, byteCount, codec, codecParameter, width, height,
            EXISTS (SELECT 1 FROM formBlob WHERE formBlob.digest = form.digest) AS hasBytes
          FROM form WHERE image = ? AND key = ? AND rendererVersion = ?
          """,
        arguments: [Data(id.image.bytes), Data(id.key.bytes), id.rendererVersion])
      return try row.map { try StoredForm(id, row: $0) }
    }
  }

  // The order is that of `commit`: bytes, their name, its folder, the rows, the caller.
  package func addForm(
    _ id: FormID, facts: FormFacts, bytes: SpooledForm
  ) async throws(StoreError) -> StoredForm {
    try await folder.queue.run { [self] () throws(StoreError) in
      // A spooled form was never synced, because most of them are never stored.
      try bytes.file.file.synchronize()
      try folder.reached(.formSynchronized)
      // The spooled file goes with its last reference: not before it has its new name.
      try withExtendedLifetime(bytes) { () throws(StoreError) in
        try folder.forms.publish(bytes.file.path, as: bytes.digest) { () throws(StoreError) in
          try folder.reached(.formRenamed)
        }
      }
      try folder.reached(.formDurable)
      let form = StoredForm(
        id: id, facts: facts, digest: bytes.digest, byteCount: bytes.content.byteCount,
        hasBytes: true)
      try catalog.writeBlocking { database in
        try Self.insert(form, into: database)
        try folder.reached(.formWritten)
      }
      try folder.reached(.formCommitted)
      return form
    }
  }

  private static func insert(_ form: StoredForm, into database: Database) throws {
    let image = Data(form.id.image.bytes)
    let key = Data(form.id.key.bytes)
    guard try exists("SELECT EXISTS (SELECT 1 FROM image WHERE id = ?)", image, in: database)
    else { throw StoreError.unknownImage(form.id.image) }
    guard try exists("SELECT EXISTS (SELECT 1 FROM capability WHERE key = ?)", key, in: database)
    else { throw StoreError.unknownCapability(form.id.key) }
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO form (image, key, rendererVersion, etag, digest, byteCount, codec,
          codecParameter, width, height)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        image, key, form.id.rendererVersion, Data(form.facts.etag), Data(form.digest.bytes),
        form.byteCount, form.facts.codec.id, form.facts.codec.parameter, form.facts.width,
        form.facts.height,
      ])
    try database.execute(
      sql: "INSERT INTO formBlob (digest, byteCount) VALUES (?, ?) ON CONFLICT DO NOTHING",
      arguments: [Data(form.digest.bytes), form.byteCount])
  }

  private static func exists(_ sql: String, _ key: Data, in database: Database) throws -> Bool {
    try Bool.fetchOne(database, sql: sql, arguments: [key]) ?? false
  }

  package func openForm(_ form: StoredForm) async throws(StoreError) -> FormBytes {
    guard form.hasBytes else { return .absent }
    return try await folder.queue.run { [self] () throws(StoreError) in
      if let blob = try folder.forms.open(form.digest, byteCount: form.byteCount) {
        return .present(blob)
      }
      // The file goes before its row: a crash between them leaves a row without a file, which is
      // found here again, and not a file that nothing accounts for. If the same form is made again
      // at this very moment, it is a miss once more, and made once more.
      try folder.forms.remove(form.digest)
      try catalog.writeBlocking { database in
        try database.execute(
          sql: "DELETE FROM formBlob WHERE digest = ?", arguments: [Data(form.digest.bytes)])
      }
      return .damaged
    }
  }
}

extension StoredForm {
  fileprivate init(_ id: FormID, row: Row) throws(StoreError) {
    let codec = Codec(id: try row.value("codec"), parameter: try row.value("codecParameter"))
    guard let codec else { throw .catalogDamaged(column: "codec") }
    self.init(
      id: id,
      facts: FormFacts(
        etag: try row.bytes("etag"), codec: codec, width: try row.value("width"),
        height: try row.value("height")),
      digest: try row.value("digest", Digest.init), byteCount: try row.value("byteCount"),
      hasBytes: try row.value("hasBytes"))
  }
}
