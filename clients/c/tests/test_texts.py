import itertools
import subprocess
import unittest

from wire import BUILD

# The bytes at which a rule of RFC 3629 begins or ends.
EDGES = bytes.fromhex("00 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 e1 ec ed ee ef f0 f1 f3 f4 f5 ff")


def is_utf8(text):
    try:
        text.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


class TextTests(unittest.TestCase):
    def test_against_python(self):
        texts = [bytes(edges) for count in range(4) for edges in itertools.product(EDGES, repeat=count)]
        texts += [bytes(pair) for pair in itertools.product(range(256), repeat=2)]
        # Of four bytes the last two have one rule alike.
        texts += [bytes(edges) + last for edges in itertools.product(EDGES, repeat=3) for last in (b"\x7f", b"\x80", b"\xbf")]
        texts += [chr(code).encode("utf-8", "surrogatepass") for code in range(0, 0x110000, 7)]
        done = subprocess.run(
            [BUILD / "asan/inside", "utf8"], input=b"".join(bytes([len(text)]) + text for text in texts),
            capture_output=True, timeout=120, check=True)
        self.assertEqual(len(done.stdout), len(texts))
        for text, verdict in zip(texts, done.stdout, strict=True):
            self.assertEqual(verdict == ord("1"), is_utf8(text), text.hex())
