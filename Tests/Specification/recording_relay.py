#!/usr/bin/env python3
"""A TCP link that writes down what passes: forwards to --target, and when standard input ends writes
all connections to --capture, a file for Wireshark.

Prints "ready on HOST:PORT" when it accepts connections.
"""

import argparse
import asyncio
import sys

import pcap

# Segments that end inside headers and fields, so that a reader has to put frames together.
SIZES = (1_400, 5, 700, 8, 1, 250)


async def forward(reader, writer, note):
    """Copies until the end of the stream, and notes every piece before it goes on."""
    try:
        while data := await reader.read(4096):
            note(data)
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True)
    parser.add_argument("--capture", required=True)
    options = parser.parse_args()
    host, port = options.target.rsplit(":", 1)
    connections = []

    async def serve(reader, writer):
        try:
            up_reader, up_writer = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.close()
            return
        pieces = []
        connections.append(pieces)
        await asyncio.gather(
            forward(reader, up_writer, lambda data: pieces.append((True, data))),
            forward(up_reader, writer, lambda data: pieces.append((False, data))),
        )

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    print(f"ready on {address[0]}:{address[1]}", flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)

    capture = pcap.Capture(options.capture)
    for pieces in connections:
        connection = capture.connection()
        for from_device, data in pieces:
            connection.send(from_device, data, SIZES)
        connection.close()
    capture.close()


asyncio.run(main())
