"""Frames of the protocol by the names of its messages, written from spec/PROTOCOL.md alone."""

import pathlib
import sys
import zlib

import judge

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "spec" / "vectors"
sys.path.insert(0, str(VECTORS))

from framing import CRC as CRC32, LAST, MAC, header  # noqa: E402

NUMBERS = {name: number for number, name in judge.registered().items()}


def frame(kind, payload=b"", request=0, flags=CRC32):
    """A frame of a named or numbered type; a MAC is made up."""
    kind = NUMBERS.get(kind, kind)
    trailer = 4 if flags & CRC32 else 8 if flags & MAC else 0
    start = header(kind, flags, len(payload) + trailer, request) + payload
    if flags & CRC32:
        return start + zlib.crc32(start).to_bytes(4, "big")
    return start + bytes(range(trailer))


def text(value):
    value = value.encode()
    return bytes([len(value)]) + value


def tlv(kind, value):
    return bytes([kind, len(value)]) + value
