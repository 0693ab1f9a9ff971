import hashlib
import hmac
import random
import subprocess
import unittest

from wire import BUILD


class HashTests(unittest.TestCase):
    def test_against_hashlib(self):
        chance = random.Random(3)
        lines, expected = [], []
        for length in [*range(0, 200), 1000, 2000]:
            message = chance.randbytes(length)
            for step in (1, 63, 64, 65, 4000):
                lines.append(f"sha256 {step} {message.hex() or '-'}")
                expected.append(hashlib.sha256(message).hexdigest())
            key, salt = chance.randbytes(32), chance.randbytes(32)
            lines.append(f"hmac {key.hex()} {message.hex() or '-'}")
            expected.append(hmac.new(key, message, "sha256").hexdigest())
            lines.append(f"hkdf {key.hex()} {salt.hex()}")
            extracted = hmac.digest(salt, key, "sha256")
            expected.append(hmac.new(extracted, b"forme/1 d2s\x01", "sha256").hexdigest())
        done = subprocess.run([BUILD / "asan/hashes"], input="\n".join(lines), capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.split(), expected)
