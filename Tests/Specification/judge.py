#!/usr/bin/env python3
"""Says what spec/wireshark/forme.lua makes of a capture, by tshark.

usage: judge.py CAPTURE

Prints how often each type of message was seen, one a line, and how many frames had a MAC. Exits 1, and says why, when a byte of a
frame has no name, when something is malformed or damaged, or when a type is not in the registry.
"""

import collections
import csv
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
DISSECTOR = ROOT / "spec" / "wireshark" / "forme.lua"

# Fields that stand for bytes which the dissector could not name.
NAMELESS = {"forme.skipped", "forme.refused", "forme.trailing", "forme.hello.tlv.value"}


def registered():
    """The names of the message types, by number."""
    with open(ROOT / "spec" / "registry" / "messages.csv", encoding="utf-8", newline="") as file:
        return {int(row["number"], 16): row["name"] for row in csv.DictReader(file)}


class Frame:
    """One frame as the dissector shows it."""

    def __init__(self, element):
        self.leaves = []  # (name, offset in the frame, bytes)
        self.experts = set()
        self.values = {}
        start = int(element.get("pos"))
        self.size = int(element.get("size"))
        self._visit(element, start)
        self.type = int(self.values["forme.type"][0], 16)

    def _visit(self, element, start):
        for child in element:
            name = child.get("name", "")
            if name == "_ws.expert":
                self.experts |= {
                    each.get("name") for each in child if each.get("name").startswith("forme.expert")
                }
                continue
            if child.get("hide") == "yes" or not name.startswith("forme."):
                continue
            self.values.setdefault(name, []).append(child.get("value", ""))
            size, offset = int(child.get("size")), int(child.get("pos")) - start
            # An item with parts stands for nothing but them, unless they are its own bits.
            parts = [part for part in child if part.get("name", "").startswith("forme.")]
            if not parts or {part.get("pos") for part in parts} == {child.get("pos")}:
                self.leaves.append((name, offset, size))
            self._visit(child, start)

    def unnamed(self):
        """Offsets of bytes without a name of their own."""
        named = set()
        for name, offset, size in self.leaves:
            if name not in NAMELESS:
                named |= set(range(offset, offset + size))
        return sorted(set(range(self.size)) - named)


def tshark(*arguments):
    """What tshark prints when it has the dissector."""
    done = subprocess.run(
        ["tshark", "-X", f"lua_script:{DISSECTOR}", *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    # A fault of the dissector itself is told there and nowhere else.
    faults = [line for line in done.stderr.splitlines() if "Lua" in line or "lua" in line]
    if faults or "Lua Error" in done.stdout:
        raise RuntimeError("\n".join(faults) or "a Lua error in the dissection")
    return done.stdout


def frames(capture):
    """Every frame of the capture, in order, and whether tshark calls anything malformed."""
    found, malformed = [], False
    tree = xml.etree.ElementTree.fromstring(tshark("-n", "-r", str(capture), "-T", "pdml"))
    for proto in tree.iter("proto"):
        if proto.get("name") == "forme":
            found.append(Frame(proto))
        malformed |= proto.get("name") == "_ws.malformed"
    return found, malformed


def main(arguments):
    if len(arguments) != 1:
        raise SystemExit(__doc__.split("\n\n")[1])
    names = registered()
    found, malformed = frames(arguments[0])
    faults = ["tshark calls something malformed"] if malformed else []
    counts = collections.Counter()
    for number, frame in enumerate(found, start=1):
        name = names.get(frame.type)
        grease = frame.type in (0x97, 0xB6, 0xD5, 0xF4)
        counts[name or "grease"] += 1
        counts["MAC"] += "forme.mac" in frame.values
        serious = frame.experts - {"forme.expert.error", "forme.expert.skipped"}
        if serious:
            faults.append(f"frame {number}, {name}: {', '.join(sorted(serious))}")
        if not name and not grease:
            faults.append(f"frame {number}: type {frame.type:02X} is not in the registry")
        if name and (unnamed := frame.unnamed()) and not (
            name == "HELLO" and "forme.hello.tlv.value" in frame.values
        ):
            faults.append(f"frame {number}, {name}: no name for the bytes {unnamed}")
    for name in sorted(counts):
        print(f"{name} {counts[name]}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
