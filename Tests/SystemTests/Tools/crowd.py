#!/usr/bin/python3
"""Many devices of one kind that ask for one picture at the same moment, after spec/PROTOCOL.md and
spec/DESCRIPTOR.md and sharing nothing with the programs: crowd.py --server HOST:PORT[,HOST:PORT…] --name NAME
--descriptor HEX --count N. Of several servers each gets as many devices.

Every device greets the server and has its kind accepted; when all have, all send GET. Prints one
JSON object: "forms" counts the answers by the SHA-256 of the form's bytes; "failures" counts what
went wrong by what it was. A form whose digests are wrong is a failure. Forms must need no codec.
"""

import argparse
import asyncio
import binascii
import collections
import hashlib
import json
import resource
import struct

HELLO, WELCOME, CAPABILITIES, ACCEPTED, GET, FORM, DATA = 1, 2, 3, 4, 0x10, 0x11, 0x12
LAST = 1
CREDIT = 1 << 20
# Connecting a thousand times and rendering once, on a slow machine; then whoever waits is a failure.
SECONDS = 90


def frame(kind, request, payload):
    header = struct.pack(">BBHH", kind, 0, len(payload), request)
    # CRC-16/IBM-3740 is what binascii calls crc_hqx, started with FFFF.
    return header + struct.pack(">H", binascii.crc_hqx(header, 0xFFFF)) + payload


async def receive(reader, *wanted):
    """The next frame of a wanted type: its type, flags and payload. Others that may be skipped are."""
    while True:
        header = await reader.readexactly(8)
        kind, flags, length, _, check = struct.unpack(">BBHHH", header)
        if check != binascii.crc_hqx(header[:6], 0xFFFF):
            raise ValueError("a frame's check is wrong")
        payload = await reader.readexactly(length)
        if kind in wanted:
            return kind, flags, payload
        if kind < 0x80:
            raise ValueError(f"frame of type {kind:02x}: {payload[:140]!r}")


async def greet(reader, writer, descriptor):
    key = hashlib.sha256(b"forme/1 form\0" + descriptor).digest()[:16]
    writer.write(frame(HELLO, 0, b"FORM" + struct.pack(">BBHHBB", 1, 0, 16_384, 0, 0, 1) + key))
    _, _, welcome = await receive(reader, WELCOME)
    if welcome[1] & 1:
        writer.write(frame(CAPABILITIES, 0, struct.pack(">BH", 1, len(descriptor)) + descriptor))
        _, _, keys = await receive(reader, ACCEPTED)
        if keys != key:
            raise ValueError("another key was accepted")


async def get(reader, writer, name):
    text = name.encode()
    reference = struct.pack(">BB", 1, len(text)) + text
    writer.write(frame(GET, 1, reference + bytes(32) + struct.pack(">II", 0, CREDIT)))
    _, _, answer = await receive(reader, FORM)
    status, _, etag, sent, total, offset, length = struct.unpack_from(">BB16s16sIII", answer)
    if status != 0 or offset != 0 or length != total:
        raise ValueError(f"FORM has status {status}, offset {offset}, length {length} of {total}")
    form, flags = b"", 0
    while not flags & LAST:
        _, flags, payload = await receive(reader, DATA)
        form += payload
    digest = hashlib.sha256(form).digest()
    if len(form) != total or digest[:16] != etag or digest[:16] != sent:
        raise ValueError("the form is not what FORM says")
    return digest.hex()


async def main():
    parser = argparse.ArgumentParser()
    for name in ("server", "name", "descriptor"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--count", type=int, required=True)
    options = parser.parse_args()
    # Shells often allow 1,024 files; a process may allow itself more.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    servers = [each.rsplit(":", 1) for each in options.server.split(",")]
    descriptor = bytes.fromhex(options.descriptor)
    missing = options.count
    everybody = asyncio.Event()

    def arrive():
        nonlocal missing
        missing -= 1
        if missing == 0:
            everybody.set()

    async def device(number):
        writer = None
        host, port = servers[number % len(servers)]
        try:
            try:
                reader, writer = await asyncio.open_connection(host, int(port))
                await greet(reader, writer, descriptor)
            finally:
                # Who fails before must not keep the others waiting.
                arrive()
            await everybody.wait()
            return await get(reader, writer, options.name)
        finally:
            if writer:
                writer.close()

    forms, failures = collections.Counter(), collections.Counter()
    tasks = [asyncio.create_task(device(number)) for number in range(options.count)]
    done, late = await asyncio.wait(tasks, timeout=SECONDS)
    for task in done:
        if error := task.exception():
            failures[f"{type(error).__name__}: {error}"] += 1
        else:
            forms[task.result()] += 1
    if late:
        failures[f"not answered within {SECONDS} s"] = len(late)
        for task in late:
            task.cancel()
    print(json.dumps({"forms": forms, "failures": failures}))


asyncio.run(main())
