internal import GRDB

/// The catalog's schema, in numbered steps. A step that was released is never changed; what comes
/// later is a new step.
///
/// Tables are STRICT, so that no column holds a value of another type than it says, whatever wrote
/// it. Names are BLOBs: SQLite then compares them byte by byte, and a range can end between two
/// characters.
enum CatalogMigrations {
  /// All steps.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001 images, names, kinds of devices, forms") { database in
      try database.execute(sql: images)
      try database.execute(sql: names)
      try database.execute(sql: forms)
    }
    migrator.registerMigration(
      "0002 demand, uses of names, accounts",
      migrate: DemandMigration.migrate)
    migrator.registerMigration("0003 keys, devices", migrate: AccessMigration.migrate)
    return migrator
  }

  private static let images = """
    CREATE TABLE image (
      id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
      digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
      byteCount INTEGER NOT NULL CHECK (byteCount > 0),
      format TEXT NOT NULL,
      width INTEGER NOT NULL CHECK (width > 0),
      height INTEGER NOT NULL CHECK (height > 0)
    ) STRICT, WITHOUT ROWID;
    """

  // A row stays when its name is removed, because the generation never goes back; `image` is NULL
  // then. The index holds only names that stand for something, so that a listing never wades
  // through removed ones.
  private static let names = """
    CREATE TABLE name (
      name BLOB PRIMARY KEY NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
      image BLOB REFERENCES image(id),
      generation INTEGER NOT NULL CHECK (generation BETWEEN 1 AND 4294967295),
      registeredAt INTEGER NOT NULL -- seconds since 1970
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX listedName ON name(name) WHERE image IS NOT NULL;
    """

  // A form's row outlives its bytes; a row in formBlob says that the bytes of this digest are
  // there, for however many forms.
  private static let forms = """
    CREATE TABLE capability (
      key BLOB PRIMARY KEY NOT NULL CHECK (length(key) = 16),
      descriptor BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE form (
      image BLOB NOT NULL REFERENCES image(id) ON DELETE CASCADE,
      key BLOB NOT NULL REFERENCES capability(key),
      rendererVersion INTEGER NOT NULL,
      etag BLOB NOT NULL CHECK (length(etag) = 16),
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      byteCount INTEGER NOT NULL CHECK (byteCount >= 0),
      codec INTEGER NOT NULL,
      codecParameter INTEGER NOT NULL,
      width INTEGER NOT NULL CHECK (width BETWEEN 1 AND 65535),
      height INTEGER NOT NULL CHECK (height BETWEEN 1 AND 65535),
      PRIMARY KEY (image, key, rendererVersion)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE formBlob (
      digest BLOB PRIMARY KEY NOT NULL CHECK (length(digest) = 32),
      byteCount INTEGER NOT NULL CHECK (byteCount >= 0)
    ) STRICT, WITHOUT ROWID;
    """
}
