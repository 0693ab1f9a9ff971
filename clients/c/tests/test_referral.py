import hashlib
import hmac
import struct
import unittest

from test_session import KIND, OTHER, PICTURE, STEPS, cut_after, whole
from wire import *

KEY = bytes(range(50, 82))
SECRET = "secret=panel-7:" + KEY.hex()
# What HELLO says before the TLVs.
SAYS = b"FORM" + struct.pack(">BBHH", 1, 1, 248, 0) + b"\x06driver\x01" + form_key(DESCRIPTOR)


def referring(**fields):
    """Answers GET by REFER to the same address, where the next function of the script plays."""
    def play(peer):
        peer.handshake(minor=1)
        peer.get()
        peer.send(REFER, refer(peer.port, **fields), peer.request)
    return play


class ReferralTests(unittest.TestCase):
    def calls(self, plays, *words):
        script = Script(*plays)
        lines = script.run(*words)
        self.peers = script.peers
        return [line for line in lines if line.startswith(("connect", "follow", "get"))], lines

    def test_follows(self):
        gets = []

        def other(peer):
            peer.handshake(minor=1)
            gets.append(peer.get())
            peer.answer(PICTURE, gets[-1])
        for step in STEPS:
            for ticket in (b"t", bytes(range(64))):
                with self.subTest(step=step, ticket=ticket):
                    calls, lines = self.calls(
                        [referring(ticket=ticket), other], step, KIND, "tlvs=840142", "connect", "get=a", "follow",
                        "get=a")
                    said = f"ttl=60 family=4 port={self.peers[0].port} address=7f000001 ticket=8b"
                    self.assertEqual(calls, [
                        "connect DONE", f"get REFERRED {said}{len(ticket):02x}{ticket.hex()}", "follow DONE", "get DONE"])
                    self.assertEqual(bytes.fromhex(lines[-1].removeprefix("memory ")), PICTURE)
                    self.assertEqual(self.peers[0].hello, SAYS + b"\x84\x01\x42")
                    self.assertEqual(self.peers[1].hello, SAYS + b"\x8b" + bytes([len(ticket)]) + ticket)
                    self.assertEqual((gets[-1].name, gets[-1].offset), (b"a", 0))

    def test_the_address_is_kept(self):
        address = bytes.fromhex("20010db8000000000000000000000007")

        def play(peer):
            peer.handshake(minor=1)
            peer.get()
            peer.send(REFER, refer(1, b"t", 65535, address), peer.request)
        calls, _ = self.calls([play], KIND, "connect", "get=a")
        self.assertEqual(calls[1], f"get REFERRED ttl=65535 family=6 port=1 address={address.hex()} ticket=8b0174")

    def test_goes_on_where_it_was_cut(self):
        def rest(peer):
            peer.handshake(minor=1)
            get = peer.get()
            self.assertGreaterEqual(get.offset, 300)
            self.assertEqual(get.partial, digest(PICTURE))
            peer.answer(PICTURE, get)
        calls, lines = self.calls(
            [referring(), cut_after(PICTURE, 300), referring(ticket=b"another"), rest], KIND,
            *["connect", "get=a", "follow", "get=a"] * 2)
        self.assertEqual([line.split(" ttl")[0] for line in calls], [
            "connect DONE", "get REFERRED", "follow DONE", "get LOST",
            "connect DONE", "get REFERRED", "follow DONE", "get DONE"])
        self.assertEqual(bytes.fromhex(lines[-1].removeprefix("memory ")), PICTURE)

    def test_the_first_connection_goes_on(self):
        def play(peer):
            peer.handshake(minor=1)
            peer.get()
            peer.send(REFER, refer(1), peer.request)
            peer.receive(PING)
            peer.send(PONG, request=2)
            peer.answer(OTHER, peer.get())
        calls, lines = self.calls([play], KIND, "connect", "get=a", "ping", "get=b")
        self.assertEqual(calls[2], "get DONE")

    def test_a_ticket_that_is_refused(self):
        def refuse(peer):
            _, peer.hello, _ = peer.receive(HELLO)
            peer.send(ERROR, error(0xC6, 2))
        calls, _ = self.calls(
            [referring(), refuse, whole(PICTURE)], KIND, "connect", "get=a", "follow", "connect", "get=a")
        self.assertEqual(calls[2:], ["follow CLOSED error=c6 flags=2", "connect DONE", "get DONE"])
        # The next connection is an ordinary one.
        self.assertEqual(self.peers[2].hello, SAYS)

    def faults(self, code, play, *words):
        script = Script(*play)
        lines = script.run(KIND, *words)
        calls = [line for line in lines if line.startswith(("connect", "follow", "get"))]
        self.assertEqual(calls[-1], f"get BROKEN error={code:02x} flags=0")
        self.assertEqual(script.peers[-1].errors, [code])

    def test_what_is_no_refer(self):
        good = refer(3676)
        for payload in [
            good[:-1], good + b"x", b"", good[:3], b"\0\0" + good[2:], good[:2] + b"\5" + good[3:],
            good[:7] + b"\0\0" + good[9:], refer(1, b""), refer(1, bytes(65)), good[:2] + b"\6" + good[3:],
            refer(1, b"t", address=bytes(16))[:-2], refer(1, bytes(200)),
        ]:
            def play(peer):
                peer.handshake(minor=1)
                peer.get()
                peer.send(REFER, payload, peer.request)
            with self.subTest(payload=payload.hex()):
                self.faults(0xC0, [play], "connect", "get=a")

    def test_where_refer_has_no_meaning(self):
        def on(peer):
            peer.handshake(minor=1)
            peer.get()
            peer.send(REFER, refer(1), peer.request)

        def again(peer):
            on(peer)
            peer.send(REFER, refer(1), peer.request)
            peer.receive(GET)

        def late(peer):
            peer.handshake(minor=1)
            get = peer.get()
            peer.send(FORM, form(0, digest(PICTURE), digest(PICTURE), 1200, 0, 1200), peer.request)
            peer.send(REFER, refer(1), peer.request)
            self.assertEqual(get.name, b"a")

        def other(peer):
            peer.handshake(minor=1)
            peer.get()
            peer.send(REFER, refer(1), peer.request + 1)
        self.faults(0xC0, [referring(), on], "connect", "get=a", "follow", "get=a")
        self.faults(0xC4, [again], "connect", "get=a", "get=a")
        self.faults(0xC4, [late], "connect", "get=a")
        self.faults(0xC4, [other], "connect", "get=a")

    def test_a_device_that_does_not_follow(self):
        hellos = []

        def play(peer):
            peer.handshake()
            hellos.append(peer.hello)
            peer.get()
            peer.send(REFER, refer(1), peer.request)
        self.faults(0xC3, [play], "refer=0", "connect", "get=a")
        self.assertEqual(hellos[0][5], 0)

        def newer(peer):
            peer.receive(HELLO)
            peer.raw(frame(WELCOME, welcome(minor=1)))
        lines = Script(newer).run(KIND, "refer=0", "connect")
        self.assertEqual(lines[0], "connect BROKEN error=c0 flags=0")

    def test_with_a_key(self):
        secrets = []

        def first(peer):
            peer.handshake(secret=KEY, minor=1)
            secrets.append(peer.referral_secret)
            peer.get()
            peer.send(REFER, refer(peer.port), peer.request)

        def second(peer):
            peer.handshake(flags=3, secret=secrets[-1], minor=1)
            self.assertEqual(peer.key_id, b"panel-7")
            peer.answer(PICTURE, peer.get())
        for step in STEPS:
            calls, lines = self.calls(
                [first, second, first, second], step, KIND, SECRET, *["connect", "get=a", "follow", "get=a"] * 2)
            self.assertEqual(
                [line.split(" ttl")[0] for line in calls],
                ["connect DONE", "get REFERRED", "follow DONE", "get DONE"] * 2)
            self.assertEqual(bytes.fromhex(lines[-1].removeprefix("memory ")), PICTURE)
        # Both nonces of the server, and those of the device, are the same here, and the transcript is.
        self.assertEqual(len(set(secrets)), 1)
        self.assertNotEqual(secrets[0], KEY)

    def test_a_server_that_does_not_know_the_secret(self):
        def first(peer):
            peer.handshake(secret=KEY, minor=1)
            peer.get()
            peer.send(REFER, refer(peer.port), peer.request)

        def knows(key):
            def play(peer):
                peer.receive(HELLO)
                transcript = peer.last_frame
                answer = frame(WELCOME, welcome(minor=1))
                peer.raw(answer)
                transcript += answer[:-4]
                _, payload, _ = peer.receive(PROVE)
                digest_of = hashlib.sha256(transcript + peer.last_frame).digest()
                peer.raw(frame(PROVEN, hmac.digest(key, b"forme/1 server\0" + digest_of, "sha256")))
            return play
        for key in (KEY, bytes(32)):
            script = Script(first, knows(key))
            lines = script.run(KIND, SECRET, "connect", "get=a", "follow")
            self.assertIn("follow BROKEN error=c6 flags=0", lines)
            self.assertEqual(script.peers[1].errors, [0xC6])


if __name__ == "__main__":
    unittest.main()
