import json
import re
import subprocess
import unittest

from wire import BUILD, VECTORS


class VectorTests(unittest.TestCase):
    def test_transcripts_of_keys(self):
        done = subprocess.run([BUILD / "asan/inside", "keys"], capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        frames, bits = map(int, re.findall(r"\d+", done.stdout))
        cases = [json.loads(path.read_text()) for path in (VECTORS / "keys").glob("*.json")]
        self.assertEqual(frames, sum(len(case["frames"]) for case in cases))
        self.assertGreater(bits, 1000)

    def test_messages_of_servers(self):
        done = subprocess.run([BUILD / "asan/inside", "messages"], capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        cases = [case for path in (VECTORS / "messages").glob("*.json") for case in json.loads(path.read_text())["cases"]]
        self.assertEqual(done.stdout, f"{sum(case['from'] == 'server' for case in cases)} messages\n")
