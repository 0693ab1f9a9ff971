#!/usr/bin/python3
"""Kills forme-server again and again over one data folder, and looks after every death whether all that was
acknowledged is there and nothing else is left: crash.py --server PATH [--kills N] [--seed N]

Every round serves the folder, lets devices register, remove and fetch at random, and ends with SIGKILL: at an
instant of a write (FORME_CRASH_AT, see FaultPoint in Sources/Store), at any time, while the server starts, or
while an operator's command works beside it. The next round begins with the look.

What was acknowledged is remembered here: a name's image and generation after STORED and OK, a form after its
last byte. Of what was under way when the server died, all or nothing may have happened. Forms are compared with
those of a server over another folder that nobody disturbs.

The server must be a debug build. Prints one line of JSON; exits 1 at the first finding and keeps the folder.
Plans are repeated by --seed; what the processes' threads make of it is not.
"""

import argparse
import collections
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

import crash_oracle
from forme_peer import NONE, Broken, Lost, Peer, Refused, descriptor

# What the server does only on an operator's command, and which.
GUEST_POINTS = {
    "imageRemoved": "verify",
    "backupCatalogWritten": "backup",
    "backupOriginalCopied": "backup",
    "backupSynchronized": "backup",
}
FORM_POINTS = ["formSynchronized", "formRenamed", "formDurable", "formWritten", "formCommitted"]
UPLOAD_POINTS = ["uploadWritten", "uploadSynchronized", "originalRenamed", "originalDurable",
                 "registrationWritten", "registrationCommitted"]

# Kinds of devices whose forms are large and small, stored in memory and not, packed and not. Together
# their forms are several times what a server of one megabyte may keep.
KINDS = {
    "gray": descriptor(200, 150, [1, 8, 0]),
    "paper": descriptor(400, 300, [1, 1, 0], codecs=[(2, 12)]),
    "panel": descriptor(240, 180, [4, 5, 6, 5, 0, 16, 0]),
    "screen": descriptor(320, 280, [4, 8, 8, 8, 0, 24, 0]),
    "red": descriptor(296, 128, [2, 2, 3, 0, 255, 255, 255, 1, 0, 0, 0, 2, 255, 0, 0]),
    "slip": descriptor(160, 120, [1, 4, 0], codecs=[(1, 0)]),
}
IDENTITY_KINDS = {"gray", "panel", "screen", "red"}
WORKER_COUNT = 3
NAMES_PER_WORKER = 4
BUSY, NOT_FOUND = 0x8A, 0x80


class Finding(Exception):
    """Something is wrong with the server."""


# MARK: Pictures


def png(width, height, seed):
    """A picture of soft noise, so that it neither compresses to nothing nor dithers to one colour."""
    chance = random.Random(seed)
    tint = [chance.randrange(256) for _ in range(3)]
    lines = bytearray()
    for y in range(height):
        lines.append(0)
        noise = chance.randbytes(width * 3)
        for at in range(width * 3):
            lines.append((noise[at] // 3 + tint[at % 3] + y * 2 + at) % 256)

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(bytes(lines), 1)) + chunk(b"IEND", b""))


def image_id(picture):
    return hashlib.sha256(picture).digest()[:16]


# MARK: Processes


class Server:
    """One forme-server serve, until it dies."""

    def __init__(self, program, data, log, settings, crash_at=None):
        self.log = log
        environment = dict(os.environ)
        environment.pop("FORME_CRASH_AT", None)
        if crash_at:
            environment["FORME_CRASH_AT"] = crash_at
        arguments = [program, "serve", "--listen", "127.0.0.1:0", "--data", data]
        for name, value in {"log-level": "warning", **settings}.items():
            arguments += [f"--{name}", str(value)]
        with open(log, "wb") as errors:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                env=environment)
        self.begin = time.monotonic()
        self.address = None
        self.has_killed_itself = False

    def wait_until_ready(self):
        """False when the server died before."""
        line = self.process.stdout.readline().decode()
        prefix = "forme-server ready on "
        if line.startswith(prefix):
            self.address = line[len(prefix):].strip()
            return True
        self.has_killed_itself = self.wait(10)
        return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)

    def wait(self, seconds):
        """True when the server is dead."""
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def bury(self):
        """Looks how the server died, and what it complained of before."""
        self.process.stdout.close()
        text = self.text()
        if self.process.returncode != -signal.SIGKILL:
            raise Finding(f"the server ended with {self.process.returncode}")
        if " error " in text:
            raise Finding("the server logged an error")

    def text(self):
        with open(self.log, "r", errors="replace") as file:
            return file.read()


def fault_points(program):
    """What FORME_CRASH_AT takes, as the program itself says."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, f"{folder}/data", f"{folder}/log", {}, crash_at="?")
        if server.wait_until_ready():
            server.kill()
            raise SystemExit("crash.py: FORME_CRASH_AT does nothing: this is no debug build")
        server.process.stdout.close()
        text = server.text()
    return text[text.index("one of ") + 7 :].strip().split(", ")


# MARK: What is right


class Reference:
    """Pictures and their forms, as an undisturbed server makes them."""

    def __init__(self, program, folder, seed, picture_count):
        self.pictures = {}
        for index in range(picture_count):
            picture = png(120 + 8 * index, 90 + 5 * index, seed * 1_000 + index)
            self.pictures[image_id(picture)] = picture
        self.forms = {}
        server = Server(program, f"{folder}/undisturbed", f"{folder}/undisturbed.log", {})
        if not server.wait_until_ready():
            raise Finding("the undisturbed server does not start")
        images = list(self.pictures)
        with Peer(server.address, b"reference", []) as peer:
            for image in images:
                peer.put(image.hex(), self.pictures[image])

        def fetch(share):
            for kind, text in KINDS.items():
                with Peer(server.address, b"reference", [text]) as peer:
                    for image in share:
                        form, content = peer.get(image)
                        if form.sent != hashlib.sha256(content).digest()[:16]:
                            raise Finding("the undisturbed server sends damaged bytes")
                        self.forms[image, kind] = (form.etag, content)

        in_parallel([lambda share=share: fetch(share) for share in (images[::2], images[1::2])])
        server.process.terminate()
        if server.process.wait(30) != 0:
            raise Finding("the undisturbed server does not end well")
        server.process.stdout.close()


def in_parallel(works):
    """Runs all, and raises what the first of them raised."""
    failures = []

    def guarded(work):
        try:
            work()
        except BaseException as failure:  # handed on below
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


class Worker:
    """One device with names of its own, and what it knows was acknowledged."""

    def __init__(self, index, reference, seed):
        self.index = index
        self.reference = reference
        self.chance = random.Random(seed)
        # Never: no image, generation 0.
        self.names = {f"device {index}/name {n}": (None, 0) for n in range(NAMES_PER_WORKER)}
        # The request that has no answer yet: name, and what it would stand for.
        self.in_flight = None
        # Transfers that were cut: image, kind, digest as sent, the bytes that came.
        self.partials = []
        # An operator removes images that have no name, meanwhile or since a transfer was cut.
        self.may_miss = False
        self.counts = collections.Counter()

    def run(self, address, known, taste):
        """Asks for this and that until the link breaks."""
        try:
            while True:
                kinds = self.chance.sample(list(KINDS), self.chance.choice([1, 1, 2]))
                resumed = self.partials.pop() if self.partials else None
                if resumed:
                    kinds = [resumed[1]]
                identity = f"device {self.index}".encode()
                with Peer(address, identity, [KINDS[kind] for kind in kinds]) as peer:
                    if resumed:
                        self.act(peer, kinds, known, taste, resumed)
                    for _ in range(self.chance.randrange(1, 7)):
                        self.act(peer, kinds, known, taste)
        except Lost:
            return

    def act(self, peer, kinds, known, taste, resumed=None):
        choice = self.chance.choices(
            [self.put, self.remove, self.get, self.list], [taste, 0.1, 1 - taste, 0.03])[0]
        try:
            if resumed:
                self.resume(peer, *resumed)
            else:
                choice(peer, kinds, known)
        except Refused as refusal:
            # It says that nothing happened.
            self.in_flight = None
            if refusal.code == NOT_FOUND and self.may_miss:
                self.counts["swept"] += 1
            elif refusal.code != BUSY:
                raise Finding(f"device {self.index}: {choice.__name__}: {refusal}") from refusal
            else:
                self.counts["busy"] += 1

    def put(self, peer, kinds, known):
        name = self.chance.choice(list(self.names))
        image = self.chance.choice(list(self.reference.pictures))
        _, generation = self.names[name]
        self.in_flight = (name, (image, generation + 1))
        stored, number = peer.put(
            name, self.reference.pictures[image], declares_digest=self.chance.random() < 0.8,
            piece=self.chance.choice([512, 4_096, 65_535]))
        if (stored, number) != (image, generation + 1):
            raise Finding(f"{name}: STORED {number} after {generation}")
        self.names[name] = (image, number)
        self.in_flight = None
        known.add(image)
        self.counts["registered"] += 1

    def remove(self, peer, kinds, known):
        name = self.chance.choice(list(self.names))
        image, generation = self.names[name]
        if image is None:
            return
        self.in_flight = (name, (None, generation))
        peer.remove(name)
        self.names[name] = (None, generation)
        self.in_flight = None
        self.counts["removed"] += 1

    def list(self, peer, kinds, known):
        listed = peer.list()
        for name, (image, _) in self.names.items():
            if listed.get(name) != image:
                raise Finding(f"LIST of {name}: {listed.get(name)}, acknowledged was {image}")
        self.counts["listed"] += 1

    def get(self, peer, kinds, known):
        name = self.chance.choice(list(self.names))
        image, generation = self.names[name]
        if image is None or self.chance.random() < 0.5:
            if not known:
                return
            name, generation = None, 0
            image = self.chance.choice(sorted(set(known)))
        shown = NONE
        if self.chance.random() < 0.2:
            base = self.chance.choice(list(self.reference.pictures))
            shown, _ = self.reference.forms[base, kinds[0]]
        self.fetch(peer, kinds, image, name, generation, shown)

    def resume(self, peer, image, kind, sent, received):
        self.counts["resumed"] += 1
        self.fetch(peer, [kind], image, None, 0, NONE, sent, received)

    def fetch(self, peer, kinds, image, name, generation, shown, sent=NONE, received=None):
        """Fetches a form, and compares it with what an undisturbed server gives."""
        held = received or bytearray()
        came = bytearray()
        peer.form = None
        try:
            form, content = peer.get(
                name or image, shown=shown, partial=sent, offset=len(held),
                credit=self.chance.choice([1_024, 16_384, 1 << 20]), received=came)
        except Lost:
            if peer.form and peer.form.status == 0 and came:
                kind = kinds[peer.form.alternative]
                kept = held[: peer.form.offset] + came
                self.partials.append((image, kind, peer.form.sent, kept))
            raise
        if form.status == 2:
            self.counts["pending"] += 1
            return
        etag, right = self.reference.forms[image, kinds[form.alternative]]
        text = f"{name or image.hex()} for {kinds[form.alternative]}"
        if form.generation != generation:
            raise Finding(f"{text}: generation {form.generation}, acknowledged was {generation}")
        if form.etag != etag:
            raise Finding(f"{text}: the etag is not that of an undisturbed server")
        if form.status == 1:
            if shown != etag:
                raise Finding(f"{text}: NOT_MODIFIED, and something else is shown")
            self.counts["not modified"] += 1
            return
        if form.status == 3:
            base = next(each for (_, kind), each in self.reference.forms.items()
                        if kind == kinds[form.alternative] and each[0] == shown)[1]
            if form.sent != hashlib.sha256(content).digest()[:16]:
                raise Finding(f"{text}: the patch is damaged")
            content = base[: form.offset] + content + base[form.offset + form.length :]
            self.counts["patched"] += 1
        else:
            content = bytes(held[: form.offset]) + content
            if form.sent != hashlib.sha256(content).digest()[:16]:
                raise Finding(f"{text}: the bytes are not those that were announced")
            if form.offset:
                self.counts["went on"] += 1
        if content != right:
            raise Finding(f"{text}: not the bytes of an undisturbed server")
        self.counts["fetched"] += 1

    def settle(self, names):
        """After a death: compares with what is in the catalog, which is the truth from now on."""
        for name, acknowledged in self.names.items():
            allowed = [acknowledged]
            if self.in_flight and self.in_flight[0] == name:
                allowed.append(self.in_flight[1])
            found = names.get(name, (None, 0))
            if found not in allowed:
                raise Finding(f"{name} is {found}, acknowledged was {allowed}")
            if found != acknowledged:
                self.counts["unacknowledged but done"] += 1
            self.names[name] = found
        self.in_flight = None


# MARK: Rounds


class Harness:
    def __init__(self, options, folder):
        self.server_path = options.server
        self.folder = folder
        self.data = f"{folder}/data"
        self.log = f"{folder}/server.log"
        self.chance = random.Random(options.seed)
        self.kills = collections.Counter()
        self.missed = collections.Counter()
        self.points = fault_points(options.server)
        self.start_seconds = []
        self.looks = 0
        begin = time.monotonic()
        self.reference = Reference(options.server, folder, options.seed, options.pictures)
        self.reference_seconds = time.monotonic() - begin
        self.workers = [
            Worker(index, self.reference, options.seed * 100 + index)
            for index in range(WORKER_COUNT)
        ]
        # Images that were acknowledged and can be asked for by their ids.
        self.known = set()
        self.demand = {}
        # Images that had no name were removed, and with them what was counted for them.
        self.is_swept = False
        # Images that a sweep may have removed, whatever came of them afterwards.
        self.unnamed = set()
        self.plan = "-"
        # The last server made forms in advance, and had not made all of them.
        self.owes_forms = False

    # MARK: Plans

    def run(self, kill_count):
        """Every instant once, then whatever the seed says."""
        waiting = list(self.points)
        self.chance.shuffle(waiting)
        while sum(self.kills.values()) < kill_count or waiting:
            if waiting:
                point = waiting.pop(0)
            else:
                point = self.chance.choices(
                    ["any time", "start", *self.points],
                    [len(self.points), 3, *(0.3 if p in GUEST_POINTS else 1 for p in self.points)]
                )[0]
            before = self.kills[point]
            self.round(point)
            if self.owes_forms:
                self.round("any time")
            if self.kills[point] == before:
                self.missed[point] += 1
                if self.missed[point] > 20 + kill_count // 10:
                    raise Finding(f"no round reaches {point}")
                if not before:
                    waiting.append(point)
        self.finish()

    def settings(self, point):
        """How the next server is set up."""
        if self.owes_forms or (point in FORM_POINTS + ["any time"] and self.chance.random() < 0.1):
            return {"form-megabytes": 64, "render-after": 0}, True
        stores_always = point in FORM_POINTS + ["evictionCommitted"]
        return {
            "form-megabytes": 1,
            "render-after": 1 if stores_always else self.chance.choice([1, 1, 2, 3]),
            "before-stored":
                "convert" if stores_always
                else self.chance.choice(["convert", "convert", "nearest", "defer"]),
            "memory-megabytes": self.chance.choice([0, 1, 64]),
            "popular-after": self.chance.choice([4, 1_000_000]),
        }, False

    def round(self, point):
        settings, is_ahead = self.settings(point)
        crash_at = None
        if point in self.points and point not in GUEST_POINTS:
            # What needs a form to be made takes longer to come to.
            count = self.chance.choice([1, 1, 2, 3, 5] if point in UPLOAD_POINTS else [1, 1, 2])
            if point == "sweepCommitted":
                count = 1
            crash_at = f"{point}:{count}"
        self.plan = f"{point}, {crash_at}, {settings}"
        if point == "sweepCommitted" and self.looks:
            self.forget_kind()
        elif is_ahead and not self.owes_forms and self.looks:
            self.age_forms()
        server = Server(self.server_path, self.data, self.log, settings, crash_at)
        timer = None
        if point == "start":
            timer = threading.Timer(self.chance.uniform(0, 0.25), server.kill)
            timer.start()
        try:
            if server.wait_until_ready():
                self.start_seconds.append(time.monotonic() - server.begin)
                try:
                    self.live(server, point, is_ahead)
                except (Lost, sqlite3.Error, OSError):
                    # It may die while it is looked at; the next one is looked at then.
                    if not server.wait(5):
                        raise
                    server.has_killed_itself = True
        finally:
            if timer:
                timer.cancel()
                timer.join()
            if server.process.poll() is None:
                server.kill()
                server.process.wait()
        server.bury()
        if crash_at and server.has_killed_itself:
            self.kills[point] += 1
        else:
            self.kills["start" if point == "start" else "any time"] += 1

    def live(self, server, point, is_ahead):
        """Looks, lets the devices loose, and sees to it that the server dies."""
        is_paying = self.owes_forms
        if not self.look(server):
            return
        taste = 0.7 if point in UPLOAD_POINTS else 0.15 if point in FORM_POINTS else 0.4
        for worker in self.workers:
            worker.may_miss = point == "imageRemoved"
            worker.partials = [each for each in worker.partials if each[0] in self.known]
        # A device has lost the server, or found something.
        is_over = threading.Event()

        def live(worker):
            try:
                worker.run(server.address, self.known, taste)
            finally:
                is_over.set()

        def die():
            try:
                if point in GUEST_POINTS:
                    self.guest(point)
                is_at_point = point in self.points and point not in GUEST_POINTS
                is_over.wait(4 if is_at_point else self.chance.uniform(0, 0.3))
                # Its own end, if that has come, takes a moment more.
                server.has_killed_itself = is_over.is_set() and server.wait(1)
            finally:
                server.kill()
                server.process.wait()

        in_parallel([die] + [lambda worker=worker: live(worker) for worker in self.workers])
        self.owes_forms = is_ahead and not is_paying

    # MARK: Looking

    def look(self, server):
        """What must hold after a start. False when the server died meanwhile, as it may."""
        deadline = time.monotonic() + 20
        least = None
        while True:
            try:
                if self.owes_forms and (count := crash_oracle.lacking(self.data)):
                    if least is None or count < least:
                        # On a slow machine it takes its time, as long as it goes on.
                        least, deadline = count, time.monotonic() + 20
                    raise crash_oracle.Wrong(f"{count} forms are not made in advance")
                crash_oracle.check(self.data)
                break
            except (crash_oracle.Wrong, FileNotFoundError) as failure:
                # Forms are made in advance just now; what a crash has left stays wrong.
                if server.process.poll() is not None:
                    server.has_killed_itself = True
                    return False
                if time.monotonic() > deadline:
                    raise Finding(f"after a start: {failure}") from failure
                time.sleep(0.02)
        self.owes_forms = False
        names = crash_oracle.names(self.data)
        for worker in self.workers:
            worker.settle(names)
        expected = {name for worker in self.workers for name in worker.names}
        if not names.keys() <= expected:
            raise Finding(f"names that nobody registered: {names.keys() - expected}")
        images = crash_oracle.images(self.data)
        if not self.is_swept and not self.known <= images:
            raise Finding(f"acknowledged and gone: {self.known - images}")
        self.known = images
        demand = crash_oracle.demand(self.data)
        for key, count in self.demand.items():
            # An image that was swept may have come back since, and is counted anew.
            if demand.get(key, 0) < count and key[0] not in self.unnamed:
                raise Finding(f"{key} was asked for {count} times, now it is {demand.get(key)}")
        self.demand = demand
        self.is_swept = False
        self.unnamed = set()
        with Peer(server.address, b"look", []) as peer:
            listed = peer.list()
        standing = {name: image for name, (image, _) in names.items() if image}
        if listed != standing:
            raise Finding(f"LIST gives {listed}, the catalog has {standing}")
        self.looks += 1
        return True

    def finish(self):
        """Every name and image for every kind, then a good end, and a folder that is in order."""
        self.plan = "the end"
        server = Server(self.server_path, self.data, self.log, {"form-megabytes": 1})
        if not server.wait_until_ready() or not self.look(server):
            raise Finding("the server does not start")
        for kind, text in KINDS.items():
            with Peer(server.address, b"end", [text]) as peer:
                for image in sorted(self.known):
                    self.workers[0].fetch(peer, [kind], image, None, 0, NONE)
                for worker in self.workers:
                    for name, (image, generation) in worker.names.items():
                        if image:
                            worker.fetch(peer, [kind], image, name, generation, NONE)
        server.process.terminate()
        if server.process.wait(30) != 0 or " error " in server.text():
            raise Finding("the server does not end well")
        server.process.stdout.close()
        result = self.command("verify")
        if result.returncode != 0 or "0 damaged; 0 orphans" not in result.stdout:
            raise Finding(f"verify: {result.stdout}{result.stderr}")

    # MARK: What happens to a folder beside requests

    def edit(self, *statements):
        """Changes the catalog of a server that is dead, as the program would."""
        database = sqlite3.connect(f"{self.data}/catalog.sqlite", timeout=10)
        try:
            database.execute("PRAGMA foreign_keys = ON")
            with database:
                for sql, arguments in statements:
                    database.execute(sql, arguments)
        finally:
            database.close()

    def forget_kind(self):
        """More kinds of devices came than are remembered; see EmbeddedKinds."""
        database = crash_oracle.connect(self.data)
        try:
            keys = crash_oracle.rows(database, """
                SELECT DISTINCT key FROM form JOIN formBlob USING (digest) ORDER BY key""")
        finally:
            database.close()
        if not keys:
            return
        key = self.chance.choice(keys)[0]
        self.edit(("DELETE FROM form WHERE key = ?", [key]),
                  ("DELETE FROM capability WHERE key = ?", [key]))
        self.demand = {each: n for each, n in self.demand.items() if each[1] != key}

    def age_forms(self):
        """Half of the forms are another renderer's now, as after an update."""
        self.edit(
            ("DELETE FROM form WHERE rendererVersion = 0", []),
            ("UPDATE form SET rendererVersion = 0 WHERE substr(hex(image), 1, 1) > ?",
             [self.chance.choice("13579BD")]),
            # What has lost its last form goes with the next sweep.
        )

    def guest(self, point):
        """Kills an operator's command beside the server, and lets another one do its work."""
        arguments = []
        if GUEST_POINTS[point] == "verify":
            arguments = ["--sweep"]
            self.is_swept = True
            self.edit(("UPDATE image SET unnamedSince = unnamedSince - 90000 "
                       "WHERE unnamedSince IS NOT NULL", []))
            self.unnamed |= crash_oracle.unnamed_for_a_day(self.data, time.time())
        else:
            arguments = [f"{self.folder}/backup"]
            if point == "backupOriginalCopied":
                # An earlier backup has most of them.
                shutil.rmtree(f"{self.folder}/backup", ignore_errors=True)
        result = self.command(GUEST_POINTS[point], *arguments, crash_at=f"{point}:1")
        if result.returncode == -signal.SIGKILL:
            self.kills[point] += 1
        elif result.returncode != 0:
            raise Finding(f"{GUEST_POINTS[point]}: {result.stderr}")
        if GUEST_POINTS[point] == "verify":
            return
        result = self.command("backup", *arguments)
        if result.returncode != 0:
            raise Finding(f"backup: {result.stderr}")
        copy = crash_oracle.connect(f"{self.folder}/backup")
        try:
            rows = crash_oracle.rows(copy, "SELECT digest, byteCount FROM image")
        finally:
            copy.close()
        files = crash_oracle.blobs(f"{self.folder}/backup/originals")
        for digest, byte_count in rows:
            if files.get(digest.hex()) != byte_count:
                raise Finding(f"the backup lacks the original {digest.hex()}")

    def command(self, name, *arguments, crash_at=None):
        environment = dict(os.environ)
        environment.pop("FORME_CRASH_AT", None)
        if crash_at:
            environment["FORME_CRASH_AT"] = crash_at
        return subprocess.run(
            [self.server_path, name, "--data", self.data, *arguments], env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--pictures", type=int, default=8)
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1_000_000)
    print(f"crash.py: seed {options.seed}", file=sys.stderr, flush=True)
    folder = tempfile.mkdtemp(prefix="forme-crash-")
    begin = time.monotonic()
    harness = None
    try:
        harness = Harness(options, folder)
        harness.run(options.kills)
    except (Finding, Broken, Refused, crash_oracle.Wrong) as finding:
        print(f"crash.py: {finding}", file=sys.stderr)
        if harness:
            print(f"round: {harness.plan}; kills so far: {dict(harness.kills)}", file=sys.stderr)
            if os.path.exists(harness.log):
                with open(harness.log, errors="replace") as log:
                    print("".join(log.readlines()[-20:]), file=sys.stderr)
        print(f"seed {options.seed}; the folder is kept: {folder}", file=sys.stderr)
        sys.exit(1)
    totals = sum((worker.counts for worker in harness.workers), collections.Counter())
    starts = sorted(harness.start_seconds)
    print(json.dumps({
        "seed": options.seed, "kills": sum(harness.kills.values()), "points": harness.points,
        "killsByPoint": dict(harness.kills), "looks": harness.looks, "done": dict(totals),
        "missed": dict(harness.missed),
        "medianStartSeconds": round(starts[len(starts) // 2], 3),
        "referenceSeconds": round(harness.reference_seconds, 1),
        "seconds": round(time.monotonic() - begin, 1),
    }))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
