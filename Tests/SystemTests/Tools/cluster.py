"""Servers of several roles over one store, each a process that can be killed and started again at the same
address."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

import postgres

READY = "forme-server ready on "
START_SECONDS = 60
# What a log line says of a decode, and of each form that came of it.
DECODED = re.compile(r"forms=(\d+) image=([0-9a-f]+) took=([0-9.e+-]+) seconds .*\bdecoded$")
MADE = re.compile(r"image=([0-9a-f]+) kind=([0-9a-f]+) .*\bform (made|converted)$")


class Failure(Exception):
    """A process does not do what it has to."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def resident_kilobytes(process, field="VmRSS"):
    with open(f"/proc/{process}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith(f"{field}:"):
                return int(line.split()[1])
    return 0


class Node:
    """One forme-server at one address, with a folder and a log of its own, however often it is started."""

    def __init__(self, program, folder, name, options):
        self.program = program
        self.name = name
        self.data = f"{folder}/{name}"
        self.log = f"{folder}/{name}.log"
        self.address = f"127.0.0.1:{free_port()}"
        self.options = list(options)
        self.process = None
        self.reader = None
        self.ready = threading.Event()
        self.starts = 0
        # (end, seconds, image, count) of each decode, and (time, image, kind) of each form.
        self.decodes = []
        self.forms = []
        # (time, text) of what it called an error.
        self.complaints = []

    def start(self):
        """Starts it and returns at once."""
        self.ready = threading.Event()
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", self.address, "--data", self.data, *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", start_new_session=True)
        self.starts += 1
        self.reader = threading.Thread(
            target=self.read, args=[self.process.stdout, self.ready], daemon=True)
        self.reader.start()

    def read(self, lines, ready):
        with lines, open(self.log, "a", encoding="utf-8") as log:
            for line in lines:
                now = time.monotonic()
                log.write(line)
                log.flush()
                line = line.rstrip("\n")
                if line.startswith(READY):
                    ready.set()
                elif match := DECODED.search(line):
                    count, image, seconds = match.groups()
                    self.decodes.append((now, float(seconds), image, int(count)))
                elif match := MADE.search(line):
                    self.forms.append((now, match[1], match[2]))
                elif " error " in line or " critical " in line:
                    self.complaints.append((now, line))

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while not self.ready.wait(0.01):
            if self.process.poll() is not None:
                raise Failure(f"{self.name} ended with {self.process.returncode}: {self.tail()}")
            if time.monotonic() > deadline:
                raise Failure(f"{self.name} was not ready within {START_SECONDS} s: {self.tail()}")

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """Returns when it is dead; fails when it was so before."""
        if not self.is_running:
            raise Failure(f"{self.name} ended by itself: {self.tail()}")
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join()

    def stop(self):
        """SIGTERM, and how it ended."""
        if not self.is_running:
            return self.process.returncode if self.process else 0
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        return self.process.returncode

    def tail(self):
        try:
            with open(self.log, encoding="utf-8") as log:
                return "".join(log.readlines()[-8:]).strip()
        except OSError:
            return "-"


class Cluster:
    """Backs and fronts, the key that they share, and the PostgreSQL that two backs need."""

    def __init__(self, program, folder, is_embedded, back_options=(), front_options=(),
                 splits=("refer", "relay")):
        self.program = program
        self.folder = folder
        self.postgres = None
        self.key_file = f"{folder}/peers.key"
        with open(self.key_file, "w", encoding="ascii") as file:
            file.write(f"servers {os.urandom(32).hex()}\n")
        os.chmod(self.key_file, 0o600)
        self.store = []
        if not is_embedded:
            # A socket's path is short, so it does not lie below `folder`.
            place = tempfile.mkdtemp(prefix="forme-pg-", dir="/tmp")
            os.rmdir(place)
            self.postgres = postgres.Postgres(place)
            self.store = ["--store", self.postgres.uri]
        shared = ["--peer-key", self.key_file]
        self.backs = [
            Node(program, folder, f"back-{number}",
                 ["--role", "back", "--device-listen", f"127.0.0.1:{free_port()}", *shared,
                  *self.store, *back_options])
            for number in range(1, 2 if is_embedded else 3)
        ]
        addresses = ",".join(back.address for back in self.backs)
        self.fronts = [
            Node(program, folder, f"front-{split}",
                 ["--role", "front", "--split", split, "--backs", addresses, *shared, *front_options])
            for split in splits
        ]
        self.nodes = self.backs + self.fronts

    def start(self):
        # One after the other: the first one makes the tables.
        for node in self.nodes:
            node.start()
            node.wait_until_ready()

    def stop(self):
        """Ends all, fronts first; gives the names of those that did not end well."""
        wrong = [node.name for node in reversed(self.nodes) if node.stop() != 0]
        self.stop_postgres()
        return wrong

    def stop_postgres(self):
        if self.postgres:
            self.postgres.stop()

    def abandon(self):
        """Ends all at once."""
        for node in self.nodes:
            if node.is_running:
                node.process.kill()
                node.process.wait()
        self.stop_postgres()

    def add_key(self, node, identity, rights):
        """A key of a node's own folder; gives its id and its 32 bytes."""
        result = subprocess.run(
            [self.program, "key", "add", identity, "--may", rights, "--data", node.data],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Failure(f"key add: {result.stderr.strip()}")
        name, secret = result.stdout.split()
        return name.encode(), bytes.fromhex(secret)
