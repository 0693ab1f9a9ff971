#!/usr/bin/env python3
"""A device that sends what forme-device sends rarely, or never: PING, CANCEL, ERROR, every TLV, ORIGIN,
and a ticket that nobody handed out.

usage: peer.py HOST:PORT
"""

import socket
import struct
import sys

from frames import NUMBERS, frame, text, tlv

ANSWER_SECONDS = 30


def receive(stream, kind):
    """Reads frames up to one of this type."""
    while True:
        head = stream.read(8)
        if len(head) < 8:
            raise SystemExit(f"the server closed before {kind}")
        stream.read(struct.unpack(">H", head[2:4])[0])
        if head[0] == NUMBERS[kind]:
            return


def main(address):
    host, port = address.rsplit(":", 1)
    tlvs = [
        tlv(0x81, b"model"), tlv(0x82, b"1.0"), tlv(0x83, b"\x0e\x74"), tlv(0x84, b"\x42"),
        tlv(0x85, b"\xc4"), tlv(0x86, b"\xfb"), tlv(0x87, b"\2"), tlv(0x88, bytes(4)),
        tlv(0x89, b"\x80"), tlv(0x8A, bytes(16)),
    ]  # fmt: skip
    hello = b"FORM\1\0" + struct.pack(">HH", 248, 60) + text("peer") + b"\0" + b"".join(tlvs)
    with socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS) as connection:
        stream = connection.makefile("rb")
        connection.sendall(frame("HELLO", hello))
        receive(stream, "WELCOME")
        connection.sendall(frame("PING", b"", 7))
        receive(stream, "PONG")
        connection.sendall(frame("LIST", text("") + text(""), 1) + frame("CANCEL", b"", 1))
        connection.sendall(frame("PING", b"", 8))
        receive(stream, "PONG")
        connection.sendall(frame("ERROR", struct.pack(">BBH", 0xC9, 2, 0) + text("gone")))
        while stream.read(4_096):
            pass
    # Both are refused.
    for messages in (
        [frame("HELLO", hello), frame("ORIGIN", b"\3" + text("a/") + text("peer") + text("key") + b"\1" + bytes(17))],
        [frame("HELLO", hello + tlv(0x8B, b"ticket"))],
    ):
        with socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(b"".join(messages))
            receive(connection.makefile("rb"), "ERROR")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__.split("\n\n")[1])
    main(sys.argv[1])
