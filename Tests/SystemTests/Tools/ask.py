"""Asks a server for one thing after the other, each in a connection of its own, and says what came.

usage: ask.py ADDRESS [--id TEXT] [--key FILE] [--report] [--hold] [--raw] [--descriptor HEX]
              [--ticket HEX] [--refer] STEP...

STEP is put:NAME (a picture, read from standard input), get:NAME, id:HEX, list:PREFIX, remove:NAME,
watch:NAME or wait, which only reads. One line a step: "STEP ok", a listing's names behind it, or
"STEP refused CODE", or "STEP closed". "!" behind STEP: WELCOME asked for a proof.
--key gives "ID HEX" as the file holds it. --report sends every field of HELLO. --hold does all steps
in one connection. --ticket says it in HELLO. With --refer it takes REFER, and says "STEP referred
ADDRESS TICKET SECRET": what to say and to prove there, "-" without a key. --raw says "STEP raw HEX" for a refusal: the payload of ERROR. --descriptor says what
the device can show.
"""

import argparse
import pathlib
import struct
import sys

from forme_peer import Lost, Peer, Referred, Refused, descriptor

REPORT = [
    (0x81, "panel \x1b[31m\u202e".encode()), (0x82, b"1.2.3"), (0x83, struct.pack(">H", 3712)),
    (0x84, bytes([87])), (0x85, struct.pack(">b", -61)), (0x86, struct.pack(">b", -4)),
    (0x87, bytes([2])), (0x88, struct.pack(">I", 150_000)), (0x89, bytes([0x89])),
    (0x8A, bytes(range(16))), (0xF4, b"grease"),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("steps", nargs="+")
    parser.add_argument("--id", default="ask")
    parser.add_argument("--key", type=pathlib.Path)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--hold", action="store_true")
    parser.add_argument("--raw", action="store_true")
    parser.add_argument("--ticket", type=bytes.fromhex)
    parser.add_argument("--refer", action="store_true")
    parser.add_argument("--descriptor", type=bytes.fromhex, default=descriptor(16, 8, (1, 1, 0)))
    options = parser.parse_args()
    key = None
    if options.key:
        name, secret = options.key.read_text().split()
        key = (name.encode(), bytes.fromhex(secret))
    picture = sys.stdin.buffer.read() if any(each.startswith("put:") for each in options.steps) else b""

    def connect():
        fields = REPORT if options.report else []
        if options.ticket:
            fields = [(0x8B, options.ticket), *fields]
        return Peer(
            options.address, options.id.encode(), [options.descriptor], key, fields,
            minor=1 if options.refer else 0)

    peer = None
    for step in options.steps:
        mark, answer = "", ""
        try:
            if peer is None or not options.hold:
                peer = connect()
            answer = "ok" + do(peer, step, picture)
        except Referred as other:
            secret = other.secret.hex() if other.secret else "-"
            answer = f"referred {other.address} {other.ticket.hex()} {secret}"
        except Refused as error:
            answer = f"raw {error.payload.hex()}" if options.raw else f"refused {error.code:02x}"
        except Lost:
            answer = "closed"
        if peer is not None and peer.must_prove:
            mark = "!"
        print(f"{step}{mark} {answer}", flush=True)


def do(peer, step, picture):
    verb, _, name = step.partition(":")
    if verb == "put":
        peer.put(name, picture)
    elif verb == "get":
        peer.get(name)
    elif verb == "id":
        peer.get(bytes.fromhex(name))
    elif verb == "list":
        return "".join(f" {each}" for each in peer.list(name))
    elif verb == "remove":
        peer.remove(name)
    elif verb == "watch":
        peer.watch(name)
    elif verb == "wait":
        peer.receive()
    else:
        raise SystemExit(f"no step {step}")
    return ""


main()
