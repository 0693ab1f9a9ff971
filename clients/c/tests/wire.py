"""Forme's frames and a server that answers by a script, written from spec/PROTOCOL.md and apart from the client."""
import binascii
import hashlib
import hmac
import os
import pathlib
import socket
import struct
import subprocess
import threading
import zlib

BUILD = pathlib.Path(os.environ.get("BUILD", pathlib.Path(__file__).parents[3] / ".build/clients-c"))
VECTORS = pathlib.Path(__file__).parents[3] / "spec/vectors"

(HELLO, WELCOME, CAPABILITIES, ACCEPTED, PROVE, PROVEN) = range(1, 7)
(GET, FORM, DATA, CREDIT, CANCEL) = range(0x10, 0x15)
WATCH, NOTIFY, OK, PING, PONG, GOAWAY, REFER, ERROR = 0x30, 0x31, 0x3F, 0x40, 0x41, 0x43, 0x44, 0x7F
LAST, CRC, MAC = 1, 2, 4
GREASE = (0x97, 0xB6, 0xD5, 0xF4)

# 40 columns, 30 rows, 8 bits gray: 1,200 bytes.
DESCRIPTOR = bytes.fromhex("01 0004 0028 001e  03 0003 01 08 00")
# Any height, 40 columns, zlib with 4 KiB welcome.
ROLL = bytes.fromhex("01 0004 0028 0000  03 0003 01 08 00  09 0004 0000 020c")


def digest(data):
    return hashlib.sha256(data).digest()[:16]


def form_key(descriptor):
    return digest(b"forme/1 form\0" + descriptor)


def header(kind, flags, request, length):
    front = struct.pack(">BBHH", kind, flags, length, request)
    return front + struct.pack(">H", binascii.crc_hqx(front, 0xFFFF))


def frame(kind, payload=b"", request=0, flags=CRC):
    """A frame with CRC-32, or without any trailer when flags say so."""
    head = header(kind, flags, request, len(payload) + (4 if flags & CRC else 0))
    return head + payload + (struct.pack(">I", zlib.crc32(head + payload)) if flags & CRC else b"")


def welcome(flags=0, max_frame=8192, keep_alive=300, time=0x123456789, nonce=bytes(range(32)), minor=0):
    return struct.pack(">BBHHQ", minor, flags, max_frame, keep_alive, time) + nonce


def form(status=0, etag=bytes(16), sent=bytes(16), total=0, offset=0, length=0, width=40, height=30, codec=0,
         parameter=0, alternative=0, generation=7, poll=0):
    return struct.pack(
        ">BB16s16sIIIHHBBII", status, alternative, etag, sent, total, offset, length, width, height, codec,
        parameter, generation, poll)


def pending(seconds):
    return form(2, width=0, height=0, generation=0, poll=seconds)


def error(code, flags=0, retry=0, detail=b""):
    return struct.pack(">BBHB", code, flags, retry, len(detail)) + detail


def refer(port, ticket=b"ticket", ttl=60, address=bytes([127, 0, 0, 1])):
    family = 4 if len(address) == 4 else 6
    return struct.pack(">HB", ttl, family) + address + struct.pack(">HB", port, len(ticket)) + ticket


def notice(name, image, generation):
    return bytes([len(name)]) + name + image + struct.pack(">I", generation)


class Get:
    """GET's payload."""

    def __init__(self, payload):
        if payload[0] == 1:
            self.name, rest = payload[2:2 + payload[1]], payload[2 + payload[1]:]
        else:
            self.name, rest = None, payload[17:]
            self.image = payload[1:17]
        self.shown, self.partial, self.offset, self.credit = struct.unpack(">16s16sII", rest)


class Gone(Exception):
    """The client closed the connection."""


class Peer:
    """One connection as the server sees it. With a secret it proves it, and ends frames with a MAC."""

    def __init__(self, connection):
        self.connection = connection
        self.connection.settimeout(20)
        self.send_key = self.receive_key = None
        self.sent = self.received = 0
        self.transcript = b""
        self.credit = 0
        self.errors = []
        self.skipped = 0

    def exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.connection.recv(count - len(data))
            if not more:
                raise Gone
            data += more
        return data

    def receive(self, *expected):
        """The next frame: type, payload, request. Every check is made."""
        head = self.exactly(8)
        kind, flags, length, request, check = struct.unpack(">BBHHH", head)
        assert check == binascii.crc_hqx(head[:6], 0xFFFF)
        assert flags & 0x08 == 0
        body = self.exactly(length)
        if self.receive_key:
            assert flags & 0x0F == MAC, flags
            payload, trailer = body[:-8], body[-8:]
            code = hmac.digest(self.receive_key, struct.pack(">Q", self.received) + head + payload, "sha256")
            assert trailer == code[:8]
            self.received += 1
        else:
            assert flags & 0x0F == CRC, flags
            payload, trailer = body[:-4], body[-4:]
            assert trailer == struct.pack(">I", zlib.crc32(head + payload))
        self.last_frame = head + payload
        if kind in GREASE:
            self.skipped += 1
            return self.receive(*expected)
        if kind == ERROR:
            self.errors.append(payload[0])
            assert payload == bytes([payload[0], 2, 0, 0, 0]) and request == 0
        if expected and kind not in expected:
            raise AssertionError(f"{kind:02x} came instead of {expected}")
        return kind, payload, request

    def sealed(self, kind, payload=b"", request=0, flags=0):
        """The frame as it is sent now: with the MAC once the key is proven, else with CRC-32."""
        if not self.send_key:
            return frame(kind, payload, request, flags | CRC)
        head = header(kind, flags | MAC, request, len(payload) + 8)
        code = hmac.digest(self.send_key, struct.pack(">Q", self.sent) + head + payload, "sha256")
        self.sent += 1
        return head + payload + code[:8]

    def send(self, kind, payload=b"", request=0, flags=0):
        self.connection.sendall(self.sealed(kind, payload, request, flags))

    def raw(self, data):
        self.connection.sendall(data)

    def handshake(self, flags=0, secret=None, **fields):
        _, self.hello, request = self.receive(HELLO)
        assert request == 0
        self.transcript = self.last_frame
        answer = frame(WELCOME, welcome(flags, **fields))
        self.raw(answer)
        self.transcript += answer[:-4]
        if secret:
            self.prove(secret)
        if flags & 1:
            _, payload, request = self.receive(CAPABILITIES)
            assert request == 0
            self.descriptors, at = [], 1
            for _ in range(payload[0]):
                length = int.from_bytes(payload[at:at + 2], "big")
                self.descriptors.append(payload[at + 2:at + 2 + length])
                at += 2 + length
            assert at == len(payload)
            self.send(ACCEPTED, b"".join(form_key(each) for each in self.descriptors))

    def prove(self, secret, spoil=lambda proof: proof):
        _, payload, request = self.receive(PROVE)
        assert request == 0
        length = payload[0]
        self.key_id, self.nonce, proof = payload[1:1 + length], payload[1 + length:33 + length], payload[33 + length:]
        first = hashlib.sha256(self.transcript + self.last_frame[:-32]).digest()
        assert proof == hmac.digest(secret, b"forme/1 device\0" + first, "sha256")
        second = hashlib.sha256(self.transcript + self.last_frame).digest()
        self.raw(frame(PROVEN, spoil(hmac.digest(secret, b"forme/1 server\0" + second, "sha256"))))
        extracted = hmac.digest(second, secret, "sha256")
        self.referral_secret = hmac.digest(extracted, b"forme/1 refer\x01", "sha256")
        self.receive_key = hmac.digest(extracted, b"forme/1 d2s\x01", "sha256")
        self.send_key = hmac.digest(extracted, b"forme/1 s2d\x01", "sha256")

    def get(self):
        kind, payload, self.request = self.receive(GET, CREDIT)
        while kind == CREDIT:  # for the request before, whose end it crossed
            kind, payload, self.request = self.receive(GET, CREDIT)
        assert self.request != 0
        get = Get(payload)
        self.credit = get.credit
        return get

    def bring(self, data, most=10**9, until=None, spoil=None):
        """DATA, never more than the client gave credit for; `until`: leaves the rest unsent."""
        at = 0
        window = self.credit
        while at < len(data) and (until is None or at < until):
            while self.credit < min(64, len(data) - at):
                kind, payload, request = self.receive(CREDIT, CANCEL)
                if kind == CANCEL:
                    return False
                assert request == self.request
                self.credit += int.from_bytes(payload, "big")
                assert self.credit <= window, "no more is under way than the window"
            step = min(len(data) - at, self.credit, most, 232)
            last = at + step == len(data)
            self.send(DATA, data[at:at + step], self.request, LAST if last else 0)
            self.credit -= step
            at += step
        return True

    def answer(self, data, get, **fields):
        """A whole answer to GET, with resumption."""
        values = dict(etag=digest(data), sent=digest(data), total=len(data))
        values.update(fields)
        offset = get.offset if get.partial == values["sent"] and get.offset < len(data) else 0
        self.send(FORM, form(offset=offset, length=len(data) - offset, **values), self.request)
        return self.bring(data[offset:])


class Script:
    """Runs the driver against functions that each play one connection."""

    def __init__(self, *connections, driver="driver"):
        self.driver = driver
        self.failures = []
        self.peers = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, args=(connections,), daemon=True)

    def serve(self, connections):
        for play in connections:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = Peer(connection)
            peer.port = self.port
            self.peers.append(peer)
            try:
                play(peer)
                # Whatever the client says until it closes must be in order as well.
                while True:
                    kind, _, request = peer.receive(PING, PONG, CREDIT, ERROR)
                    if kind == PING:
                        peer.send(PONG, request=request)
            except Gone:
                pass
            except ConnectionError:
                pass
            except BaseException as failure:  # the test reports it
                self.failures.append(failure)
            finally:
                connection.close()

    def run(self, *words):
        self.thread.start()
        done = subprocess.run(
            [str(BUILD / "asan" / self.driver), str(self.port), *words], capture_output=True, text=True, timeout=60,
            encoding="utf-8")
        self.listener.close()
        self.thread.join(timeout=20)
        if self.failures:
            raise self.failures[0]
        assert done.returncode == 0 and not done.stderr, (done.returncode, done.stderr, done.stdout)
        return done.stdout.splitlines()
