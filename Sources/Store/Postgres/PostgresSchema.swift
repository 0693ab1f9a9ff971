/// The schema in numbered steps. A step that was released is never changed; what comes later is a
/// new step.
///
/// Names, ids and digests are `bytea`, which compares byte by byte whatever the database's
/// collation; text is ASCII, so the database may have any encoding. Nothing in the SQL is
/// PostgreSQL's alone but `bytea`, advisory locks, NOTIFY and `ON CONFLICT`.
enum PostgresSchema {
  /// One step.
  struct Step {
    let number: Int
    let statements: [String]
  }

  /// All steps, in order.
  static let steps = [
    Step(
      number: 1,
      statements: [
        image, name, capability, form, blobs, formPart, demand, nameUse, accessKey, device, node,
      ])
  ]

  /// Brings the schema up to date, one node at a time.
  /// - Parameter steps: all that this program knows.
  /// - Throws: ``StoreError/catalogTooNew`` when another program knows more.
  static func migrate(
    _ connection: PostgresConnection, steps: [Step] = steps
  ) throws(StoreError) {
    // Held to the end of the transaction, and given back by the server whatever becomes of us. The
    // wait for another node's migration, and ours, may last.
    try connection.command("SET LOCAL statement_timeout = 0")
    _ = try connection.query("SELECT pg_advisory_xact_lock($1::bigint)", [.integer(lock)])
    // Looked for first: a node of later may have no right to make tables.
    let isThere = try !connection.query(
      """
      SELECT table_name FROM information_schema.tables
      WHERE table_schema = current_schema() AND table_name = 'schema_step'
      """
    ).isEmpty
    if !isThere {
      try connection.command(
        """
        CREATE TABLE schema_step (
          number integer PRIMARY KEY,
          applied_at timestamp with time zone NOT NULL DEFAULT now()
        )
        """)
    }
    let applied = Set(
      try connection.query("SELECT number FROM schema_step").map { row throws(StoreError) in
        try row.integer("number", as: Int.self)
      })
    guard applied.isSubset(of: steps.map(\.number)) else { throw .catalogTooNew }
    for step in steps where !applied.contains(step.number) {
      for statement in step.statements { try connection.command(statement) }
      try connection.change(
        "INSERT INTO schema_step (number) VALUES ($1::integer)", [.integer(step.number)])
    }
  }

  /// "forme" in ASCII: what the lock of migrations is called.
  private static let lock = 0x66_6F72_6D65

  // The bytes of an original go with its row.
  private static let image = """
    CREATE TABLE image (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
      byte_count bigint NOT NULL CHECK (byte_count > 0),
      format text NOT NULL,
      width integer NOT NULL CHECK (width > 0),
      height integer NOT NULL CHECK (height > 0),
      unnamed_since bigint -- seconds since 1970; NULL: a name stands for it
    );
    CREATE INDEX unnamed_image ON image (unnamed_since) WHERE unnamed_since IS NOT NULL;
    CREATE TABLE original_part (
      digest bytea NOT NULL REFERENCES image (digest) ON DELETE CASCADE,
      part integer NOT NULL CHECK (part >= 0),
      bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 1048576),
      PRIMARY KEY (digest, part)
    )
    """

  // A row stays when its name is removed, because the generation never goes back; `image` is NULL
  // then.
  private static let name = """
    CREATE TABLE name (
      name bytea PRIMARY KEY CHECK (octet_length(name) BETWEEN 1 AND 128),
      image bytea REFERENCES image (id),
      generation bigint NOT NULL CHECK (generation BETWEEN 1 AND 4294967295),
      registered_at bigint NOT NULL -- seconds since 1970
    );
    CREATE INDEX listed_name ON name (name) WHERE image IS NOT NULL;
    CREATE INDEX name_of_image ON name (image, name) WHERE image IS NOT NULL
    """

  private static let capability = """
    CREATE TABLE capability (
      key bytea PRIMARY KEY CHECK (octet_length(key) = 16),
      descriptor bytea NOT NULL,
      requests bigint NOT NULL DEFAULT 0 CHECK (requests >= 0),
      last_seen bigint NOT NULL, -- seconds since 1970
      is_trusted boolean NOT NULL
    );
    CREATE INDEX seen_capability ON capability (is_trusted, last_seen);
    CREATE INDEX asking_capability ON capability (is_trusted, requests)
    """

  private static let form = """
    CREATE TABLE form (
      image bytea NOT NULL REFERENCES image (id) ON DELETE CASCADE,
      key bytea NOT NULL REFERENCES capability (key) ON DELETE CASCADE,
      renderer_version bigint NOT NULL,
      etag bytea NOT NULL CHECK (octet_length(etag) = 16),
      digest bytea NOT NULL CHECK (octet_length(digest) = 32),
      byte_count bigint NOT NULL CHECK (byte_count >= 0),
      codec integer NOT NULL,
      codec_parameter integer NOT NULL,
      width integer NOT NULL CHECK (width BETWEEN 1 AND 65535),
      height integer NOT NULL CHECK (height BETWEEN 1 AND 65535),
      reason text NOT NULL,
      made_at bigint NOT NULL, -- seconds since 1970
      PRIMARY KEY (image, key, renderer_version)
    );
    CREATE INDEX form_of_kind ON form (key, renderer_version, image);
    CREATE INDEX shown_form ON form (key, etag, renderer_version);
    CREATE INDEX form_of_digest ON form (digest)
    """

  // A form's row outlives its bytes; a row in form_blob says that the bytes of this digest are
  // there, for however many forms. The one row of account is written by every transaction that
  // adds or takes bytes, after it has written all else, so that their sum is exact.
  private static let blobs = """
    CREATE TABLE form_blob (
      digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
      byte_count bigint NOT NULL CHECK (byte_count >= 0),
      used_at bigint NOT NULL -- milliseconds since 1970; 0: no form has these bytes any more
    );
    CREATE INDEX used_form_blob ON form_blob (used_at, digest);
    CREATE TABLE account (
      name text PRIMARY KEY,
      total bigint NOT NULL CHECK (total >= 0)
    );
    INSERT INTO account (name, total) VALUES ('form_bytes', 0)
    """

  private static let formPart = """
    CREATE TABLE form_part (
      digest bytea NOT NULL REFERENCES form_blob (digest) ON DELETE CASCADE,
      part integer NOT NULL CHECK (part >= 0),
      bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 1048576),
      PRIMARY KEY (digest, part)
    )
    """

  private static let demand = """
    CREATE TABLE demand (
      image bytea NOT NULL REFERENCES image (id) ON DELETE CASCADE,
      key bytea NOT NULL REFERENCES capability (key) ON DELETE CASCADE,
      requests bigint NOT NULL CHECK (requests > 0),
      last_at bigint NOT NULL, -- seconds since 1970
      PRIMARY KEY (image, key)
    );
    CREATE INDEX demand_of_kind ON demand (key)
    """

  private static let nameUse = """
    CREATE TABLE name_use (
      name bytea NOT NULL REFERENCES name (name) ON DELETE CASCADE,
      key bytea NOT NULL REFERENCES capability (key) ON DELETE CASCADE,
      used_at bigint NOT NULL, -- milliseconds since 1970
      PRIMARY KEY (name, key)
    );
    CREATE INDEX name_use_of_kind ON name_use (key)
    """

  // A serial is never used twice. A revoked key keeps its row and loses its secret.
  private static let accessKey = """
    CREATE TABLE access_key (
      serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id bytea NOT NULL UNIQUE CHECK (octet_length(id) BETWEEN 1 AND 16),
      secret bytea CHECK (octet_length(secret) = 32),
      actions integer NOT NULL CHECK (actions BETWEEN 1 AND 3), -- 1 retrieve, 2 register
      prefix bytea NOT NULL CHECK (octet_length(prefix) <= 128),
      created_at bigint NOT NULL, -- seconds since 1970
      revoked_at bigint, -- seconds since 1970
      CHECK ((secret IS NULL) = (revoked_at IS NOT NULL))
    )
    """

  // What a stranger claims to be (key_id is empty) never replaces what a device with a key told.
  private static let device = """
    CREATE TABLE device (
      id bytea NOT NULL CHECK (octet_length(id) <= 32),
      key_id bytea NOT NULL,
      seen_at bigint NOT NULL, -- milliseconds since 1970
      model bytea,
      firmware bytea,
      battery_millivolts bigint,
      battery_percent bigint,
      rssi bigint,
      temperature bigint,
      wake_reason bigint,
      free_heap bigint,
      last_error bigint,
      shown bytea CHECK (octet_length(shown) = 16),
      PRIMARY KEY (id, key_id)
    );
    CREATE INDEX seen_device ON device (seen_at, id, key_id)
    """

  // What belongs to a run of a node, and means nothing long after it: the forms in its spool, what
  // it is making, and which of its writes were done.
  private static let node = """
    CREATE TABLE spooled_form (
      node bytea NOT NULL,
      image bytea NOT NULL,
      key bytea NOT NULL,
      renderer_version bigint NOT NULL,
      spooled_until bigint NOT NULL, -- seconds since 1970
      PRIMARY KEY (image, key, renderer_version, node),
      FOREIGN KEY (image, key, renderer_version) REFERENCES form ON DELETE CASCADE
    );
    CREATE INDEX spooled_form_of_node ON spooled_form (node);
    CREATE TABLE claim (
      image bytea NOT NULL,
      key bytea NOT NULL,
      renderer_version bigint NOT NULL,
      node bytea NOT NULL,
      number bigint NOT NULL,
      lease_until timestamp with time zone NOT NULL,
      PRIMARY KEY (image, key, renderer_version)
    );
    CREATE INDEX claim_of_node ON claim (node, number);
    CREATE TABLE receipt (
      token bytea PRIMARY KEY,
      value bigint,
      made_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX old_receipt ON receipt (made_at)
    """
}
