internal import GRDB

/// Step 0002 of the schema: who asks for what, why forms were made, and how many bytes they have.
enum DemandMigration {
  /// Brings a catalog of step 0001 here.
  static func migrate(_ database: Database) throws {
    for sql in [images, kinds, forms, demand, nameUses, accounts, upkeep] {
      try database.execute(sql: sql)
    }
  }

  // An image that no name points to any more may go after a while; until then `unnamedSince` is
  // NULL. What was unnamed before this step counts from it.
  private static let images = """
    ALTER TABLE image ADD COLUMN unnamedSince INTEGER; -- seconds since 1970
    CREATE INDEX unnamedImage ON image(unnamedSince) WHERE unnamedSince IS NOT NULL;
    CREATE INDEX nameOfImage ON name(image) WHERE image IS NOT NULL;
    UPDATE image SET unnamedSince = CAST(strftime('%s', 'now') AS INTEGER)
      WHERE NOT EXISTS (SELECT 1 FROM name WHERE name.image = image.id);
    """

  private static let kinds = """
    ALTER TABLE capability ADD COLUMN requests INTEGER NOT NULL DEFAULT 0 CHECK (requests >= 0);
    ALTER TABLE capability ADD COLUMN lastSeen INTEGER NOT NULL DEFAULT 0; -- seconds since 1970
    ALTER TABLE capability ADD COLUMN isTrusted INTEGER NOT NULL DEFAULT 0
      CHECK (isTrusted IN (0, 1));
    CREATE INDEX seenCapability ON capability(isTrusted, lastSeen);
    CREATE INDEX askingCapability ON capability(isTrusted, requests);
    """

  // The index of digests finds the forms that share bytes, and whether any is left. What a form of
  // step 0001 was made for was always a request.
  private static let forms = """
    ALTER TABLE form ADD COLUMN reason TEXT NOT NULL DEFAULT 'request';
    ALTER TABLE form ADD COLUMN madeAt INTEGER NOT NULL DEFAULT 0; -- seconds since 1970
    ALTER TABLE form ADD COLUMN spooledUntil INTEGER; -- seconds since 1970
    CREATE INDEX formOfKind ON form(key, rendererVersion, image);
    CREATE INDEX shownForm ON form(key, etag, rendererVersion);
    CREATE INDEX formOfDigest ON form(digest);
    CREATE INDEX spooledForm ON form(spooledUntil) WHERE spooledUntil IS NOT NULL;
    ALTER TABLE formBlob ADD COLUMN usedAt INTEGER NOT NULL DEFAULT 0; -- milliseconds since 1970
    CREATE INDEX usedFormBlob ON formBlob(usedAt, digest, byteCount);
    """

  private static let demand = """
    CREATE TABLE demand (
      image BLOB NOT NULL REFERENCES image(id) ON DELETE CASCADE,
      key BLOB NOT NULL REFERENCES capability(key) ON DELETE CASCADE,
      requests INTEGER NOT NULL CHECK (requests > 0),
      lastAt INTEGER NOT NULL, -- seconds since 1970
      PRIMARY KEY (image, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX demandOfKind ON demand(key);
    """

  private static let nameUses = """
    CREATE TABLE nameUse (
      name BLOB NOT NULL REFERENCES name(name) ON DELETE CASCADE,
      key BLOB NOT NULL REFERENCES capability(key) ON DELETE CASCADE,
      usedAt INTEGER NOT NULL, -- milliseconds since 1970
      PRIMARY KEY (name, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX latestNameUse ON nameUse(name, usedAt);
    CREATE INDEX nameUseOfKind ON nameUse(key);
    """

  // Totals that would otherwise be found by reading a whole table. Only triggers write them, in the
  // transaction that changes what they count, so they are exact after any crash.
  private static let accounts = """
    CREATE TABLE account (
      name TEXT PRIMARY KEY NOT NULL,
      total INTEGER NOT NULL CHECK (total >= 0)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO account VALUES
      ('formBytes', (SELECT coalesce(sum(byteCount), 0) FROM formBlob)),
      ('kinds', (SELECT count(*) FROM capability));
    CREATE TRIGGER formBlobAdded AFTER INSERT ON formBlob BEGIN
      UPDATE account SET total = total + NEW.byteCount WHERE name = 'formBytes';
    END;
    CREATE TRIGGER formBlobRemoved AFTER DELETE ON formBlob BEGIN
      UPDATE account SET total = total - OLD.byteCount WHERE name = 'formBytes';
    END;
    CREATE TRIGGER formBlobResized AFTER UPDATE OF byteCount ON formBlob BEGIN
      UPDATE account SET total = total - OLD.byteCount + NEW.byteCount WHERE name = 'formBytes';
    END;
    CREATE TRIGGER kindAdded AFTER INSERT ON capability BEGIN
      UPDATE account SET total = total + 1 WHERE name = 'kinds';
    END;
    CREATE TRIGGER kindRemoved AFTER DELETE ON capability BEGIN
      UPDATE account SET total = total - 1 WHERE name = 'kinds';
    END;
    """

  // Bytes that no form has any more are the first to be evicted, and go with the next sweep. Doing
  // it here covers every way in which a form can go, foreign keys included.
  private static let upkeep = """
    CREATE TRIGGER formRemoved AFTER DELETE ON form BEGIN
      UPDATE formBlob SET usedAt = 0 WHERE digest = OLD.digest
        AND NOT EXISTS (SELECT 1 FROM form WHERE form.digest = OLD.digest);
    END;
    CREATE TRIGGER formChanged AFTER UPDATE OF digest ON form WHEN NEW.digest <> OLD.digest BEGIN
      UPDATE formBlob SET usedAt = 0 WHERE digest = OLD.digest
        AND NOT EXISTS (SELECT 1 FROM form WHERE form.digest = OLD.digest);
    END;
    """
}
