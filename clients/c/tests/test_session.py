import hashlib
import random
import struct
import unittest

from wire import *

KIND = "kind=" + DESCRIPTOR.hex()
PICTURE = random.Random(1).randbytes(1200)
OTHER = random.Random(2).randbytes(1200)
# One byte at a time, a few, by chance, and all there is.
STEPS = ["step=1", "step=7", "step=2000000", "step=0"]


def whole(data, **fields):
    def play(peer):
        peer.handshake(**fields)
        peer.answer(data, peer.get())
    return play


def cut_after(data, count):
    """Leaves the connection in the middle of a form."""
    def play(peer):
        peer.handshake()
        get = peer.get()
        offset = get.offset if get.partial == digest(data) else 0
        peer.send(FORM, form(0, digest(data), digest(data), len(data), offset, len(data) - offset), peer.request)
        peer.bring(data[offset:], until=count)
        # Without closing half first, bytes that were not read would turn the end into a reset.
        peer.connection.shutdown(socket.SHUT_WR)
    return play


class SessionTests(unittest.TestCase):
    def calls(self, plays, *words):
        script = Script(*plays)
        lines = script.run(*words)
        self.peers = script.peers
        return [line for line in lines if not line.startswith(("keepalive", "memory", "form "))], lines

    def form_in(self, lines):
        return bytes.fromhex(lines[-1].removeprefix("memory "))

    def test_hello(self):
        words = ["keepalive=90", "tlvs=8402 5a".replace(" ", "").replace("8402", "8401"), "buffer=1000"]
        results, lines = self.calls([whole(PICTURE)], *words, KIND, "connect", "get=a")
        self.assertEqual(results, ["connect DONE", "get DONE"])
        self.assertEqual(
            self.peers[0].hello,
            b"FORM" + struct.pack(">BBHH", 1, 1, 992, 90) + b"\x06driver\x01" + form_key(DESCRIPTOR) + b"\x84\x01\x5a")
        self.assertIn(f"keepalive 300 time {0x123456789}", lines)

    def test_every_split(self):
        for step in STEPS:
            for window in ["window=64", "window=65", "window=127", "window=0", "window=100000"]:
                with self.subTest(step=step, window=window):
                    results, lines = self.calls(
                        [whole(PICTURE, flags=1)], step, window, KIND, "connect", "get=a", "ping")
                    self.assertEqual(results[:2], ["connect DONE", "get DONE"])
                    self.assertEqual(self.form_in(lines), PICTURE)
                    self.assertEqual(self.peers[0].descriptors, [DESCRIPTOR])

    def test_form_is_told(self):
        def play(peer):
            peer.handshake()
            data = PICTURE[:80]
            get = peer.get()
            self.assertEqual((get.name, get.image), (None, bytes(range(16))))
            self.assertEqual((get.shown, get.partial, get.offset), (bytes(16), bytes(16), 0))
            peer.answer(data, get, etag=bytes(range(1, 17)), alternative=1, height=2, codec=2, parameter=12, poll=9)
        results, lines = self.calls(
            [play], KIND, "kind=" + ROLL.hex(), "connect", "image=" + bytes(range(16)).hex())
        self.assertEqual(results, ["connect DONE", "get DONE"])
        self.assertEqual(lines[3], "form 0 1 80 0 80 40 2 2 7 9 " + bytes(range(1, 17)).hex())

    def test_requests_are_numbered(self):
        numbers = []

        def play(peer):
            peer.handshake()
            for _ in range(3):
                get = peer.get()
                numbers.append(peer.request)
                peer.answer(PICTURE, get)
        self.calls([play], KIND, "connect", "get=a", "get=a", "get=a")
        self.assertEqual(len(set(numbers)), 3)

    def test_resumes(self):
        for step in STEPS:
            with self.subTest(step):
                results, lines = self.calls(
                    [cut_after(PICTURE, 300), cut_after(PICTURE, 500), whole(PICTURE)], step, KIND,
                    *["connect", "get=a"] * 3)
                self.assertEqual(results, ["connect DONE", "get LOST"] * 2 + ["connect DONE", "get DONE"])
                self.assertEqual(self.form_in(lines), PICTURE)
                offset = int(lines[-2].split()[4])
                self.assertGreaterEqual(offset, 800)

    def test_another_form_starts_again(self):
        results, lines = self.calls([cut_after(PICTURE, 300), whole(OTHER)], KIND, *["connect", "get=a"] * 2)
        self.assertEqual(results[-1], "get DONE")
        self.assertEqual(self.form_in(lines), OTHER)

    def test_forgets(self):
        def play(peer):
            peer.handshake()
            get = peer.get()
            self.assertEqual((get.partial, get.offset), (bytes(16), 0))
            peer.answer(PICTURE, get)
        results, lines = self.calls(
            [cut_after(PICTURE, 300), play], KIND, "connect", "get=a", "forget", "connect", "get=a")
        self.assertEqual(results[-1], "get DONE")
        self.assertEqual(self.form_in(lines), PICTURE)

    def test_stopped_is_gone_on_with(self):
        def play(peer):
            peer.handshake()
            peer.answer(PICTURE, peer.get())
            peer.send(ERROR, error(0x8C), peer.request)
            get = peer.get()
            self.assertGreater(get.offset, 0)
            self.assertEqual(get.partial, digest(PICTURE))
            peer.answer(PICTURE, get)
        results, lines = self.calls([play], KIND, "connect", "stop=500", "get=a", "stop=0", "get=a")
        self.assertEqual(results, ["connect DONE", "get STOPPED", "get DONE"])
        self.assertEqual(self.form_in(lines), PICTURE)

    def test_refused_by_begin(self):
        def play(peer):
            peer.handshake()
            peer.get()
            peer.send(FORM, form(0, digest(PICTURE), digest(PICTURE), 1200, 0, 1200), peer.request)
            # What is on its way crosses CANCEL.
            peer.bring(PICTURE, until=200)
            peer.receive(CANCEL)
            peer.send(ERROR, error(0x8C), peer.request)
            peer.answer(PICTURE, peer.get())
        results, lines = self.calls([play], KIND, "connect", "refuse=1", "get=a", "refuse=0", "get=a")
        self.assertEqual(results, ["connect DONE", "get STOPPED", "get DONE"])
        self.assertEqual(self.form_in(lines), PICTURE)

    def test_cancel_crosses_the_end(self):
        def play(peer):
            peer.handshake()
            peer.get()
            peer.send(FORM, form(0, digest(PICTURE[:100]), digest(PICTURE[:100]), 100, 0, 100), peer.request)
            peer.bring(PICTURE[:100])
            peer.receive(CANCEL)
            peer.answer(PICTURE, peer.get())
        results, lines = self.calls([play], KIND, "connect", "refuse=1", "get=a", "refuse=0", "get=a")
        self.assertEqual(results, ["connect DONE", "get STOPPED", "get DONE"])

    def test_not_modified_and_pending(self):
        shown = digest(PICTURE)

        def play(peer):
            peer.handshake()
            self.assertEqual(peer.get().shown, shown)
            peer.send(FORM, form(1, shown, digest(b"x"), 1200), peer.request)
            peer.get()
            peer.send(FORM, pending(13), peer.request)
        results, lines = self.calls([play], KIND, "connect", "shown=" + shown.hex(), "get=a", "get=a")
        self.assertEqual(results, ["connect DONE", "get NOT_MODIFIED", "get PENDING"])
        self.assertEqual(lines[-2], "form 2 0 0 0 0 0 0 0 0 13 " + bytes(16).hex())

    def patching(self, **fields):
        """A server that patches PICTURE, and then answers a GET without `shown` with the whole."""
        target = PICTURE[:300] + OTHER[300:900] + PICTURE[900:]
        values = dict(etag=digest(target), sent=digest(target[300:900]), total=1200, offset=300, length=600)
        values.update(fields)

        def play(peer):
            peer.handshake()
            self.assertEqual(peer.get().shown, digest(PICTURE))
            peer.send(FORM, form(3, **values), peer.request)
            if not peer.bring(target[300:900]):
                peer.send(ERROR, error(0x8C), peer.request)
            get = peer.get()
            self.assertEqual(get.shown, bytes(16))
            peer.answer(target, get)
        return play, target

    def test_patch(self):
        words = [KIND, "base=" + PICTURE.hex(), "shown=" + digest(PICTURE).hex(), "connect", "get=a"]
        play, target = self.patching()
        for step in STEPS:
            results, lines = self.calls([play], step, *words)
            self.assertEqual(results, ["connect DONE", "get DONE"])
            self.assertEqual(self.form_in(lines), target)

    def test_patch_onto_something_else(self):
        # The base is not what its etag says: only the digest of the whole form can tell.
        words = [KIND, "base=" + OTHER.hex(), "shown=" + digest(PICTURE).hex(), "connect", "get=a"]
        play, target = self.patching()
        results, lines = self.calls([play], *words, "shown=", "get=a")
        self.assertEqual(results, ["connect DONE", "get DAMAGED", "get DONE"])
        self.assertEqual(self.form_in(lines), target)

    def test_patch_that_is_damaged(self):
        words = [KIND, "base=" + PICTURE.hex(), "shown=" + digest(PICTURE).hex(), "connect", "get=a"]
        play, target = self.patching(sent=digest(b"other"))
        results, lines = self.calls([play], *words, "shown=", "get=a")
        self.assertEqual(results, ["connect DONE", "get DAMAGED", "get DONE"])

    def test_device_without_patches_asks_for_the_whole(self):
        for other in [["patches=0", "base=" + PICTURE.hex()], ["base=" + PICTURE[:-1].hex()]]:
            play, target = self.patching()
            results, lines = self.calls(
                [play], KIND, *other, "shown=" + digest(PICTURE).hex(), "connect", "get=a")
            self.assertEqual(results, ["connect DONE", "get DONE"])
            self.assertEqual(self.form_in(lines), target)

    def test_cut_patch_starts_again(self):
        target = PICTURE[:300] + OTHER[300:900] + PICTURE[900:]

        def cut(peer):
            peer.handshake()
            peer.get()
            peer.send(FORM, form(3, digest(target), digest(target[300:900]), 1200, 300, 600), peer.request)
            peer.bring(target[300:900], until=300)
            peer.connection.shutdown(socket.SHUT_WR)
        again, _ = self.patching()
        results, lines = self.calls(
            [cut, again], KIND, "base=" + PICTURE.hex(), "shown=" + digest(PICTURE).hex(),
            *["connect", "get=a"] * 2)
        self.assertEqual(results[-1], "get DONE")
        self.assertEqual(self.form_in(lines), target)

    def test_damaged(self):
        def play(peer):
            peer.handshake()
            get = peer.get()
            peer.answer(OTHER, get, sent=digest(PICTURE), etag=digest(PICTURE))
            get = peer.get()
            self.assertEqual((get.offset, get.partial), (0, bytes(16)))
            # Right as sent, but not what its etag says.
            peer.answer(OTHER, get, etag=digest(PICTURE))
            peer.answer(OTHER, peer.get())
        results, lines = self.calls([play], KIND, "connect", *["get=a"] * 3)
        self.assertEqual(results, ["connect DONE", "get DAMAGED", "get DAMAGED", "get DONE"])

    def test_errors(self):
        def play(peer):
            peer.handshake()
            peer.get()
            peer.send(ERROR, error(0x8A, 1, 30, b"full"), peer.request)
            peer.get()
            peer.send(FORM, form(0, digest(PICTURE), digest(PICTURE), 1200, 0, 1200), peer.request)
            peer.bring(PICTURE, until=200)
            peer.send(ERROR, error(0x8E, 1), peer.request)
            get = peer.get()
            self.assertGreater(get.offset, 0)
            peer.send(ERROR, error(0xC9, 2, 0, b"late"))
        results, lines = self.calls([play], KIND, "connect", *["get=a"] * 4)
        self.assertEqual(results, [
            "connect DONE", "get REFUSED error=8a flags=1 retry=30 detail=full", "get REFUSED error=8e flags=1",
            "get CLOSED error=c9 flags=2 detail=late", "get LOST"])

    def test_descriptor_is_refused(self):
        def play(peer):
            _, hello, _ = peer.receive(HELLO)
            peer.send(WELCOME, welcome(1))
            peer.receive(CAPABILITIES)
            peer.send(ERROR, error(0x82, 0, 0, b"field 0b"))
            peer.get()
            peer.send(ERROR, error(0x81), peer.request)
        results, _ = self.calls([play], KIND, "connect", "get=a")
        self.assertEqual(results, ["connect REFUSED error=82 detail=field 0b".replace("error=82", "error=82 flags=0"),
                                   "get REFUSED error=81 flags=0"])

    def test_error_of_connection_scope_without_its_flag(self):
        def play(peer):
            peer.handshake()
            peer.get()
            peer.send(ERROR, error(0xCA, 1, 5), peer.request)
        results, _ = self.calls([play], KIND, "connect", "get=a", "get=a")
        self.assertEqual(results, ["connect DONE", "get CLOSED error=ca flags=1 retry=5", "get LOST"])

    def test_unknown_error_goes_by_its_flags(self):
        def play(peer):
            peer.handshake()
            peer.get()
            peer.send(ERROR, error(0xF0, 0xF1, 5), peer.request)
            peer.get()
            peer.send(ERROR, error(0x90, 2), peer.request)
        results, _ = self.calls([play], KIND, "connect", "get=a", "get=a")
        self.assertEqual(results, [
            "connect DONE", "get REFUSED error=f0 flags=241 retry=5", "get CLOSED error=90 flags=2"])

    def test_notice_of_another_name(self):
        def play(peer):
            peer.handshake()
            _, _, request = peer.receive(WATCH)
            peer.send(OK, request=request)
            peer.send(NOTIFY, notice(b"ab", bytes(16), 3))
        for call in ["wait", "ping"]:
            results, _ = self.calls([play], KIND, "connect", "watch=a", call)
            self.assertEqual(results[-1], call + " BROKEN error=c0 flags=0")

    def test_zeros_are_no_digest(self):
        def play(peer):
            peer.handshake()
            peer.get()
            peer.send(FORM, form(1, bytes(16), bytes(16), 1200), peer.request)
        results, _ = self.calls([play], KIND, "connect", "shown=" + "00" * 16, "get=a")
        self.assertEqual(results[-1], "get BROKEN error=c0 flags=0")

    def test_goaway(self):
        def play(peer):
            peer.handshake()
            peer.get()
            peer.send(GOAWAY, struct.pack(">BI", 3, 100000), 9)
        results, _ = self.calls([play], KIND, "connect", "get=a", "get=a")
        self.assertEqual(results, ["connect DONE", "get CLOSED retry=100000 reason=3", "get LOST"])

    def test_skips_and_pings(self):
        pongs = []

        def play(peer):
            peer.raw(frame(0x97, b"early"))
            peer.receive(HELLO)
            peer.raw(frame(0xF4, bytes(200), 9, CRC | 0xF0) + frame(0xB6, flags=0) + frame(PING, request=5))
            peer.send(WELCOME, welcome())
            pongs.append(peer.receive(PONG)[2])
            get = peer.get()
            peer.raw(frame(PONG, request=77) + frame(0xD5, b"x") + frame(PING, request=6))
            data = PICTURE[:200]
            peer.send(FORM, form(0, digest(data), digest(data), 200, 0, 200), peer.request, 0xF0)
            pongs.append(peer.receive(PONG)[2])
            peer.send(DATA, data[:100], peer.request)
            peer.raw(frame(0xD5, b"x") + frame(PING, request=7))
            peer.send(DATA, data[100:], peer.request, LAST)
            while True:
                kind, _, number = peer.receive(PONG, CREDIT, PING)
                if kind == PONG:
                    pongs.append(number)
                if kind == PING:
                    peer.send(PONG, request=number)
        for step in STEPS:
            pongs.clear()
            results, _ = self.calls([play], step, KIND, "connect", "get=a", "ping")
            self.assertEqual(results, ["connect DONE", "get DONE", "ping DONE"])
            self.assertEqual(pongs, [5, 6, 7])

    def test_watch(self):
        def play(peer):
            peer.handshake()
            _, payload, request = peer.receive(WATCH)
            self.assertEqual(payload, b"\x01a\x03bcd")
            peer.send(OK, request=request)
            peer.send(NOTIFY, notice(b"bcd", bytes(range(16)), 3))
            # Crosses the GET.
            peer.send(NOTIFY, notice(b"a", bytes(16), 4))
            peer.get()
            peer.send(NOTIFY, notice(b"a", bytes(range(16)), 5))
            peer.send(FORM, pending(1), peer.request)
            kind, _, request = peer.receive(PING)
            peer.send(NOTIFY, notice(b"a", bytes(16), 6))
            peer.send(PONG, request=request)
            # Names of before are told of until OK.
            _, payload, request = peer.receive(WATCH)
            self.assertEqual(payload, b"\x01e")
            peer.send(NOTIFY, notice(b"a", bytes(16), 7))
            peer.send(OK, request=request)
            peer.send(NOTIFY, notice(b"e", bytes(16), 8))
        results, _ = self.calls(
            [play], KIND, "timeout=1", "connect", "watch=a,bcd", "wait", "get=a", "wait", "ping", "watch=e",
            "wait", "wait")
        self.assertEqual([line for line in results if not line.startswith("notice")], [
            "connect DONE", "watch DONE", "wait DONE", "get PENDING", "wait IDLE", "ping DONE", "watch DONE",
            "wait DONE", "wait IDLE"])
        self.assertEqual([line for line in results if line.startswith("notice")], [
            "notice 1 000f 3", "notice 0 0000 4", "notice 0 000f 5", "notice 0 0000 6", "notice 0 0000 7",
            "notice 0 0000 8"])

    def test_endless_pings_do_not_end_a_wait(self):
        def play(peer):
            peer.handshake()
            peer.raw(frame(PING, request=1) * 1000)
            for _ in range(1000):
                peer.receive(PONG)
        results, _ = self.calls([play], KIND, "connect", "wait", "ping")
        self.assertEqual(results, ["connect DONE", "wait IDLE", "ping DONE"])

    def test_misuse_sends_nothing(self):
        def play(peer):
            peer.handshake()
            with self.assertRaises(Gone):
                peer.receive()
        for words in [["get=" + "n" * 129], ["get="], ["window=63", "get=a"], ["window=2147483648", "get=a"],
                      ["watch=" + "n" * 129], ["watch=" + ",".join("n" * 128 for _ in range(64))]]:
            with self.subTest(words):
                results, _ = self.calls([play], KIND, "connect", *words)
                self.assertTrue(results[1].endswith(" MISUSE"), results)
        for size in ["buffer=255", "buffer=65536"]:
            self.assertEqual(Script().run(size, KIND, "connect"), ["init MISUSE"])
        results, _ = self.calls([lambda peer: None], KIND, "tlvs=" + "00" * 250, "connect")
        self.assertEqual(results, ["connect MISUSE"])

    def test_longest_hello(self):
        kinds = [f"kind={ROLL.hex()}"] * 4
        def play(peer):
            peer.handshake()
            self.assertEqual(len(peer.last_frame), 252)
        # 12 bytes, 6 of the id, 4 keys: 162 are left of 244.
        results, _ = self.calls([play], *kinds, "tlvs=81a0" + "41" * 160, "connect")
        self.assertEqual(results, ["connect DONE"])
        results, _ = self.calls([lambda peer: None], *kinds, "tlvs=81a1" + "41" * 161, "connect")
        self.assertEqual(results, ["connect MISUSE"])

    def test_large_buffer(self):
        results, lines = self.calls(
            [whole(PICTURE)], "buffer=65535", "window=2147483647", KIND, "connect", "get=a")
        self.assertEqual(results, ["connect DONE", "get DONE"])
        self.assertEqual(self.form_in(lines), PICTURE)


class FaultTests(unittest.TestCase):
    """What the client must not take: it says why, and closes."""

    def fault(self, code, play, *words, call="get", steps=("step=1", "step=0")):
        for step in steps:
            script = Script(play)
            lines = script.run(step, KIND, *words, "connect", *(["get=a"] if call != "connect" else []))
            lines = [line for line in lines if line.startswith(call + " ")]
            self.assertEqual(lines, [f"{call} BROKEN error={code:02x} flags=0"])
            self.assertEqual(script.peers[0].errors, [code])

    def test_frames(self):
        good = frame(PONG)
        broken = bytearray(good)
        broken[6] ^= 1
        trailer = bytearray(good)
        trailer[-1] ^= 1
        for code, data in [
            (0xC1, bytes(broken)), (0xC1, bytes(trailer)),
            (0xC0, header(PONG, 0x08, 0, 0)), (0xC0, header(PONG, 0x06, 0, 12)), (0xC0, header(PONG, CRC, 0, 3)),
            (0xC6, header(PONG, MAC, 0, 8)), (0xC2, header(PONG, 0, 0, 249)), (0xC2, header(0x97, 0, 0, 0xFFFF)),
            (0xC3, frame(0x00)), (0xC3, frame(0x46, bytes(10))), (0xC3, frame(0x7E)), (0xC3, frame(0x15)),
            (0xC0, frame(PING, b"x")), (0xC0, frame(PONG, b"x")),
            (0xC4, frame(HELLO)), (0xC4, frame(OK)), (0xC4, frame(ACCEPTED)), (0xC4, frame(GET)),
            (0xC0, frame(NOTIFY, notice(b"a", bytes(16), 1))), (0xC0, frame(NOTIFY, b"\x01a")),
            (0xC4, frame(ERROR, error(0x80))), (0xC4, frame(ERROR, error(0x80), 999)),
            (0xC0, frame(ERROR, b"\x80\0\0\0")), (0xC0, frame(ERROR, error(0x80) + b"x")),
            (0xC0, frame(ERROR, b"\x80\0\0\0\x05abc")),
            (0xC0, frame(GOAWAY, b"\0\0\0\0")), (0xC0, frame(ERROR, error(0x80, 0, 0, b"d" * 121))),
            (0xC0, frame(ERROR, error(0x80, 0, 0, b"\xff"), 1)), (0xC0, frame(ERROR, error(0xC9, 2, 0, "é".encode()[:1]))),
            (0xC4, frame(DATA, b"x", 1)), (0xC4, frame(PROVEN, bytes(32))), (0xC4, frame(0x45, bytes(6))),
        ]:
            def play(peer):
                peer.handshake()
                peer.get()
                peer.raw(data)
            with self.subTest(data=data.hex()):
                self.fault(code, play)

    def test_forms(self):
        other = digest(b"other")
        good = dict(etag=digest(PICTURE), sent=digest(PICTURE), total=1200, length=1200)
        for name, fields in dict(
            total=dict(total=0, length=0), huge=dict(total=67108865, length=67108865), alternative=dict(alternative=1),
            width=dict(width=41), height=dict(height=31), codec=dict(codec=1), parameter=dict(parameter=9),
            offset=dict(offset=1, length=1199), length=dict(length=1199), longer=dict(length=1201), status=dict(status=4),
            unasked=dict(status=1, length=0), patch=dict(status=3), pending=dict(status=2),
        ).items():
            def play(peer):
                peer.handshake()
                peer.get()
                peer.send(FORM, form(**{**good, **fields}), peer.request)
            with self.subTest(name):
                self.fault(0xC0, play)
        # A PENDING that says more than when to come again.
        for at in range(1, 56):
            def play(peer):
                peer.handshake()
                peer.get()
                peer.send(FORM, bytes([2]) + bytes(at - 1) + b"\1" + bytes(55 - at) + b"\0\0\0\x09", peer.request)
            with self.subTest(at=at):
                self.fault(0xC0, play, steps=["step=0"])
        shown = "shown=" + digest(OTHER).hex()
        for name, fields in dict(
            other=dict(status=1, length=0), offset=dict(status=1, etag=digest(OTHER), offset=1, length=0),
            length=dict(status=1, etag=digest(OTHER)), same=dict(status=3, etag=digest(OTHER)),
            empty=dict(status=3, length=0), beyond=dict(status=3, offset=1),
            wrap=dict(status=3, offset=0xFFFFFFFF, length=2),
        ).items():
            def play(peer):
                peer.handshake()
                peer.get()
                peer.send(FORM, form(**{**good, **fields}), peer.request)
            with self.subTest(name):
                self.fault(0xC0, play, shown, "base=" + OTHER.hex())
        for payload in [b"", form()[:-1], form() + b"x"]:
            def play(peer):
                peer.handshake()
                peer.get()
                peer.send(FORM, payload, peer.request)
            self.fault(0xC0, play)

        def play(peer):
            peer.handshake()
            peer.get()
            peer.send(FORM, form(**good), peer.request)
        self.fault(0xC0, play, "limit=1199")

        def elsewhere(peer):
            peer.handshake()
            peer.get()
            peer.send(FORM, form(**good), peer.request + 1)
        self.fault(0xC4, elsewhere)

    def test_patch_twice_is_out_of_order(self):
        def play(peer):
            peer.handshake()
            for _ in range(2):
                peer.get()
                peer.send(FORM, form(3, digest(PICTURE), digest(b"x"), 1200, 0, 100), peer.request)
                peer.receive(CANCEL, ERROR)
                peer.send(ERROR, error(0x8C), peer.request)
        self.fault(0xC0, play, "patches=0", "shown=" + digest(OTHER).hex())

    def test_data(self):
        for code, frames in [
            (0xC0, [(b"", 0, 0)]), (0xC0, [(PICTURE[:100], LAST, 0)]), (0xC0, [(PICTURE[:121], 0, 0)]),
            (0xC0, [(PICTURE[:120], 0, 0)]), (0xC4, [(PICTURE[:100], 0, 1)]), (0xC0, [(PICTURE[:60], 0, 0), (PICTURE[:60], 0, 0)]),
            (0xC8, [(PICTURE[:65], 0, 0)]),
        ]:
            def play(peer):
                peer.handshake()
                peer.get()
                peer.send(FORM, form(0, digest(PICTURE[:120]), digest(PICTURE[:120]), 120, 0, 120), peer.request)
                for data, flags, other in frames:
                    peer.send(DATA, data, peer.request + other, flags)
            with self.subTest(frames=frames):
                self.fault(code, play, *(["window=64"] if code == 0xC8 else []))

    def test_welcome(self):
        good = welcome()
        for code, data in [
            (0xC0, frame(WELCOME, good[:-1])), (0xC0, frame(WELCOME, good + b"x")), (0xC0, frame(WELCOME, good, 1)),
            (0xC0, frame(WELCOME, welcome(max_frame=8191))), (0xC0, frame(WELCOME, welcome(keep_alive=0))),
            (0xC0, frame(WELCOME, welcome(minor=2))), (0xC6, frame(WELCOME, welcome(2))), (0xC4, frame(ACCEPTED)),
            (0xC4, frame(ERROR, error(0x80))), (0xC4, frame(FORM, form())),
        ]:
            def play(peer):
                peer.receive(HELLO)
                peer.raw(data)
            with self.subTest(data=data.hex()):
                self.fault(code, play, call="connect")

    def test_accepted(self):
        key = form_key(DESCRIPTOR)
        for payload in [b"", key[:-1], key + key, bytes(16)]:
            def play(peer):
                peer.receive(HELLO)
                peer.send(WELCOME, welcome(1))
                peer.receive(CAPABILITIES)
                peer.send(ACCEPTED, payload)
            self.fault(0xC0, play, call="connect")

    def test_endless_nothing(self):
        def play(peer):
            peer.handshake()
            peer.get()
            peer.raw(frame(0x97) * 1000)
        self.fault(0xC9, play)

    def test_lost_anywhere(self):
        """The stream ends after each of its bytes: never anything but a lost link."""
        data = PICTURE[:150]
        stream = (frame(WELCOME, welcome()) + frame(FORM, form(0, digest(data), digest(data), 150, 0, 150), 1)
                  + frame(DATA, data[:70], 1) + frame(DATA, data[70:], 1, CRC | LAST))
        for count in range(0, len(stream), 3):
            def play(peer):
                peer.receive(HELLO)
                peer.raw(stream[:count])
                peer.connection.shutdown(socket.SHUT_WR)
                while True:
                    peer.receive(GET, CREDIT)
            lines = Script(play).run(KIND, "connect", "get=a")
            calls = [line for line in lines if line.startswith(("connect", "get"))]
            self.assertIn(calls, [["connect LOST", "get LOST"], ["connect DONE", "get LOST"]])


class KeyTests(unittest.TestCase):
    SECRET = bytes(range(100, 132))
    WORDS = [KIND, "secret=panel-7:" + SECRET.hex(), "connect", "get=a"]

    def run_script(self, play, *words):
        script = Script(play)
        lines = script.run(*words, *self.WORDS)
        self.peer = script.peers[0]
        return [line for line in lines if line.startswith(("connect", "get"))], lines

    def test_proof(self):
        def play(peer):
            # A frame that is skipped stands in no transcript, nor does what answers a PING before it.
            peer.raw(frame(0x97, b"x") + frame(PING, request=3))
            _, peer.hello, _ = peer.receive(HELLO)
            peer.transcript = peer.last_frame
            peer.receive(PONG)
            answer = frame(WELCOME, welcome(3))
            peer.raw(answer + frame(0xB6))
            peer.transcript += answer[:-4]
            peer.prove(self.SECRET)
            self.assertEqual((peer.key_id, peer.nonce), (b"panel-7", bytes(range(0xA0, 0xC0))))
            _, payload, _ = peer.receive(CAPABILITIES)
            self.assertEqual(payload, b"\x01" + len(DESCRIPTOR).to_bytes(2, "big") + DESCRIPTOR)
            peer.send(0xD5, b"skipped, and counted")
            peer.send(PING, request=4)
            peer.send(ACCEPTED, form_key(DESCRIPTOR))
            peer.receive(PONG)
            peer.answer(PICTURE, peer.get())
        for step in STEPS:
            calls, lines = self.run_script(play, step)
            self.assertEqual(calls, ["connect DONE", "get DONE"])
            self.assertEqual(bytes.fromhex(lines[-1].removeprefix("memory ")), PICTURE)

    def test_server_without_the_key(self):
        def reflected(peer):
            peer.receive(HELLO)
            peer.send(WELCOME, welcome())
            _, payload, _ = peer.receive(PROVE)
            peer.send(PROVEN, payload[-32:])

        def wrong(peer):
            peer.receive(HELLO)
            peer.transcript = peer.last_frame
            answer = frame(WELCOME, welcome())
            peer.raw(answer)
            peer.transcript += answer[:-4]
            peer.prove(self.SECRET, spoil=lambda proof: proof[:-1] + bytes([proof[-1] ^ 1]))
            peer.send_key = peer.receive_key = None

        def short(peer):
            peer.receive(HELLO)
            peer.send(WELCOME, welcome())
            peer.receive(PROVE)
            peer.send(PROVEN, bytes(31))

        def ignorant(peer):
            peer.receive(HELLO)
            peer.send(WELCOME, welcome())
            peer.receive(PROVE)
            peer.send(FORM, form())
        for play, code in [(reflected, 0xC6), (wrong, 0xC6), (short, 0xC0), (ignorant, 0xC4)]:
            with self.subTest(play.__name__):
                calls, lines = self.run_script(play)
                self.assertEqual(calls[0], f"connect BROKEN error={code:02x} flags=0")
                self.assertEqual(self.peer.errors, [code])
                # Nor is anything believed that it said.
                self.assertEqual(lines[1], "keepalive 0 time 0")

    def test_changed_handshake(self):
        # The server proves another transcript than the device's: one bit of WELCOME or HELLO was changed.
        for change in range(2):
            def play(peer):
                peer.receive(HELLO)
                peer.transcript = peer.last_frame
                peer.raw(frame(WELCOME, welcome(0 if change else 1)))
                peer.transcript += frame(WELCOME, welcome(1, time=5) if change else welcome(3))[:-4]
                with self.assertRaises(AssertionError):
                    peer.prove(self.SECRET)
                peer.send(ERROR, error(0xC6, 2))
            calls, _ = self.run_script(play)
            self.assertEqual(calls[0], "connect CLOSED error=c6 flags=2")

    def test_frames_after_the_proof(self):
        def flipped(peer):
            data = bytearray(peer.sealed(FORM, pending(1), peer.request))
            data[30] ^= 1
            peer.raw(bytes(data))

        def bad_code(peer):
            data = bytearray(peer.sealed(FORM, pending(1), peer.request))
            data[-1] ^= 0x80
            peer.raw(bytes(data))

        def stripped(peer):
            peer.raw(frame(FORM, pending(1), peer.request))

        def bare(peer):
            peer.raw(frame(FORM, pending(1), peer.request, flags=0))

        def replayed(peer):
            data = peer.sealed(PING, request=1)
            peer.raw(data + data)

        def reordered(peer):
            first, second = peer.sealed(PING, request=1), peer.sealed(PING, request=2)
            peer.raw(second + first)

        def reflected(peer):
            peer.send_key = peer.receive_key
            peer.sent = peer.received
            peer.raw(peer.sealed(PING, request=1))

        def short(peer):
            peer.raw(header(PING, MAC, 0, 7) + bytes(7))
        for spoil, code in [(flipped, 0xC7), (bad_code, 0xC7), (stripped, 0xC7), (bare, 0xC7), (replayed, 0xC7),
                            (reordered, 0xC7), (reflected, 0xC7), (short, 0xC0)]:
            def play(peer):
                peer.handshake(secret=self.SECRET)
                peer.get()
                spoil(peer)
            with self.subTest(spoil.__name__):
                calls, _ = self.run_script(play)
                self.assertEqual(calls, ["connect DONE", f"get BROKEN error={code:02x} flags=0"])
                self.assertEqual(self.peer.errors, [code])

    def test_mac_before_the_proof(self):
        def play(peer):
            peer.receive(HELLO)
            peer.raw(header(WELCOME, MAC, 0, 54) + welcome() + bytes(8))
        calls, _ = self.run_script(play)
        self.assertEqual(calls[0], "connect BROKEN error=c6 flags=0")

    def test_ids(self):
        for key_id, length in [("k", 1), ("k" * 16, 16)]:
            def play(peer):
                peer.handshake(secret=self.SECRET)
                self.assertEqual(len(peer.key_id), length)
            lines = Script(play).run(KIND, f"secret={key_id}:{self.SECRET.hex()}", "connect")
            self.assertEqual(lines[0], "connect DONE")
        for key_id in ["", "k" * 17]:
            def quiet(peer):
                peer.receive(HELLO)
                peer.send(WELCOME, welcome())
            lines = Script(quiet).run(KIND, f"secret={key_id}:{self.SECRET.hex()}", "connect")
            self.assertEqual(lines[0], "connect MISUSE")


class GreaseTests(unittest.TestCase):
    def test_extension_points_are_used(self):
        for secret in [None, KeyTests.SECRET]:
            def play(peer):
                peer.handshake(secret=secret)
                self.assertEqual(peer.hello[-3:], b"\xb6\x01\0")
                peer.answer(PICTURE, peer.get())
            script = Script(play, driver="driver-grease")
            words = [] if secret is None else ["secret=panel-7:" + secret.hex()]
            lines = script.run(KIND, *words, "connect", "get=a", "ping")
            self.assertEqual([lines[0], lines[2], lines[4]], ["connect DONE", "get DONE", "ping DONE"])
            self.assertEqual(script.peers[0].skipped, 1)
