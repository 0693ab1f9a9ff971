internal import GRDB

/// Step 0003 of the schema: keys, and what devices say of themselves.
enum AccessMigration {
  /// Brings a catalog of step 0002 here.
  static func migrate(_ database: Database) throws {
    for sql in [keys, devices] { try database.execute(sql: sql) }
  }

  // A serial is never used twice, so a connection that proved a key is told from one that proved a
  // later key of the same id. A revoked key keeps its row and loses its secret.
  private static let keys = """
    CREATE TABLE accessKey (
      serial INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 16),
      secret BLOB CHECK (length(secret) = 32),
      actions INTEGER NOT NULL CHECK (actions BETWEEN 1 AND 3), -- 1 retrieve, 2 register
      prefix BLOB NOT NULL CHECK (length(prefix) <= 128),
      createdAt INTEGER NOT NULL, -- seconds since 1970
      revokedAt INTEGER, -- seconds since 1970
      CHECK ((secret IS NULL) = (revokedAt IS NOT NULL))
    ) STRICT;
    """

  // What a stranger claims to be (keyID is '') never replaces what a device with a key told.
  private static let devices = """
    CREATE TABLE device (
      id BLOB NOT NULL CHECK (length(id) <= 32),
      keyID TEXT NOT NULL,
      isProven INTEGER NOT NULL CHECK (isProven = (keyID <> '')),
      seenAt INTEGER NOT NULL, -- milliseconds since 1970
      model TEXT,
      firmware TEXT,
      batteryMillivolts INTEGER,
      batteryPercent INTEGER,
      rssi INTEGER,
      temperature INTEGER,
      wakeReason INTEGER,
      freeHeap INTEGER,
      lastError INTEGER,
      shown BLOB CHECK (length(shown) = 16),
      PRIMARY KEY (id, keyID)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX seenDevice ON device(isProven, seenAt, id, keyID);
    INSERT INTO account VALUES ('devices', 0);
    CREATE TRIGGER deviceAdded AFTER INSERT ON device BEGIN
      UPDATE account SET total = total + 1 WHERE name = 'devices';
    END;
    CREATE TRIGGER deviceRemoved AFTER DELETE ON device BEGIN
      UPDATE account SET total = total - 1 WHERE name = 'devices';
    END;
    """
}
