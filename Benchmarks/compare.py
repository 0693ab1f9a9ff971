"""Forms beside what other programs make of the same pictures.

usage: compare.py PROGRAMS [TABLE…]

PROGRAMS is the folder of forme-server and forme-device. Prints every table as it is made; when all
are, they are also written to RESULTS.md beside this file.
"""

import argparse
import importlib
import pathlib
import pkgutil
import platform
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Tests" / "Oracles")]

import tables  # noqa: E402
from forme import Forme  # noqa: E402


def main():
    names = sorted(module.name for module in pkgutil.iter_modules(tables.__path__))
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(names)}")
    options = parser.parse_args()
    unknown = set(options.tables) - set(names)
    if unknown:
        parser.error(f"no table {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    lines = ["# Results", "", f"`make compare` wrote this on {platform.machine()}.", ""]
    with tempfile.TemporaryDirectory() as folder, Forme(options.programs, folder) as forme:
        for name in options.tables or names:
            table = importlib.import_module(f"tables.{name}")
            print(f"== {table.TITLE}", flush=True)
            lines += [f"## {table.TITLE}", ""]
            for line in table.rows(forme):
                print(line, flush=True)
                lines.append(line)
            lines.append("")
    if not options.tables:
        (HERE / "RESULTS.md").write_text("\n".join(lines), encoding="utf-8")


main()
