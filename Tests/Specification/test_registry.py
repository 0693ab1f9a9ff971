"""That `Scripts/registry --check` finds what it is there to find."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import judge

# A file, what is changed in it, and what the check must name.
CHANGES = [
    ("spec/registry/messages.csv", "05,PROVE,", "07,PROVE,", "spec/PROTOCOL.md"),
    ("spec/registry/errors.csv", "C7,BAD_MAC", "C7,WRONG_MAC", "clients/c/forme_registry.h"),
    ("spec/registry/limits.csv", "MIN_MAX_FRAME,248", "MIN_MAX_FRAME,249", "clients/c/forme_registry.h"),
    ("spec/registry/containers.csv", "28,jpeg", "29,jpeg", "spec/DESCRIPTOR.md: 28 is jpeg"),
    ("spec/registry/codecs.csv", "2,zlib", "3,zlib", "spec/forme.ksy"),
    ("spec/registry/goaway-reasons.csv", "1,IDLE", "9,IDLE", "spec/wireshark/forme.lua"),
    ("spec/PROTOCOL.md", "| 01 | HELLO | device |", "| 01 | HALLO | device |", "spec/PROTOCOL.md"),
    ("spec/PROTOCOL.md", "**FORME-4.2-3**", "**FORME-4.2-2**", "FORME-4.2-2 in section 4.2, after 2"),
    ("spec/PROTOCOL.md", "**FORME-7-5**", "**FORME-8-5**", "FORME-8-5 in section 7"),
    ("spec/DESCRIPTOR.md", "| 07 | halftone |", "| 07 | screen |", "spec/DESCRIPTOR.md: 07 is screen"),
    ("clients/c/forme_registry.h", "0x7Fu", "0x7Eu", "clients/c/forme_registry.h"),
    ("spec/forme.ksy", "0x7f: error", "0x7e: error", "spec/forme.ksy"),
    ("spec/wireshark/forme.lua", '[0x7F] = "ERROR"', '[0x7E] = "ERROR"', "spec/wireshark/forme.lua"),
]


class RegistryTests(unittest.TestCase):
    def check(self, project):
        return subprocess.run(
            [sys.executable, project / "Scripts" / "registry", "--check"],
            capture_output=True,
            text=True,
        )

    def test_every_change_of_a_copy_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            project = pathlib.Path(folder)
            for part in ("spec", "clients/c"):
                shutil.copytree(judge.ROOT / part, project / part)
            (project / "Scripts").mkdir()
            shutil.copy(judge.ROOT / "Scripts" / "registry", project / "Scripts")
            self.assertEqual(self.check(project).stderr, "")
            for name, old, new, fault in CHANGES:
                with self.subTest(file=name, new=new):
                    path = project / name
                    text = path.read_text(encoding="utf-8")
                    self.assertIn(old, text)
                    path.write_text(text.replace(old, new, 1), encoding="utf-8")
                    found = self.check(project)
                    self.assertEqual(found.returncode, 1)
                    self.assertIn(fault, found.stderr)
                    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    unittest.main()
