"""Writes cases of spec/vectors as a C header, for tests/inside.c.

usage: vectors.py FOLDER OUTPUT.h
"""
import json
import pathlib
import sys


class Header:
    """C text with numbered arrays; equal bytes stand there once."""

    def __init__(self):
        self.lines = []
        self.names = {}

    def bytes(self, data):
        """The name of an array that holds these bytes."""
        if data not in self.names:
            self.names[data] = f"bytes_{len(self.names)}"
            values = ", ".join(str(byte) for byte in data) or "0"
            self.lines.append(f"static const uint8_t {self.names[data]}[] = {{{values}}};")
        return self.names[data]

    def hex(self, text):
        return self.bytes(bytes.fromhex(text))

    def write(self, path):
        text = "/* Written by tests/vectors.py. */\n#include <stdint.h>\n" + "\n".join(self.lines) + "\n"
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).write_text(text, encoding="utf-8")


def transcripts(folder, header):
    """Every transcript of vectors/keys, frame by frame."""
    entries = []
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        name = path.stem
        frames = []
        for frame in case["frames"]:
            sizes = ", ".join(str(len(frame[part]) // 2) for part in ("payload", "trailer"))
            parts = ", ".join(header.hex(frame[part]) for part in ("header", "payload", "trailer"))
            frames.append(f"    {{{int(frame['from'] == 'device')}, {sizes}, {parts}}},")
        header.lines += [f"static const struct frame {name}_frames[] = {{", *frames, "};"]
        computed = case["computed"]
        entries.append("    {" + ", ".join([
            json.dumps(case["title"]), json.dumps(case["keyID"]), header.hex(case["secret"]),
            header.hex(case["deviceNonce"]), header.hex(computed["t1"]), header.hex(computed["deviceProof"]),
            header.hex(computed["t2"]), header.hex(computed["serverProof"]), header.hex(computed["deviceToServerKey"]),
            header.hex(computed["serverToDeviceKey"]), header.hex(computed["referralSecret"]),
            str(int("ticket" in case)), str(len(frames)), f"{name}_frames"]) + "},")
    if not entries:
        sys.exit(f"no transcripts in {folder}")
    header.lines += ["static const struct transcript transcripts[] = {", *entries, "};"]


def messages(folder, header):
    """Every frame of vectors/messages that a server sends, and the error that it is answered with."""
    entries = []
    for path in sorted(folder.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            if case["from"] != "server":
                continue
            code = "FORME_ERROR_" + case["error"]["code"] if "error" in case else "0"
            data = bytes.fromhex(case["hex"])
            title = json.dumps(f"{path.stem}: {case['title']}")
            state = json.dumps(case.get("state", ""))
            entries.append(f"    {{{title}, {state}, {code}, {case['maxFrame']}, {len(data)}, {header.bytes(data)}}},")
    if not entries:
        sys.exit(f"no messages of servers in {folder}")
    header.lines += ["static const struct message messages[] = {", *entries, "};"]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, header = pathlib.Path(sys.argv[1]), Header()
    transcripts(folder / "keys", header)
    messages(folder / "messages", header)
    header.write(sys.argv[2])


if __name__ == "__main__":
    main()
