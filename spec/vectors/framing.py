"""What the programs that write these vectors share: frames, digests, notes on fields, and JSON.

Written from spec/PROTOCOL.md with hashlib, hmac, json, struct and zlib alone; it shares nothing with
the server, so that either can be held against the other.
"""
import hashlib
import hmac
import json
import struct
import zlib

LAST, CRC, MAC, RESERVED = 0x01, 0x02, 0x04, 0x08
HEADER = 8


def crc16(data):
    """CRC-16/IBM-3740, bit by bit."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc


def header(kind, flags, length, request):
    """The 8 bytes; `length` counts the trailer."""
    first = struct.pack(">BBHH", kind, flags, length, request)
    return first + struct.pack(">H", crc16(first))


def sha256(data):
    return hashlib.sha256(data).digest()


def digest(data):
    """The 16 bytes that stand for a picture, a form, or a descriptor."""
    return sha256(data)[:16]


def form_key(descriptor):
    return digest(b"forme/1 form\0" + descriptor)


def hmac256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def frame(kind, payload=b"", request=0, flags=0, key=None, counter=0):
    """A whole frame: with a CRC-32 when `flags` has it, with a MAC when there is a `key`."""
    if key is not None:
        head = header(kind, flags | MAC, len(payload) + 8, request)
        return head + payload + hmac256(key, struct.pack(">Q", counter) + head + payload)[:8]
    if flags & CRC:
        head = header(kind, flags, len(payload) + 4, request)
        return head + payload + struct.pack(">I", zlib.crc32(head + payload))
    return header(kind, flags, len(payload), request) + payload


def flipped(data, index, bit=0):
    """`data` with one bit changed."""
    return data[:index] + bytes([data[index] ^ 1 << bit]) + data[index + 1:]


class Fields:
    """Bytes in the order in which they are written, with a note on each field."""

    def __init__(self, start):
        self.start = start
        self.data = b""
        self.notes = []

    def add(self, name, data, value):
        self.notes.append(
            {"at": self.start + len(self.data), "length": len(data), "name": name, "value": value})
        self.data += data

    def u8(self, name, value):
        self.add(name, struct.pack(">B", value), value)

    def i8(self, name, value):
        self.add(name, struct.pack(">b", value), value)

    def u16(self, name, value):
        self.add(name, struct.pack(">H", value), value)

    def u32(self, name, value):
        self.add(name, struct.pack(">I", value), value)

    def u64(self, name, value):
        self.add(name, struct.pack(">Q", value), str(value))

    def raw(self, name, value):
        self.add(name, value, value.hex())

    def text(self, name, value):
        """Length and bytes; `value` is text, or bytes that are none. `length` is one of the notes."""
        data = value if isinstance(value, bytes) else value.encode()
        self.u8(f"{name} length", len(data))
        self.add(name, data, data.hex() if isinstance(value, bytes) else value)

    def note(self, name):
        return next(note for note in self.notes if note["name"] == name)

    def at(self, name):
        """Where the field of this name begins."""
        return self.note(name)["at"]

    @property
    def end(self):
        return self.start + len(self.data)


def laid_out(value, indent=0):
    """JSON on one line where 100 columns allow it."""
    line = json.dumps(value)
    if len(line) + indent <= 98 or not isinstance(value, (dict, list)):
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {laid_out(item, indent + 2)}"
                 for key, item in value.items()]
        brackets = "{}"
    else:
        parts = [inner + laid_out(item, indent + 2) for item in value]
        brackets = "[]"
    return brackets[0] + "\n" + ",\n".join(parts) + "\n" + " " * indent + brackets[1]


def write(path, title, cases):
    """One file of cases, whose titles all differ."""
    titles = [case["title"] for case in cases]
    repeated = {title for title in titles if titles.count(title) > 1}
    assert not repeated, f"{path}: {repeated}"
    with open(path, "w", encoding="ascii") as file:
        file.write(laid_out({"title": title, "cases": cases}) + "\n")
