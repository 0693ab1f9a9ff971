"""Writes what passed over a TCP connection as a capture file, without a network interface or rights.

The format is pcap (draft-ietf-opsawg-pcap) with Ethernet, IPv4 and TCP around each segment, checksums
included, so that a reader that checks them finds no fault.
"""

import struct

SERVER_PORT = 3676
DEVICE, SERVER = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])  # RFC 5737: for documentation


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Capture:
    """A capture file that grows by connections."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0xFFFF, 1))
        self.microseconds = 1_000_000_000_000_000
        self.ports = 40_000

    def close(self):
        self.file.close()

    def connection(self):
        """A connection that was just made."""
        self.ports += 1
        return Connection(self, self.ports)

    def packet(self, frame):
        self.microseconds += 1_000
        seconds, fraction = divmod(self.microseconds, 1_000_000)
        self.file.write(struct.pack("<IIII", seconds, fraction, len(frame), len(frame)) + frame)


class Connection:
    """One TCP connection of a capture: what each side sends, in the order of the calls."""

    SYN, ACK, PUSH_ACK, FIN_ACK = 0x02, 0x10, 0x18, 0x11

    def __init__(self, capture, port):
        self.capture = capture
        self.port = port
        self.next = {True: 1_000, False: 2_000}
        self._segment(True, self.SYN, b"")
        self.next[True] += 1
        self._segment(False, self.SYN | self.ACK, b"")
        self.next[False] += 1
        self._segment(True, self.ACK, b"")

    def send(self, from_device, data, sizes=(1_400,)):
        """Bytes of one side, in segments of these sizes, over and over."""
        turn = 0
        while data:
            size = sizes[turn % len(sizes)]
            self._segment(from_device, self.PUSH_ACK, data[:size])
            self.next[from_device] += len(data[:size])
            data = data[size:]
            turn += 1

    def close(self, from_device=True):
        for side in (from_device, not from_device):
            self._segment(side, self.FIN_ACK, b"")
            self.next[side] += 1

    def _segment(self, from_device, flags, data):
        source, target = (DEVICE, SERVER) if from_device else (SERVER, DEVICE)
        ports = (self.port, SERVER_PORT) if from_device else (SERVER_PORT, self.port)
        acknowledged = self.next[not from_device] if flags & self.ACK else 0

        def tcp(check):
            return struct.pack(
                ">HHIIBBHHH", *ports, self.next[from_device], acknowledged, 0x50, flags, 0xFFFF,
                check, 0,
            )  # fmt: skip

        pseudo = source + target + struct.pack(">BBH", 0, 6, 20 + len(data))
        segment = tcp(checksum(pseudo + tcp(0) + data)) + data

        def ip(check):
            return (
                struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0x4000, 64, 6, check)
                + source
                + target
            )

        addresses = bytes([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1])
        self.capture.packet(addresses + b"\x08\x00" + ip(checksum(ip(0))) + segment)
