package import Capabilities
package import Foundation

// Forms: what is known of them, and opening their bytes.

extension PostgresLibrary {
  package func makeSpoolFile() async throws(StoreError) -> SpoolFile {
    try await folder.queue.run { [self] () throws(StoreError) in try folder.makeSpoolFile() }
  }

  package func claim(_ id: FormID) async throws(StoreError) -> FormClaim {
    try await claims.claim(id)
  }

  /// Every column that ``StoredForm`` is made of.
  static let formColumns = """
    image, key, renderer_version, etag, digest, byte_count, codec, codec_parameter, width, height,
      EXISTS (SELECT 1 FROM form_blob WHERE form_blob.digest = form.digest) AS has_bytes
    """

  package func form(_ id: FormID) async throws(StoreError) -> StoredForm? {
    try await forms(of: id.image, keys: [id.key], rendererVersion: id.rendererVersion)[id.key]
  }

  package func forms(
    of image: ImageID, keys: [FormKey], rendererVersion: UInt32
  ) async throws(StoreError) -> [FormKey: StoredForm] {
    try await pool.read { connection throws(StoreError) in
      let rows = try connection.query(
        """
        SELECT \(Self.formColumns) FROM form
        WHERE image = $1::bytea AND renderer_version = $2::bigint AND key = ANY ($3::bytea[])
        """,
        [.bytes(image.bytes), .integer(Int(rendererVersion)), .list(keys.map(\.bytes))])
      var forms: [FormKey: StoredForm] = [:]
      for row in rows {
        let form = try StoredForm(row: row)
        forms[form.id.key] = form
      }
      return forms
    }
  }

  package func storedForm(
    key: FormKey, etag: [UInt8], rendererVersion: UInt32
  ) async throws(StoreError) -> StoredForm? {
    try await pool.read { connection throws(StoreError) in
      try connection.query(
        """
        SELECT \(Self.formColumns) FROM form
        WHERE key = $1::bytea AND etag = $2::bytea AND renderer_version = $3::bigint
          AND EXISTS (SELECT 1 FROM form_blob WHERE form_blob.digest = form.digest)
        LIMIT 1
        """,
        [.bytes(key.bytes), .bytes(etag), .integer(Int(rendererVersion))]
      ).first.map { row throws(StoreError) in try StoredForm(row: row) }
    }
  }

  package func noteForm(
    _ id: FormID, facts: FormFacts, digest: Digest, byteCount: Int, reason: FormReason,
    spooledUntil: Date?, at time: Date
  ) async throws(StoreError) {
    let form = StoredForm(
      id: id, facts: facts, digest: digest, byteCount: byteCount, hasBytes: false)
    try await pool.write { [node] connection throws(StoreError) in
      let released = try Self.insert(form, reason: reason, at: time, into: connection)
      try Self.note(form.id, spooledUntil: spooledUntil, by: node, in: connection)
      try Self.release(released, in: connection)
    }
  }

  /// Remembers until when this node has a form in its spool; `nil`: it has not.
  static func note(
    _ id: FormID, spooledUntil: Date?, by node: [UInt8], in connection: PostgresConnection
  ) throws(StoreError) {
    guard let spooledUntil else {
      try connection.change(
        """
        DELETE FROM spooled_form WHERE image = $1::bytea AND key = $2::bytea
          AND renderer_version = $3::bigint AND node = $4::bytea
        """,
        id.parameters + [.bytes(node)])
      return
    }
    try connection.change(
      """
      INSERT INTO spooled_form (image, key, renderer_version, node, spooled_until)
      VALUES ($1::bytea, $2::bytea, $3::bigint, $4::bytea, $5::bigint)
      ON CONFLICT (image, key, renderer_version, node) DO UPDATE SET
        spooled_until = excluded.spooled_until
      """,
      id.parameters + [.bytes(node), .integer(Int(spooledUntil.unixSeconds))])
  }

  /// Writes the row of a form. That of its bytes is another matter.
  /// - Returns: bytes that this form or those of other versions had; see
  ///   ``release(_:in:)``.
  static func insert(
    _ form: StoredForm, reason: FormReason, at time: Date, into connection: PostgresConnection
  ) throws(StoreError) -> [Digest] {
    guard try image(form.id.image, in: connection) != nil else {
      throw .unknownImage(form.id.image)
    }
    let kinds = try connection.query(
      "SELECT key FROM capability WHERE key = $1::bytea", [.bytes(form.id.key.bytes)])
    guard !kinds.isEmpty else { throw .unknownCapability(form.id.key) }
    let former = try connection.query(
      "SELECT digest FROM form WHERE image = $1::bytea AND key = $2::bytea AND digest <> $3::bytea",
      [
        .bytes(form.id.image.bytes), .bytes(form.id.key.bytes), .bytes(form.digest.bytes),
      ]
    ).map { row throws(StoreError) in try row.value("digest", Digest.init) }
    // Nobody asks for what another version of the renderer made.
    try connection.change(
      """
      DELETE FROM form
      WHERE image = $1::bytea AND key = $2::bytea AND renderer_version <> $3::bigint
      """,
      form.id.parameters)
    try connection.change(
      """
      INSERT INTO form (image, key, renderer_version, etag, digest, byte_count, codec,
        codec_parameter, width, height, reason, made_at)
      VALUES ($1::bytea, $2::bytea, $3::bigint, $4::bytea, $5::bytea, $6::bigint, $7::integer,
        $8::integer, $9::integer, $10::integer, $11::text, $12::bigint)
      ON CONFLICT (image, key, renderer_version) DO UPDATE SET
        etag = excluded.etag, digest = excluded.digest, byte_count = excluded.byte_count,
        codec = excluded.codec, codec_parameter = excluded.codec_parameter,
        width = excluded.width, height = excluded.height, reason = excluded.reason,
        made_at = excluded.made_at
      """,
      form.id.parameters + [
        .bytes(form.facts.etag), .bytes(form.digest.bytes), .integer(form.byteCount),
        .integer(Int(form.facts.codec.id)), .integer(Int(form.facts.codec.parameter)),
        .integer(form.facts.width), .integer(form.facts.height), .text(reason.rawValue),
        .integer(Int(time.unixSeconds)),
      ])
    return former
  }

  package func openForm(_ form: StoredForm) async throws(StoreError) -> FormBytes {
    guard form.hasBytes else { return .absent }
    let key = BlobCache.Key(kind: .form, digest: form.digest)
    if let blob = try await openBlob(key, byteCount: form.byteCount) { return .present(blob) }
    return try await giveUp(form.digest) ? .damaged : .absent
  }
}

extension StoredForm {
  /// A form from a row with all its columns.
  init(row: PostgresRow) throws(StoreError) {
    let codec = Codec(id: try row.integer("codec"), parameter: try row.integer("codec_parameter"))
    guard let codec else { throw .catalogDamaged(column: "codec") }
    self.init(
      id: FormID(
        image: try row.value("image", ImageID.init), key: try row.value("key", FormKey.init),
        rendererVersion: try row.integer("renderer_version")),
      facts: FormFacts(
        etag: try row.bytes("etag"), codec: codec, width: try row.integer("width"),
        height: try row.integer("height")),
      digest: try row.value("digest", Digest.init), byteCount: try row.integer("byte_count"),
      hasBytes: try row.flag("has_bytes"))
  }
}
