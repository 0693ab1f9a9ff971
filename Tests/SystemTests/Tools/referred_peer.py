"""A device that goes where a front refers it."""

import time

from forme_peer import NONE, Broken, Lost, Peer, Referred, Refused

TICKET = 0x8B
NOT_ALLOWED, NOT_PROVEN = 0x89, 0xC6


class ReferredPeer(Peer):
    """One connection of a device that takes REFER; `pause` is how many seconds it takes for each frame that it
    receives."""

    def __init__(self, address, identity, descriptors, key=None, fields=(), pause=0):
        self.identity, self.descriptors, self.key = identity, descriptors, key
        self.pause = pause
        # How often it was sent elsewhere.
        self.referrals = 0
        super().__init__(address, identity, descriptors, key, fields, minor=1)

    def receive(self):
        frame = super().receive()
        if self.pause:
            time.sleep(self.pause)
        return frame

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
