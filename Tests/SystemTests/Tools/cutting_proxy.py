#!/usr/bin/python3
"""A TCP link that breaks: forwards to --target and cuts both sides after --cut-after bytes have come
back from the target, for the first --cuts connections; later ones are left alone. With
--direction up the bytes that go to the target are counted instead.

Prints "ready on HOST:PORT", then for each connection that ended "passed UP DOWN", the bytes that went
either way. Ends with standard input.
"""

import argparse
import asyncio
import sys


async def forward(reader, writer, budget, on_cut):
    """Copies until the end of the stream, or until `budget` bytes have passed; returns their count."""
    passed = 0
    try:
        while data := await reader.read(4096):
            if budget is not None and passed + len(data) >= budget:
                writer.write(data[: budget - passed])
                await writer.drain()
                on_cut()
                return budget
            passed += len(data)
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        writer.close()
    return passed


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True)
    parser.add_argument("--cut-after", type=int, required=True)
    parser.add_argument("--cuts", type=int, required=True)
    parser.add_argument("--direction", choices=["up", "down"], default="down")
    options = parser.parse_args()
    host, port = options.target.rsplit(":", 1)
    connections = 0

    async def serve(reader, writer):
        nonlocal connections
        connections += 1
        number = connections
        budget = options.cut_after if number <= options.cuts else None
        up_reader, up_writer = await asyncio.open_connection(host, int(port))

        def cut():
            for each in (writer, up_writer):
                each.transport.abort()

        down = options.direction == "down"
        back, up = await asyncio.gather(
            forward(up_reader, writer, budget if down else None, cut),
            forward(reader, up_writer, None if down else budget, cut),
        )
        print(f"passed {up} {back}", flush=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    print(f"ready on {address[0]}:{address[1]}", flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
