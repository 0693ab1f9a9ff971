package import Capabilities
package import Foundation
internal import GRDB

// Forms: facts in the catalog, bytes in the spool and then among the blobs.

extension EmbeddedLibrary {
  package func makeSpoolFile() async throws(StoreError) -> SpoolFile {
    try await folder.queue.run { [self] () throws(StoreError) in try folder.makeSpoolFile() }
  }

  /// Every column that ``StoredForm`` is made of.
  static let formColumns = """
    image, key, rendererVersion, etag, digest, byteCount, codec, codecParameter, width, height,
      EXISTS (SELECT 1 FROM formBlob WHERE formBlob.digest = form.digest) AS hasBytes
    """

  package func form(_ id: FormID) async throws(StoreError) -> StoredForm? {
    try await forms(of: id.image, keys: [id.key], rendererVersion: id.rendererVersion)[id.key]
  }

  package func forms(
    of image: ImageID, keys: [FormKey], rendererVersion: UInt32
  ) async throws(StoreError) -> [FormKey: StoredForm] {
    try await catalog.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT \(Self.formColumns) FROM form
          WHERE image = ? AND rendererVersion = ? AND key IN (\(databaseQuestionMarks(count: keys.count)))
          """,
        arguments: [Data(image.bytes), rendererVersion]
          + StatementArguments(keys.map { Data($0.bytes) }))
      let forms = try rows.map { try StoredForm(row: $0) }
      return Dictionary(forms.map { ($0.id.key, $0) }, uniquingKeysWith: { $1 })
    }
  }

  package func storedForm(
    key: FormKey, etag: [UInt8], rendererVersion: UInt32
  ) async throws(StoreError) -> StoredForm? {
    try await catalog.read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT \(Self.formColumns) FROM form
          WHERE key = ? AND etag = ? AND rendererVersion = ?
            AND EXISTS (SELECT 1 FROM formBlob WHERE formBlob.digest = form.digest)
          LIMIT 1
          """,
        arguments: [Data(key.bytes), Data(etag), rendererVersion]
      ).map { try StoredForm(row: $0) }
    }
  }

  package func noteForm(
    _ id: FormID, facts: FormFacts, digest: Digest, byteCount: Int, reason: FormReason,
    spooledUntil: Date?, at time: Date
  ) async throws(StoreError) {
    let form = StoredForm(
      id: id, facts: facts, digest: digest, byteCount: byteCount, hasBytes: false)
    try await catalog.write { database in
      try Self.insert(
        form, reason: reason, spooledUntil: spooledUntil, at: time, into: database)
    }
  }

  /// Writes the row of a form. That of its bytes is another matter.
  static func insert(
    _ form: StoredForm, reason: FormReason, spooledUntil: Date?, at time: Date,
    into database: Database
  ) throws {
    let image = Data(form.id.image.bytes)
    let key = Data(form.id.key.bytes)
    guard try exists("SELECT EXISTS (SELECT 1 FROM image WHERE id = ?)", image, in: database)
    else { throw StoreError.unknownImage(form.id.image) }
    guard try exists("SELECT EXISTS (SELECT 1 FROM capability WHERE key = ?)", key, in: database)
    else { throw StoreError.unknownCapability(form.id.key) }
    // Nobody asks for what another version of the renderer made.
    try database.execute(
      sql: "DELETE FROM form WHERE image = ? AND key = ? AND rendererVersion <> ?",
      arguments: [image, key, form.id.rendererVersion])
    try database.execute(
      sql: """
        INSERT INTO form (image, key, rendererVersion, etag, digest, byteCount, codec,
          codecParameter, width, height, reason, madeAt, spooledUntil)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (image, key, rendererVersion) DO UPDATE SET
          etag = excluded.etag, digest = excluded.digest, byteCount = excluded.byteCount,
          codec = excluded.codec, codecParameter = excluded.codecParameter,
          width = excluded.width, height = excluded.height, reason = excluded.reason,
          madeAt = excluded.madeAt, spooledUntil = excluded.spooledUntil
        """,
      arguments: [
        image, key, form.id.rendererVersion, Data(form.facts.etag), Data(form.digest.bytes),
        form.byteCount, form.facts.codec.id, form.facts.codec.parameter, form.facts.width,
        form.facts.height, reason.rawValue, time.unixSeconds, spooledUntil?.unixSeconds,
      ])
  }

  /// Whether a query of one key finds something.
  static func exists(_ sql: String, _ key: Data, in database: Database) throws -> Bool {
    try Bool.fetchOne(database, sql: sql, arguments: [key]) ?? false
  }

  package func claim(_ id: FormID) async throws(StoreError) -> FormClaim { FormClaim() }

  package func openForm(_ form: StoredForm) async throws(StoreError) -> FormBytes {
    guard form.hasBytes else { return .absent }
    return try await folder.queue.run { [self] () throws(StoreError) in
      // Pinned before it is opened, so that it is not chosen for eviction meanwhile.
      let pin = pins.pin(form.digest)
      if let blob = try folder.forms.open(form.digest, byteCount: form.byteCount, pin: pin) {
        return .present(blob)
      }
      return try giveUp(form.digest, byteCount: form.byteCount) ? .damaged : .absent
    }
  }
}

extension StoredForm {
  /// A form from a row with all its columns.
  init(row: Row) throws(StoreError) {
    let codec = Codec(id: try row.value("codec"), parameter: try row.value("codecParameter"))
    guard let codec else { throw .catalogDamaged(column: "codec") }
    self.init(
      id: FormID(
        image: try row.value("image", ImageID.init), key: try row.value("key", FormKey.init),
        rendererVersion: try row.value("rendererVersion")),
      facts: FormFacts(
        etag: try row.bytes("etag"), codec: codec, width: try row.value("width"),
        height: try row.value("height")),
      digest: try row.value("digest", Digest.init), byteCount: try row.value("byteCount"),
      hasBytes: try row.value("hasBytes"))
  }
}
