"""Frames of the protocol, written from spec/PROTOCOL.md alone."""

import binascii
import struct

import judge

NUMBERS = {name: number for number, name in judge.registered().items()}
LAST, CRC32, MAC = 0x01, 0x02, 0x04


def crc16(data):
    """CRC-16/IBM-3740, bit by bit."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc


def header(kind, flags, length, request):
    start = struct.pack(">BBHH", kind, flags, length, request)
    return start + struct.pack(">H", crc16(start))


def frame(kind, payload=b"", request=0, flags=CRC32):
    """A frame of a named or numbered type; a MAC is made up."""
    kind = NUMBERS.get(kind, kind)
    trailer = 4 if flags & CRC32 else 8 if flags & MAC else 0
    start = header(kind, flags, len(payload) + trailer, request) + payload
    if flags & CRC32:
        return start + struct.pack(">I", binascii.crc32(start))
    return start + bytes(range(trailer))


def text(value):
    value = value.encode()
    return bytes([len(value)]) + value


def tlv(kind, value):
    return bytes([kind, len(value)]) + value
