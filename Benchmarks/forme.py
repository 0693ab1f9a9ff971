"""A server of Forme, forms from it, and what they cost it."""

import json
import pathlib
import subprocess
import sys


class Forme:
    """A running server; ends with its `with`."""

    def __init__(self, programs, folder):
        self._programs, self._folder = pathlib.Path(programs), pathlib.Path(folder)
        self._count = 0

    def __enter__(self):
        self._process = subprocess.Popen(
            [
                self._programs / "forme-server", "serve", "--listen", "127.0.0.1:0",
                "--data", self._folder / "data",
            ],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        line = self._process.stdout.readline()
        if not line.startswith("forme-server ready on "):
            sys.exit("compare: the server did not start")
        self._address = line.split()[-1]
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=30)

    def _device(self, *arguments):
        command = [self._programs / "forme-device", *map(str, arguments)]
        result = subprocess.run(
            command + ["--server", self._address], capture_output=True, text=True, check=False
        )
        if result.returncode:
            sys.exit(f"compare: {arguments[0]}: {result.stderr.strip()}")

    def register(self, file):
        """Registers a picture, each time as one that the server has not seen; returns its name."""
        self._count += 1
        name = f"p{self._count}"
        data = pathlib.Path(file).read_bytes()
        if data[:2] == b"\xff\xd8":
            # A comment behind the start of the JPEG.
            comment = name.encode()
            size = (len(comment) + 2).to_bytes(2, "big")
            data = data[:2] + b"\xff\xfe" + size + comment + data[2:]
        path = self._folder / name
        path.write_bytes(data)
        self._device("register", path, "--name", name)
        path.unlink()
        return name

    def fetch(self, name, profile):
        """The bytes of a form; `profile` is the device as a dictionary."""
        description, form = self._folder / "device.json", self._folder / "form"
        description.write_text(json.dumps({"name": "compared", **profile}), encoding="utf-8")
        self._device("fetch", name, "--profile", description, "--output", form)
        return form.read_bytes()

    def processor_seconds(self):
        """What the server has taken so far, all threads."""
        total = 0
        for task in pathlib.Path(f"/proc/{self._process.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9
