#!/usr/bin/python3
"""A PostgreSQL of one's own: in a new folder, reachable by a socket in it alone, gone afterwards. As a program
it runs one until SIGTERM, SIGINT or the end of the process that started it, and prints the line "postgres ready
on URI" when it takes connections: postgres.py FOLDER, which must not exist.

It needs PostgreSQL's programs (Debian: postgresql), and no cluster of the system's. It refuses to run as root,
so root's runs as `postgres`.
"""

import glob
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

USER = "forme"
DATABASE = "forme"
START_SECONDS = 60

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 200
shared_buffers = 64MB
# As it is installed: what was committed is on the disk.
fsync = on
synchronous_commit = on
"""


class PostgresMissing(Exception):
    """There are no programs of PostgreSQL, or one of them failed."""


def programs():
    """The folder of the newest PostgreSQL's programs."""
    debian = glob.glob("/usr/lib/postgresql/*/bin")
    debian.sort(key=lambda path: int(path.split("/")[4]), reverse=True)
    for folder in debian + os.environ.get("PATH", "").split(":"):
        if all(os.access(f"{folder}/{name}", os.X_OK) for name in ("initdb", "postgres", "psql")):
            return folder
    raise PostgresMissing("no PostgreSQL below /usr/lib/postgresql or on PATH (Debian: postgresql)")


class Postgres:
    """One cluster. `folder` holds everything, and its path is short: a socket's has 107 bytes at most."""

    def __init__(self, folder):
        self.folder = folder
        self.programs = programs()
        self.user = None
        if os.geteuid() == 0:
            with open("/etc/passwd", encoding="utf-8") as file:
                users = {line.split(":")[0] for line in file}
            self.user = "postgres" if "postgres" in users else "nobody"
        os.mkdir(folder, 0o700)
        if self.user:
            shutil.chown(folder, self.user)
        self.process = None
        self.run(
            "initdb", "--pgdata", f"{folder}/data", "--username", USER, "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C", "--no-sync")
        with open(f"{folder}/data/postgresql.conf", "a", encoding="utf-8") as file:
            file.write(SETTINGS.format(folder=folder))
        self.start()
        self.query(f"CREATE DATABASE {DATABASE}", database="postgres")

    @property
    def uri(self):
        """The database, as `--store` takes it."""
        return f"postgresql://{USER}@/{DATABASE}?host={self.folder}"

    def identity(self):
        """How a child process becomes whom PostgreSQL runs as."""
        return {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}

    def run(self, name, *arguments):
        result = subprocess.run(
            [f"{self.programs}/{name}", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, cwd="/", **self.identity())
        if result.returncode != 0:
            raise PostgresMissing(f"{name}: {result.stderr.strip()}")
        return result.stdout

    def start(self):
        """Starts PostgreSQL over what is there, and returns when it takes connections."""
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                [f"{self.programs}/postgres", "-D", f"{self.folder}/data"], cwd="/",
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                **self.identity())
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as log:
                    raise PostgresMissing("PostgreSQL does not start: " + log.read()[-2_000:])
            time.sleep(0.02)

    def is_ready(self):
        # The file's last line says it before the first connection is tried in vain.
        try:
            with open(f"{self.folder}/data/postmaster.pid", encoding="utf-8") as file:
                lines = file.read().splitlines()
        except OSError:
            return False
        return (len(lines) >= 8 and lines[7].strip() == "ready"
                and lines[0].strip() == str(self.process.pid))

    def query(self, sql, database=DATABASE):
        """Runs one statement; gives its rows as lists of texts."""
        output = self.run(
            "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
            "--host", self.folder, "--username", USER, "--command", sql, database)
        return [line.split("|") for line in output.splitlines()]

    def processes(self):
        """The postmaster and all of its children."""
        postmaster = self.process.pid
        with open(f"/proc/{postmaster}/task/{postmaster}/children", encoding="ascii") as file:
            return [int(each) for each in file.read().split()] + [postmaster]

    def kill(self):
        """Ends every process at once, as a power cut would, and returns when none is left."""
        # Stopped first, so that it starts no process after it was looked for its children.
        self.process.send_signal(signal.SIGSTOP)
        processes = self.processes()
        for each in processes:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        while any(is_alive(each) for each in processes):
            time.sleep(0.001)

    def stop(self):
        """A fast shutdown, and the folder is gone."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def is_alive(process):
    """True unless it has ended; one that nobody collects has ended too."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    parent = os.getppid()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    try:
        postgres = Postgres(os.path.abspath(sys.argv[1]))
    except (PostgresMissing, OSError) as error:
        sys.exit(f"postgres.py: {error}")
    try:
        print(f"postgres ready on {postgres.uri}", flush=True)
        # Whoever started it may die without a word.
        while not ended.wait(0.5) and os.getppid() == parent:
            if postgres.process.poll() is not None:
                sys.exit("postgres.py: PostgreSQL has ended")
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
