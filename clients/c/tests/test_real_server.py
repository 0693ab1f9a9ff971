"""forme-fetch against forme-server, over a link that is cut, with forme-device as the judge of the bytes."""
import os
import pathlib
import random
import socket
import struct
import subprocess
import tempfile
import threading
import unittest
import zlib

from wire import BUILD, FORM, Script, digest, form, form_key

PROGRAMS = pathlib.Path(os.environ.get("FORME_PROGRAMS", BUILD.parent / "debug"))
# 800 × 480, four bits gray: 192,000 bytes.
DESCRIPTOR = bytes.fromhex("01 0004 0320 01e0  03 0003 01 04 00")
PROFILE = '{"name": "gray", "size": {"width": 800, "height": 480}, "color": {"model": "gray", "bits": 4}}'
WIDTH, HEIGHT = 800, 480


def picture(seed, changed=None):
    """A PNG of coarse noise, which no codec makes small; `changed`: rows that another seed makes."""
    chance, other = random.Random(seed), random.Random(seed + 1)
    rows = []
    for y in range(HEIGHT):
        row, changed_row = chance.randbytes(WIDTH), other.randbytes(WIDTH)
        rows.append(b"\0" + (changed_row if changed and y in changed else row))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"".join(rows), 1)) + chunk(b"IEND", b""))


class CuttingLink:
    """A way to the server that is cut after as many bytes of its answers as each of `cuts` says."""

    def __init__(self, port, cuts):
        self.server_port, self.cuts, self.connections, self.recorded = port, list(cuts), 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                device, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server_port))
            for each in (device, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            rest = self.cuts.pop(0) if self.cuts else None
            threading.Thread(target=self.connect, args=(device, server, rest), daemon=True).start()

    def connect(self, device, server, rest):
        upward = threading.Thread(target=self.carry, args=(device, server, None), daemon=True)
        upward.start()
        self.carry(server, device, rest)
        upward.join()
        device.close()
        server.close()

    def carry(self, source, target, rest):
        taken = b""
        try:
            while rest is None or rest > 0:
                data = source.recv(4096 if rest is None else min(rest, 4096))
                if not data:
                    break
                taken += data
                target.sendall(data)
                rest = None if rest is None else rest - len(data)
        except OSError:
            pass
        if rest is not None:
            self.recorded.append(taken)
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


@unittest.skipUnless((PROGRAMS / "forme-server").exists(), f"no forme-server in {PROGRAMS}: build it first")
class ServerTestCase(unittest.TestCase):
    """A server of its own for each class."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.server = subprocess.Popen(
            [PROGRAMS / "forme-server", "serve", "--listen", "127.0.0.1:0", "--data", cls.path / "data"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = cls.server.stdout.readline()
        cls.port = int(ready.rsplit(":", 1)[1])
        (cls.path / "descriptor.bin").write_bytes(DESCRIPTOR)
        (cls.path / "profile.json").write_text(PROFILE)

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait(30)
        cls.server.stdout.close()
        cls.folder.cleanup()

    def device(self, *arguments):
        return subprocess.run(
            [PROGRAMS / "forme-device", *arguments, "--server", f"127.0.0.1:{self.port}"], check=True,
            capture_output=True, text=True)

    def register(self, name, data):
        path = self.path / "picture.png"
        path.write_bytes(data)
        self.device("register", path, "--name", name)

    def judged(self, name):
        path = self.path / "judged.bin"
        self.device("fetch", name, "--profile", self.path / "profile.json", "--output", path)
        return path.read_bytes()

    def fetch(self, name, port=None, *arguments, code=0):
        done = subprocess.run(
            [BUILD / "asan/forme-fetch", "127.0.0.1", str(port or self.port), name, self.path / "descriptor.bin",
             "--output", self.path / "form.bin", *arguments], capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode if code is not None else None, done.stderr), (code, ""), done.stdout)
        return dict(line.split(" ", 1) for line in done.stdout.splitlines())

    def setUp(self):
        (self.path / "form.bin").unlink(missing_ok=True)


class RealServerTests(ServerTestCase):
    def test_through_twenty_cuts(self):
        self.register("cut", picture(1))
        expected = self.judged("cut")
        self.assertEqual(len(expected), 192_000)
        for seed in range(3):
            chance = random.Random(seed)
            # Some in the handshake, some in FORM's header, most in DATA. The last of them before the end.
            cuts = [chance.choice([chance.randrange(1, 140), chance.randrange(140, 14_000)]) for _ in range(20)]
            link = CuttingLink(self.port, cuts)
            facts = self.fetch("cut", link.port)
            link.close()
            self.assertEqual((facts["result"], link.connections, int(facts["connections"])), ("DONE", 21, 21))
            self.assertEqual((self.path / "form.bin").read_bytes(), expected)
            # Nothing that arrived whole came twice.
            self.assertEqual(int(facts["received"]), 192_000)
            self.assertEqual(facts["etag"], digest(expected).hex())
            (self.path / "form.bin").unlink()

    def test_windows_and_buffers(self):
        self.register("window", picture(2))
        expected = self.judged("window")
        for arguments in [("--credit", "64"), ("--credit", "65536"), ("--max-frame", "249"), ("--max-frame", "65527"),
                          ("--max-frame", "4000", "--credit", "1000000")]:
            self.assertEqual(self.fetch("window", None, *arguments)["result"], "DONE")
            self.assertEqual((self.path / "form.bin").read_bytes(), expected)

    def test_not_modified_and_patched(self):
        self.register("patch", picture(3))
        etag = self.fetch("patch")["etag"]
        self.assertEqual(self.fetch("patch", None, "--shown", etag)["result"], "NOT_MODIFIED")
        self.register("patch", picture(3, changed=range(470, 480)))
        facts = self.fetch("patch", None, "--shown", etag)
        self.assertEqual((facts["result"], facts["status"]), ("DONE", "3"))
        self.assertLess(int(facts["received"]), 10_000)
        self.assertEqual((self.path / "form.bin").read_bytes(), self.judged("patch"))

    def test_partial_file(self):
        self.register("partial", picture(12))
        expected = self.judged("partial")
        partial = self.path / "form.partial"

        def fetch(cuts, code):
            link = CuttingLink(self.port, cuts)
            facts = self.fetch("partial", link.port, "--partial", partial, "--retry", "0", code=code)
            link.close()
            return facts
        received = [int(fetch([70_000], 8)["received"]) for _ in range(2)]
        self.assertEqual(int.from_bytes(partial.read_bytes()[16:], "big"), sum(received))
        facts = fetch([], 0)
        self.assertEqual((facts["result"], sum(received) + int(facts["received"])), ("DONE", 192_000))
        self.assertEqual((self.path / "form.bin").read_bytes(), expected)
        self.assertFalse(partial.exists())
        # Other bytes than those that came are found out, fewer are not gone on with.
        for spoil, code, rest in [(lambda data: b"?" + data[1:], 5, "DAMAGED"), (lambda data: data[:9], 0, "DONE")]:
            (self.path / "form.bin").unlink()
            fetch([70_000], 8)
            (self.path / "form.bin").write_bytes(spoil((self.path / "form.bin").read_bytes()))
            self.assertEqual(fetch([], code)["result"], rest)
            self.assertFalse(partial.exists())

    def test_usage(self):
        descriptor = self.path / "descriptor.bin"
        for arguments, code in [
            ([], 64), (["h", "1", "a"], 64), (["h", "1", "a", descriptor, "--output"], 64),
            (["h", "1", "a", descriptor, "--nothing", "1"], 64), (["h", "1", "a", descriptor, "--partial", "p"], 64),
            (["h", "1", "a", descriptor, "--max-frame", "247"], 64), (["h", "1", "a", descriptor, "--credit", "63"], 64),
            (["h", "1", "a", descriptor, "--shown", "00"], 64), (["h", "1", "a", descriptor, "--device-id", "x" * 33], 64),
            (["h", "1", "a", self.path / "absent"], 1), (["h", "1", "a", descriptor, "--key", self.path / "absent"], 1),
            (["h", "1", "a", descriptor, "--output", self.path / "absent/file"], 1),
            (["127.0.0.1", "1", "n" * 129, descriptor, "--retry", "0"], 8),
            (["127.0.0.1", str(self.port), "n" * 129, descriptor], 7),
        ]:
            done = subprocess.run(
                [BUILD / "asan/forme-fetch", *arguments], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, code, arguments)
            self.assertEqual(done.stderr.startswith("forme-fetch: "), code in (1, 64), done.stderr)

    def test_panel_rows(self):
        self.register("panel", picture(5))
        expected = self.judged("panel")
        chance = random.Random(6)
        link = CuttingLink(self.port, [chance.randrange(1, 14_000) for _ in range(20)])
        done = subprocess.run(
            [BUILD / "asan/panel-rows", str(link.port), "2", self.path / "screen.bin"], capture_output=True,
            text=True, timeout=120)
        link.close()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        # The second update finds nothing new.
        self.assertEqual(done.stdout.splitlines()[-1], "refreshes 1")
        self.assertEqual(link.connections, 22)
        self.assertEqual((self.path / "screen.bin").read_bytes(), expected)

    def test_descriptor_as_c(self):
        printed = self.descriptor(self.path / "profile.json")
        self.assertEqual(printed.split(), [form_key(DESCRIPTOR).hex(), DESCRIPTOR.hex()])
        binary = self.path / "written.bin"
        self.descriptor(self.path / "profile.json", "--output", binary)
        self.assertEqual(binary.read_bytes(), DESCRIPTOR)
        # What panel_rows.c has is what the program prints.
        panel = self.path / "panel.json"
        panel.write_text(PROFILE.replace("gray", "panel", 1))
        arrays = self.descriptor(panel, "--c-header").split("\n", 1)[1]
        example = pathlib.Path(__file__).parents[1] / "examples/panel_rows.c"
        self.assertIn(arrays, example.read_text())

    def test_built_in_descriptors_compile(self):
        for name in ["waveshare-7in5-v2", "waveshare-7in3e", "png-palette", "receipt-576"]:
            lines = self.descriptor(name).splitlines()
            source = self.path / "kinds.c"
            array = name.replace("-", "_") + "_kinds"
            source.write_text(
                '#include <stdio.h>\n#include "forme.h"\n' + self.descriptor(name, "--c-header") + f"""
                int main(void) {{
                  for (unsigned i = 0; i < sizeof {array} / sizeof {array}[0]; i++) {{
                    for (int j = 0; j < 16; j++) printf("%02x", {array}[i].key[j]);
                    printf(" ");
                    for (int j = 0; j < {array}[i].descriptor_length; j++) printf("%02x", {array}[i].descriptor[j]);
                    printf("\\n");
                  }}
                  return 0;
                }}""")
            subprocess.run(
                ["gcc", *"-std=c99 -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror".split(),
                 f"-I{pathlib.Path(__file__).parents[1]}", source, "-o", self.path / "kinds"], check=True)
            printed = subprocess.run([self.path / "kinds"], capture_output=True, text=True, check=True).stdout
            self.assertEqual(printed.splitlines(), lines)
            for line in lines:
                key, descriptor = line.split()
                self.assertEqual(key, form_key(bytes.fromhex(descriptor)).hex())

    def descriptor(self, *arguments):
        return subprocess.run(
            [PROGRAMS / "forme-device", "descriptor", *arguments], check=True, capture_output=True, text=True).stdout

    def test_not_found(self):
        facts = self.fetch("nobody", code=3)
        self.assertEqual((facts["result"], facts["error"]), ("REFUSED", "80"))

    def test_what_it_said_changed_by_chance(self):
        self.register("said", picture(4))
        link = CuttingLink(self.port, [5000, 30_000])
        self.fetch("said", link.port)
        link.close()
        paths = []
        for index, data in enumerate(link.recorded):
            paths.append(self.path / f"said-{index}")
            paths[-1].write_bytes(data)
        self.assertEqual(len(paths), 2)
        done = subprocess.run(
            [BUILD / "asan/mutations", "4000", "5", *paths], capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class KeyedServerTests(ServerTestCase):
    def test_with_a_key(self):
        self.register("keyed", picture(7))
        expected = self.judged("keyed")
        line = subprocess.run(
            [PROGRAMS / "forme-server", "key", "add", "panel-7", "--may", "retrieve", "--data", self.path / "data"],
            check=True, capture_output=True, text=True).stdout
        key = self.path / "key"
        key.write_text(line)
        chance = random.Random(8)
        link = CuttingLink(self.port, [chance.randrange(1, 14_000) for _ in range(20)])
        facts = self.fetch("keyed", link.port, "--key", key)
        link.close()
        self.assertEqual((facts["result"], link.connections, facts["received"]), ("DONE", 21, "192000"))
        self.assertEqual((self.path / "form.bin").read_bytes(), expected)
        key.write_text(line.strip()[:-1] + ("0" if line.strip()[-1] != "0" else "1"))
        facts = self.fetch("keyed", None, "--key", key, "--retry", "0", code=9)
        self.assertEqual((facts["result"], facts["error"]), ("CLOSED", "c6"))
        # The server may take a moment to see that strangers are none of its business any more.
        for _ in range(100):
            facts = self.fetch("keyed", None, "--retry", "0", code=None)
            if facts["result"] != "DONE":
                break
        self.assertEqual((facts["result"], facts["error"]), ("BROKEN", "c6"))


class KeyFileTests(unittest.TestCase):
    """forme-fetch --key, through cuts, against a server that proves the same key."""

    def test_key_and_cuts(self):
        secret = bytes(range(32))
        data = random.Random(9).randbytes(192_000)
        chance = random.Random(10)

        def cut(peer):
            peer.handshake(secret=secret, flags=3)
            get = peer.get()
            offset = get.offset if get.partial == digest(data) else 0
            peer.send(FORM, form(0, digest(data), digest(data), len(data), offset, len(data) - offset, 800, 480),
                      peer.request)
            peer.bring(data[offset:], until=chance.randrange(1, 12_000))
            peer.connection.shutdown(socket.SHUT_WR)

        def whole(peer):
            peer.handshake(secret=secret, flags=3)
            peer.answer(data, peer.get(), width=800, height=480)
        script = Script(*[cut] * 20, whole)
        script.thread.start()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            (path / "descriptor.bin").write_bytes(DESCRIPTOR)
            (path / "key").write_text(f"panel-7 {secret.hex().upper()}\n")
            done = subprocess.run(
                [BUILD / "asan/forme-fetch", "127.0.0.1", str(script.port), "a", path / "descriptor.bin", "--output",
                 path / "form.bin", "--key", path / "key"], capture_output=True, text=True, timeout=120)
            script.thread.join(20)
            script.listener.close()
            self.assertEqual(script.failures, [])
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.assertIn("connections 21\nreceived 192000\n", done.stdout)
            self.assertEqual((path / "form.bin").read_bytes(), data)
            for wrong in ["panel-7", "panel-7 00", " " + secret.hex(), "x" * 17 + " " + secret.hex(),
                          f"panel-7 {secret.hex()}00"]:
                (path / "key").write_text(wrong)
                done = subprocess.run(
                    [BUILD / "asan/forme-fetch", "127.0.0.1", "1", "a", path / "descriptor.bin", "--key", path / "key"],
                    capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, 1)
        self.assertTrue(all(peer.key_id == b"panel-7" for peer in script.peers))
