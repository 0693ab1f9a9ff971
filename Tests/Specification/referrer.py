#!/usr/bin/env python3
"""A server that knows every kind of device, and refers each GET to another server.

usage: referrer.py HOST:PORT

Prints "ready on HOST:PORT", and ends with its standard input.
"""

import socket
import struct
import sys
import threading

from frames import frame, text


def serve(connection, refer):
    stream = connection.makefile("rb")
    while len(head := stream.read(8)) == 8:
        kind, _, length, request, _ = struct.unpack(">BBHHH", head)
        stream.read(length)
        if kind == 0x01:
            welcome = struct.pack(">BBHHQ", 1, 0, 16_384, 60, 1_790_000_000) + bytes(32)
            connection.sendall(frame("WELCOME", welcome))
        elif kind == 0x10:
            connection.sendall(frame("REFER", refer, request))
    connection.close()


def main(address):
    host, port = address.rsplit(":", 1)
    refer = struct.pack(">HB", 60, 4) + socket.inet_aton(host) + struct.pack(">H", int(port)) + text("made up")
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"ready on 127.0.0.1:{listener.getsockname()[1]}", flush=True)

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, refer), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__.split("\n\n")[1])
    main(sys.argv[1])
