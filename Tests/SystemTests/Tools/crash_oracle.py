"""What must be true of a data folder after a start, looked at from outside: with Python's own sqlite3, and by
reading and digesting every file."""

import hashlib
import os
import re
import sqlite3


class Wrong(Exception):
    """The folder and its catalog do not agree."""


def connect(data):
    """The catalog beside a running server; nothing can be changed through it."""
    return sqlite3.connect(f"file:{data}/catalog.sqlite?mode=ro", uri=True)


def rows(database, sql, *arguments):
    return database.execute(sql, arguments).fetchall()


def require(condition, text):
    if not condition:
        raise Wrong(text)


def blobs(folder):
    """Digests and lengths of all files under ab/cdef…; each must have the digest that it is named by."""
    found = {}
    for start in os.listdir(folder):
        for rest in os.listdir(f"{folder}/{start}"):
            with open(f"{folder}/{start}/{rest}", "rb") as file:
                content = file.read()
            digest = hashlib.sha256(content).hexdigest()
            require(digest == start + rest, f"{folder}/{start}/{rest} digests to {digest}")
            found[digest] = len(content)
    return found


def names(data):
    """What every name stands for (None: removed), and its generation."""
    database = connect(data)
    try:
        return {
            name.decode(): (image, generation)
            for name, image, generation in rows(
                database, "SELECT name, image, generation FROM name")
        }
    finally:
        database.close()


def images(data):
    """The ids of all images."""
    database = connect(data)
    try:
        return {each for each, in rows(database, "SELECT id FROM image")}
    finally:
        database.close()


def unnamed_for_a_day(data, now):
    """The ids of images that no name has stood for since yesterday, `now` in seconds since 1970."""
    database = connect(data)
    try:
        return {each for each, in rows(
            database, "SELECT id FROM image WHERE unnamedSince <= ?", int(now) - 86_400)}
    finally:
        database.close()


def demand(data):
    """How often each form was asked for."""
    database = connect(data)
    try:
        return {(i, k): n for i, k, n in rows(database, "SELECT image, key, requests FROM demand")}
    finally:
        database.close()


def lacking(data):
    """How many forms there are not, of images that have a name, for kinds that may be believed."""
    database = connect(data)
    try:
        return rows(database, """
            SELECT count(*) FROM image, capability WHERE isTrusted AND unnamedSince IS NULL
              AND NOT EXISTS (SELECT 1 FROM form WHERE form.image = id AND form.key = capability.key)
            """)[0][0]
    finally:
        database.close()


def check(data):
    """Raises Wrong unless files and catalog know the same. Nobody uses the server meanwhile."""
    entries = set(os.listdir(data))
    known = {"lock", "gate", "catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm",
             "originals", "forms", "incoming", "spool"}
    require(entries <= known, f"unknown in the data folder: {entries - known}")
    for name in os.listdir(f"{data}/incoming"):
        require(re.fullmatch("[0-9a-f]{64}", name), f"incoming/{name} cannot be resumed")
    spool = os.listdir(f"{data}/spool")
    require(not spool, f"in the spool: {spool}")

    database = connect(data)
    try:
        # One state of the catalog for all that follows.
        database.execute("BEGIN")
        require(rows(database, "PRAGMA integrity_check") == [("ok",)], "integrity_check")
        require(not rows(database, "PRAGMA foreign_key_check"), "foreign_key_check")
        originals = {d.hex(): n for d, n in rows(database, "SELECT digest, byteCount FROM image")}
        compare("originals", blobs(f"{data}/originals"), originals)
        forms = {d.hex(): n for d, n in rows(database, "SELECT digest, byteCount FROM formBlob")}
        compare("forms", blobs(f"{data}/forms"), forms)
        accounts = dict(rows(database, "SELECT name, total FROM account"))
        require(accounts["formBytes"] == sum(forms.values()),
                f"accounted {accounts['formBytes']} bytes of forms, there are {sum(forms.values())}")
        kinds = rows(database, "SELECT count(*) FROM capability")[0][0]
        require(accounts["kinds"] == kinds, f"accounted {accounts['kinds']} kinds of {kinds}")
        for sql, text in (
            ("""SELECT count(*) FROM formBlob WHERE NOT EXISTS
                  (SELECT 1 FROM form WHERE form.digest = formBlob.digest)""", "bytes without a form"),
            ("""SELECT count(*) FROM form JOIN formBlob USING (digest)
                  WHERE form.byteCount <> formBlob.byteCount""", "forms of another length"),
            ("SELECT count(*) FROM form WHERE spooledUntil IS NOT NULL", "forms in the spool"),
            ("SELECT count(*) FROM image WHERE id <> substr(digest, 1, 16)", "images of another id"),
            ("""SELECT count(*) FROM image WHERE (unnamedSince IS NULL) <> EXISTS
                  (SELECT 1 FROM name WHERE name.image = image.id)""", "images of unclear standing"),
        ):
            count = rows(database, sql)[0][0]
            require(count == 0, f"{count} {text}")
    finally:
        database.close()


def compare(what, files, known):
    require(not files.keys() - known.keys(),
            f"{what}: no row knows {sorted(files.keys() - known.keys())}")
    require(not known.keys() - files.keys(),
            f"{what}: no file has {sorted(known.keys() - files.keys())}")
    wrong = [digest for digest in known if files[digest] != known[digest]]
    require(not wrong, f"{what}: of another length {wrong}")
