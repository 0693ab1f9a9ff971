"""A device that goes where a front refers it: a second reading of REFER and of tickets, beside forme_peer.py."""

import socket
import struct
import time

from forme_peer import NONE, Broken, Lost, Peer, Refused

REFER = 0x44
TICKET = 0x8B
NOT_ALLOWED, NOT_PROVEN = 0x89, 0xC6


class Referred(Exception):
    """The server answered REFER."""

    def __init__(self, payload):
        super().__init__("referred")
        self.seconds, family = struct.unpack_from(">HB", payload)
        if family not in (4, 6):
            raise Broken(f"REFER to an address of family {family}")
        end = 3 + (4 if family == 4 else 16)
        host = socket.inet_ntop(socket.AF_INET if family == 4 else socket.AF_INET6, payload[3:end])
        port, length = struct.unpack_from(">HB", payload, end)
        self.address = f"{host}:{port}"
        self.ticket = payload[end + 3 :]
        if len(self.ticket) != length or not length or not self.seconds or not port:
            raise Broken("REFER does not add up")


class ReferredPeer(Peer):
    """One connection of a device that takes REFER; `pause` is how many seconds it takes for each frame that it
    receives."""

    minor = 1

    def __init__(self, address, identity, descriptors, key=None, fields=(), pause=0):
        self.identity, self.descriptors, self.key = identity, descriptors, key
        self.pause = pause
        # How often it was sent elsewhere.
        self.referrals = 0
        super().__init__(address, identity, descriptors, key, fields)

    def receive(self):
        frame = super().receive()
        if self.pause:
            time.sleep(self.pause)
        return frame

    def expect(self, wanted, request):
        kind, _, number, payload = self.receive()
        if kind == REFER and wanted == 0x11 and number == request:
            raise Referred(payload)
        if (kind, number) != (wanted, request):
            raise Broken(f"message {kind:02x} for {number}, expected {wanted:02x} for {request}")
        return payload

    def get(self, reference, shown=NONE, partial=NONE, offset=0, credit=1 << 20, received=None):
        received = bytearray() if received is None else received
        try:
            return super().get(reference, shown, partial, offset, credit, received)
        except Referred as referred:
            there = referred
        self.referrals += 1
        key = (self.key[0], self.proof.referral) if self.key else None
        try:
            with ReferredPeer(there.address, self.identity, self.descriptors, key,
                              [(TICKET, there.ticket)], self.pause) as other:
                try:
                    return Peer.get(other, reference, shown, partial, offset, credit, received)
                except Referred as referred:
                    raise Broken(f"{there.address} refers on") from referred
                finally:
                    self.form = other.form
        except Refused as refusal:
            # The server that gave it out may have ended since, and the ticket with it.
            if refusal.code in (NOT_ALLOWED, NOT_PROVEN):
                raise Lost(f"the ticket was refused: {refusal}") from refusal
            raise
