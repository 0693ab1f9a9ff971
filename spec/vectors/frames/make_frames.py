#!/usr/bin/env python3
"""Writes the cases of this folder from spec/PROTOCOL.md, sections 1, 2 and 13.2, alone."""
import pathlib
import struct
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from framing import (  # noqa: E402
    CRC, HEADER, LAST, MAC, RESERVED, crc16, flipped, frame, header, hmac256, sha256, write)

PING, PONG, DATA, LISTING, GREASE = 0x40, 0x41, 0x12, 0x24, 0x97
DIGITS = b"123456789"

SECRET = bytes(range(32))
TRANSCRIPT = b"the frames that a proof covers"
T2 = sha256(TRANSCRIPT)
P = hmac256(T2, SECRET)
DIRECTIONS = {"device": hmac256(P, b"forme/1 d2s\x01"), "server": hmac256(P, b"forme/1 s2d\x01")}


class Frame:
    """What one frame says, and its bytes."""

    def __init__(self, kind, payload=b"", request=0, flags=0, key=None, counter=0):
        self.bytes = frame(kind, payload, request, flags, key, counter)
        self.value = {"type": kind, "flags": self.bytes[1], "request": request,
                      "payload": payload.hex()}


class FrameFile:
    def __init__(self):
        self.cases = []

    def add(self, title, requirements, taken, rest=b"", error=None, more=False, side="device",
            max_frame=248, key=None, also=()):
        """`taken` are whole frames; `rest` is refused for `error`, or is not complete.

        `error` is a code, a reason, and how many bytes of `rest` are needed to know it.
        """
        before = b"".join(one.bytes for one in taken)
        case = {"title": title, "requirements": requirements, "from": side, "maxFrame": max_frame}
        if key:
            case["key"] = {"secret": SECRET.hex(), "transcript": TRANSCRIPT.hex(),
                           "direction": DIRECTIONS[side].hex()}
        case["hex"] = (before + rest).hex()
        case["frames"] = [one.value for one in taken]
        if error:
            code, reason, count = error
            case["error"] = {"code": code, "reason": reason, "offset": len(before),
                             "after": len(before) + count}
            if also:
                case["error"]["also"] = list(also)
        if more:
            case["more"] = True
        self.cases.append(case)

    def refused(self, title, requirements, rest, code, reason, after=HEADER, **context):
        self.add(title, requirements, context.pop("taken", []), rest, (code, reason, after),
                 **context)

    def write(self, name, title):
        write(FOLDER / f"{name}.json", title, self.cases)


def headers():
    f = FrameFile()
    f.add("the shortest frame", ["FORME-2.1-2", "FORME-2.1-3", "FORME-2.1-4"],
          [Frame(PING, request=1)])
    assert f.cases[-1]["hex"] == "4000000000017421"
    f.add("numbers of two bytes, most significant first", ["FORME-2.1-1", "FORME-2.1-2"],
          [Frame(DATA, bytes(range(200)) + bytes(58), 0x0102)], max_frame=258)
    f.add("every field at its highest", ["FORME-2.1-2", "FORME-2.2-8"],
          [Frame(0xFF, b"\xff", 65535, 0xF1)])
    f.add("all zeros, but for the check", ["FORME-2.1-2"], [Frame(0)])
    for bit in (0x10, 0x20, 0x40, 0x80, 0xF0):
        f.add(f"flag {bit:02X}", ["FORME-2.2-8", "FORME-2.2-7", "FORME-9-3"],
              [Frame(PING, request=1, flags=bit)])
    f.add("the last DATA", ["FORME-2.2-1"], [Frame(DATA, DIGITS, 7, LAST)])
    for count in range(HEADER):
        f.add(f"{count} bytes of a header", ["FORME-1-2"], [], Frame(PING).bytes[:count],
              more=count > 0)
    f.add("a header without its payload", ["FORME-1-2"], [], Frame(DATA, DIGITS).bytes[:8],
          more=True)
    f.add("a frame but for its last byte", ["FORME-1-2"], [], Frame(DATA, DIGITS, 1).bytes[:-1],
          more=True)

    good = frame(LISTING, b"", 0x0304, LAST)
    for index in range(HEADER):
        for bit in (range(8) if index in (2, 3) else (0, 3, 7)):
            f.refused(f"bit {bit} of the header's byte {index} flipped",
                      ["FORME-2.3-1", "FORME-2.1-4"], flipped(good, index, bit),
                      "CHECK_MISMATCH", "check", side="server")
    f.refused("a check with its bytes exchanged", ["FORME-2.1-1", "FORME-2.3-1"],
              good[:6] + good[7:] + good[6:7], "CHECK_MISMATCH", "check", side="server")
    other = struct.pack(">H", crc16(good[:6]) ^ 0xFFFF)
    f.refused("a check with a final xor", ["FORME-2.1-4"], good[:6] + other, "CHECK_MISMATCH",
              "check", side="server")
    f.refused("a check of zero", ["FORME-2.3-1"], good[:6] + bytes(2), "CHECK_MISMATCH", "check",
              side="server")
    f.refused("a byte of the header lost", ["FORME-2.3-1"], frame(LISTING, b"", 0x0304)[1:] + b"\0",
              "CHECK_MISMATCH", "check", side="server")
    f.write("headers", "Headers and their checks, sections 2.1 to 2.3")


def flags_and_lengths():
    f = FrameFile()
    for flags in (RESERVED, RESERVED | LAST, RESERVED | 0xF0, RESERVED | CRC):
        f.refused(f"flags {flags:02X}", ["FORME-2.2-6", "FORME-2.3-2", "FORME-2.3-6"],
                  header(PING, flags, 4, 1), "MALFORMED", "flags")
    for flags in (CRC | MAC, CRC | MAC | LAST, CRC | MAC | 0xF0):
        f.refused(f"flags {flags:02X}", ["FORME-2.2-5", "FORME-2.3-2", "FORME-2.3-6"],
                  header(PING, flags, 12, 1), "MALFORMED", "flags")
    for flags in (MAC, MAC | LAST, MAC | 0xF0):
        f.refused(f"flags {flags:02X} without a key", ["FORME-2.3-3", "FORME-2.3-6"],
                  header(PING, flags, 8, 1), "NOT_PROVEN", "mac")
    for length in (0, 1, 3):
        f.refused(f"length {length} with flag 02", ["FORME-2.3-5", "FORME-2.3-6"],
                  header(PING, CRC, length, 1), "MALFORMED", "trailer")
    f.add("length 4 with flag 02: no payload", ["FORME-2.1-3", "FORME-2.2-3"],
          [Frame(PING, request=1, flags=CRC)])
    f.add("length 5 with flag 02: one byte of payload", ["FORME-2.1-3", "FORME-2.2-3"],
          [Frame(GREASE, b"\0", flags=CRC)])

    limits = (
        ("device", 248, "before HELLO", ["FORME-2.4-1"], ["FORME-2.4-2"]),
        ("device", 8192, "after HELLO", ["FORME-2.4-3"], []),
        ("server", 248, "for the smallest device", ["FORME-2.4-4"], []),
        ("server", 1000, "for a device that takes 1,000", ["FORME-2.4-4"], []))
    for side, limit, when, at, past in limits:
        f.add(f"length {limit} from the {side} {when}", at,
              [Frame(GREASE, bytes(limit))], side=side, max_frame=limit)
        f.add(f"length {limit} with the CRC-32 counted, from the {side} {when}",
              at + ["FORME-2.1-3"], [Frame(GREASE, bytes(limit - 4), flags=CRC)], side=side,
              max_frame=limit)
        for length in (limit + 1, 65535):
            f.refused(f"length {length} from the {side} {when}",
                      past + ["FORME-2.3-4", "FORME-2.3-6"], header(GREASE, 0, length, 0),
                      "FRAME_TOO_LONG", "limit", side=side, max_frame=limit)
        f.refused(f"length {limit + 1} with the CRC-32 counted, from the {side} {when}",
                  past + ["FORME-2.3-4", "FORME-2.1-3"], header(GREASE, CRC, limit + 1, 0),
                  "FRAME_TOO_LONG", "limit", side=side, max_frame=limit)
    f.add("the longest length, where it is taken", ["FORME-2.4-4"], [], header(DATA, 0, 65535, 1),
          more=True, side="server", max_frame=65535)

    bad = ["FORME-2.3-1"]
    for flags, what in ((RESERVED, "flag 08"), (CRC | MAC, "flags 06"), (MAC, "flag 04")):
        f.refused(f"a wrong check before {what}", bad, flipped(header(PING, flags, 8, 1), 7),
                  "CHECK_MISMATCH", "check")
    f.refused("a wrong check before a length that is too long", bad,
              flipped(header(PING, 0, 249, 1), 7), "CHECK_MISMATCH", "check")
    f.refused("flag 08 before flag 04", ["FORME-2.3-2"], header(PING, RESERVED | MAC, 8, 1),
              "MALFORMED", "flags")
    f.refused("flag 08 before a length that is too long", ["FORME-2.3-2"],
              header(PING, RESERVED, 249, 1), "MALFORMED", "flags")
    f.refused("flag 04 before a length that is too long", ["FORME-2.3-3"],
              header(PING, MAC, 249, 1), "NOT_PROVEN", "mac")
    f.refused("flag 04 before a length below its trailer", ["FORME-2.3-3"],
              header(PING, MAC, 7, 1), "NOT_PROVEN", "mac")
    f.write("flags-and-lengths", "Flags and lengths, sections 2.2 to 2.4")


def crc32s():
    f = FrameFile()
    data = Frame(DATA, DIGITS, 7, LAST | CRC)
    f.add("a CRC-32 over header and payload", ["FORME-2.2-3"], [data])
    assert data.bytes.hex() == "1203000d000743b03132333435363738390c890c7e"
    f.add("a CRC-32 over a header alone", ["FORME-2.2-3"], [Frame(PING, request=1, flags=CRC)])
    whole = data.bytes
    for index in range(HEADER, len(whole)):
        for bit in (0, 7):
            what = "payload" if index < len(whole) - 4 else "trailer"
            f.refused(f"bit {bit} of byte {index} flipped, in the {what}", ["FORME-2.3-7"],
                      flipped(whole, index, bit), "CHECK_MISMATCH", "crc32", len(whole))
    f.refused("a CRC-32 of the payload alone", ["FORME-2.2-3", "FORME-2.3-7"],
              whole[:-4] + bytes.fromhex("cbf43926"), "CHECK_MISMATCH", "crc32", len(whole))
    f.refused("a CRC-32 with its bytes reversed", ["FORME-2.1-1", "FORME-2.3-7"],
              whole[:-4] + whole[:-5:-1], "CHECK_MISMATCH", "crc32", len(whole))
    f.refused("two bytes of the payload exchanged", ["FORME-2.3-7"],
              whole[:8] + whole[9:10] + whole[8:9] + whole[10:], "CHECK_MISMATCH", "crc32",
              len(whole))
    f.add("the trailer not complete", ["FORME-2.3-7"], [], whole[:-1], more=True)
    plain, checked = Frame(PING, request=1), Frame(PING, request=2, flags=CRC)
    f.add("frames with and without it in any order", ["FORME-2.5-1"],
          [checked, plain, plain, checked, checked, plain])
    f.write("crc32", "The CRC-32, sections 2.2 to 2.5")


def streams():
    f = FrameFile()
    ping, data = Frame(PING, request=1), Frame(DATA, DIGITS, 2, LAST | CRC)
    grease, pong = Frame(GREASE, b"\1\2\3", 0x1234, 0x20), Frame(PONG, request=1)
    f.add("nothing", ["FORME-1-1"], [])
    f.add("one frame after another", ["FORME-1-1", "FORME-1-2"], [ping, data, grease, pong, ping])
    f.add("the same frame four times", ["FORME-1-1"], [ping] * 4)
    f.add("a frame and a part of the next", ["FORME-1-2"], [data, ping], data.bytes[:11], more=True)
    f.add("frames at the limit, one after another", ["FORME-1-1", "FORME-2.4-1"],
          [Frame(GREASE, bytes([index]) * 248) for index in range(3)])
    f.refused("nothing after a frame that fails its check", ["FORME-2.3-8"],
              flipped(ping.bytes, 7) + data.bytes + ping.bytes, "CHECK_MISMATCH", "check",
              taken=[ping])
    f.refused("nothing after a frame that fails its CRC-32", ["FORME-2.3-8"],
              flipped(data.bytes, 10) + ping.bytes, "CHECK_MISMATCH", "crc32", len(data.bytes),
              taken=[grease, ping])
    f.refused("a byte between frames", ["FORME-1-1", "FORME-2.3-1"], b"\0" + ping.bytes,
              "CHECK_MISMATCH", "check", taken=[ping])
    f.refused("a frame without its last byte, then another", ["FORME-2.3-1"],
              data.bytes[:-1] + ping.bytes, "CHECK_MISMATCH", "crc32", len(data.bytes),
              taken=[ping])
    others = {
        "PROXY protocol version 2": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c",
        "TLS": bytes.fromhex("16030102000100 01fc0303"), "HTTP's GET": b"GET / HTTP/1.1\r\n",
        "HTTP's POST": b"POST / HTTP/1.1\r\n"}
    for what, data in others.items():
        f.refused(f"{what}", ["FORME-2.3-9", "FORME-2.3-1"], data, "MALFORMED", "foreign",
                  min(len(data), HEADER), also=["CHECK_MISMATCH"])
    for kind in (0x0D, 0x16, 0x47, 0x50):
        f.refused(f"first a frame of the type {kind:02X}, which is right otherwise",
                  ["FORME-2.3-9", "FORME-3.2-2"], frame(kind), "MALFORMED", "foreign",
                  also=["UNKNOWN_TYPE"])
        f.add(f"a frame of the type {kind:02X} after another one is no other protocol",
              ["FORME-2.3-9"], [ping, Frame(kind)])
    f.write("streams", "Frames one after another, sections 1 and 2.3")


def macs():
    f = FrameFile()
    for side in ("device", "server"):
        key, other = DIRECTIONS[side], DIRECTIONS["server" if side == "device" else "device"]

        def keyed(index, kind=PING, payload=b"", request=1, flags=0, key=key):
            return Frame(kind, payload, request, flags, key, index)

        def add(title, requirements, taken, **context):
            f.add(f"{title}, from the {side}", requirements, taken, side=side, key=True, **context)

        def refused(title, requirements, rest, code, reason, after=None, **context):
            f.refused(f"{title}, from the {side}", requirements, rest, code, reason,
                      len(rest) if after is None else after, side=side, key=True, **context)

        add("the first frame", ["FORME-2.2-4", "FORME-13.2-1", "FORME-13.2-2", "FORME-13.2-3"],
            [keyed(0)])
        add("three frames", ["FORME-13.2-3"],
            [keyed(0), keyed(1, DATA, DIGITS, 2, LAST), keyed(2, request=0)])
        add("frames that are skipped count", ["FORME-13.2-3", "FORME-3.2-4"],
            [keyed(0, GREASE, b"\1\2"), keyed(1), keyed(2, 0xF4), keyed(3)])
        add("ignored flags are covered", ["FORME-13.2-2"], [keyed(0, flags=0xF0)])
        add("length 248 with the MAC counted", ["FORME-13.2-2", "FORME-2.1-3"],
            [keyed(0, DATA, bytes(240))])
        refused("length 249 with the MAC counted", ["FORME-2.3-4"], header(DATA, MAC, 249, 1),
                "FRAME_TOO_LONG", "limit")
        for length in (0, 7):
            refused(f"length {length} with flag 04", ["FORME-2.3-5"],
                    header(PING, MAC, length, 1), "MALFORMED", "trailer")
        good = keyed(0, DATA, DIGITS, 2).bytes
        for index in (HEADER, HEADER + 8, len(good) - 8, len(good) - 1):
            refused(f"a bit of byte {index} flipped", ["FORME-13.2-5"], flipped(good, index),
                    "BAD_MAC", "mac")
        forged = header(DATA, MAC | LAST, len(DIGITS) + 8, 2) + good[8:]
        refused("flag last set on the way, with its check", ["FORME-13.2-5"], forged, "BAD_MAC",
                "mac")
        renumbered = header(DATA, MAC, len(DIGITS) + 8, 3) + good[8:]
        refused("another request on the way, with its check", ["FORME-13.2-5"], renumbered,
                "BAD_MAC", "mac")
        refused("a bit of the header flipped", ["FORME-2.3-1"], flipped(good, 1), "CHECK_MISMATCH",
                "check", HEADER)
        refused("a frame again", ["FORME-13.2-5"], keyed(0).bytes, "BAD_MAC", "mac",
                taken=[keyed(0)])
        refused("a frame left out", ["FORME-13.2-5"], keyed(2).bytes, "BAD_MAC", "mac",
                taken=[keyed(0)])
        refused("two frames exchanged", ["FORME-13.2-5"], keyed(2).bytes + keyed(1).bytes,
                "BAD_MAC", "mac", len(keyed(2).bytes), taken=[keyed(0)])
        refused("a counter that begins with 1", ["FORME-13.2-3"], keyed(1).bytes, "BAD_MAC", "mac")
        refused("a skipped frame that does not count", ["FORME-3.2-4", "FORME-13.2-3"],
                keyed(0).bytes, "BAD_MAC", "mac", taken=[keyed(0, GREASE)])
        refused("the other direction's key", ["FORME-13.2-1", "FORME-13.2-5"],
                keyed(0, key=other).bytes, "BAD_MAC", "mac")
        refused("a MAC whose last 8 bytes were sent", ["FORME-13.2-2"],
                header(PING, MAC, 8, 1)
                + hmac256(key, bytes(8) + header(PING, MAC, 8, 1))[-8:], "BAD_MAC", "mac")
        refused("a MAC over a payload without header", ["FORME-13.2-2"],
                header(DATA, MAC, 17, 1) + DIGITS + hmac256(key, bytes(8) + DIGITS)[:8],
                "BAD_MAC", "mac")
        refused("no trailer", ["FORME-13.2-4"], frame(PING, b"", 1), "BAD_MAC", "mac", HEADER)
        refused("a CRC-32", ["FORME-13.2-4"], frame(PING, b"", 1, CRC), "BAD_MAC", "mac", HEADER)
        refused("no trailer after a frame with one", ["FORME-13.2-4"], frame(PING, b"", 1),
                "BAD_MAC", "mac", HEADER, taken=[keyed(0)])
        refused("no trailer, and too long", ["FORME-13.2-4"], header(DATA, 0, 249, 1), "BAD_MAC",
                "mac", HEADER)
        refused("a skipped frame without a MAC", ["FORME-13.2-4"], frame(GREASE), "BAD_MAC",
                "mac", HEADER)
        refused("flag 08", ["FORME-2.3-2"], header(PING, MAC | RESERVED, 8, 1), "MALFORMED",
                "flags")
        refused("flags 06", ["FORME-2.3-2"], header(PING, MAC | CRC, 12, 1), "MALFORMED", "flags")
        add("a frame but for its last byte", ["FORME-13.2-6"], [keyed(0)],
            rest=keyed(1, DATA, DIGITS).bytes[:-1], more=True)
    f.write("macs", "MACs once a key is in use, sections 2.3 and 13.2")


headers()
flags_and_lengths()
crc32s()
streams()
macs()
