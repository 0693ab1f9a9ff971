import subprocess
import unittest

from wire import BUILD


class MutationTests(unittest.TestCase):
    def test_changed_by_chance(self):
        done = subprocess.run([BUILD / "asan/mutations", "60000", "1"], capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
