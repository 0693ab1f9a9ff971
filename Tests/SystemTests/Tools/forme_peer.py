"""A device of the Forme protocol, written from spec/PROTOCOL.md and spec/DESCRIPTOR.md alone.

It shares no code with Forme, so it is a second reading of both documents. One request at a time, blocking.
"""

import binascii
import hashlib
import hmac
import os
import socket
import struct

NONE = bytes(16)
ANSWER_SECONDS = 60


class Lost(Exception):
    """The connection could not be made or ended."""


class Refused(Exception):
    """The server answered ERROR."""

    def __init__(self, payload):
        self.payload = payload
        self.code, self.flags, self.retry_after = struct.unpack_from(">BBH", payload)
        self.detail = payload[5 : 5 + payload[4]].decode()
        super().__init__(f"error {self.code:02x}, retry after {self.retry_after}: {self.detail}")


class Referred(Exception):
    """Another server has the form: its address, what to say there, and what to prove there."""

    def __init__(self, payload, secret):
        self.ttl, family = struct.unpack_from(">HB", payload)
        count = {4: 4, 6: 16}.get(family, 0)
        host = socket.inet_ntop(
            socket.AF_INET6 if family == 6 else socket.AF_INET, payload[3 : 3 + (count or 4)])
        port, length = struct.unpack_from(">HB", payload, 3 + count)
        self.ticket = payload[6 + count :]
        if not count or len(self.ticket) != length or not length or not self.ttl or not port:
            raise Broken("REFER does not add up")
        self.address = f"{host}:{port}"
        self.secret = secret
        super().__init__(f"referred to {self.address}")


class Broken(Exception):
    """The server did what the protocol does not allow."""


# MARK: Descriptors


def field(kind, value):
    return struct.pack(">BH", kind, len(value)) + value


def descriptor(width, height, color, codecs=()):
    """A device of a fixed size; everything that is not given is as by default."""
    result = field(1, struct.pack(">HH", width, height)) + field(3, bytes(color))
    if codecs:
        result += field(9, b"".join(bytes(each) for each in ((0, 0), *codecs)))
    return result


def form_key(text):
    return hashlib.sha256(b"forme/1 form\0" + text).digest()[:16]


class Form:
    """What FORM says."""

    def __init__(self, payload):
        (self.status, self.alternative, self.etag, self.sent, self.total, self.offset, self.length,
         self.width, self.height, self.codec, self.parameter, self.generation, self.next_poll
         ) = struct.unpack(">BB16s16sIIIHHBBII", payload)


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), "sha256").digest()


class Proof:
    """What a proof of a key makes of a connection: a MAC on every frame, by direction and number."""

    def __init__(self, secret, transcript):
        extracted = mac(hashlib.sha256(transcript).digest(), secret)
        self.keys = {way: mac(extracted, b"forme/1 " + way, b"\1") for way in (b"d2s", b"s2d")}
        self.counters = dict.fromkeys(self.keys, 0)
        self.referral = mac(extracted, b"forme/1 refer", b"\1")

    def trailer(self, way, frame):
        """The MAC of the next frame that goes this way."""
        counter = struct.pack(">Q", self.counters[way])
        self.counters[way] += 1
        return mac(self.keys[way], counter, frame)[:8]


class Peer:
    """One connection, after its handshake."""

    def __init__(self, address, identity, descriptors, key=None, fields=(), minor=0):
        """`key` is an id and 32 bytes; `fields` are the type and value of each TLV of HELLO. With
        the minor version 1 `get` may raise Referred."""
        self.minor = minor
        self.proof = None
        self.keys = [form_key(each) for each in descriptors]
        self.request = 0
        self.window = 0
        host, port = address.rsplit(":", 1)
        try:
            self.socket = socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS)
        except OSError as error:
            raise Lost(str(error)) from error
        try:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.shake_hands(identity, descriptors, key, fields)
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def shake_hands(self, identity, descriptors, key, fields):
        hello = b"FORM" + struct.pack(">BBHH", 1, self.minor, 65_535, 60)
        hello += bytes([len(identity)]) + identity + bytes([len(self.keys)]) + b"".join(self.keys)
        hello += b"".join(bytes([kind, len(value)]) + value for kind, value in fields)
        self.transcript = b""
        self.send(0x01, 0, hello)
        welcome = self.expect(0x02, 0)
        self.must_prove = bool(welcome[1] & 2)
        self.frame_limit = struct.unpack_from(">H", welcome, 2)[0]
        if key:
            self.prove(*key)
        if welcome[1] & 1:
            listed = b"".join(struct.pack(">H", len(each)) + each for each in descriptors)
            self.send(0x03, 0, bytes([len(descriptors)]) + listed)
            if self.expect(0x04, 0) != b"".join(self.keys):
                raise Broken("ACCEPTED brings other keys")

    def prove(self, key_id, secret):
        payload = bytes([len(key_id)]) + key_id + os.urandom(32)
        # The header says how long the whole frame is, also while the proof is not there yet.
        header = self.header(0x05, 0, len(payload) + 32, 0)
        so_far = hashlib.sha256(self.transcript + header + payload).digest()
        self.send(0x05, 0, payload + mac(secret, b"forme/1 device\0", so_far))
        transcript = self.transcript
        if self.expect(0x06, 0) != mac(
            secret, b"forme/1 server\0", hashlib.sha256(transcript).digest()
        ):
            raise Broken("PROVEN by somebody who has not the key")
        self.proof = Proof(secret, transcript)

    # MARK: Frames

    @staticmethod
    def header(kind, flags, length, request):
        header = struct.pack(">BBHH", kind, flags, length, request)
        return header + struct.pack(">H", binascii.crc_hqx(header, 0xFFFF))

    def send(self, kind, request, payload, flags=0):
        if self.proof:
            frame = self.header(kind, flags | 4, len(payload) + 8, request) + payload
            frame += self.proof.trailer(b"d2s", frame)
        else:
            frame = self.header(kind, flags, len(payload), request) + payload
            self.transcript += frame
        try:
            self.socket.sendall(frame)
        except OSError as error:
            raise Lost(str(error)) from error

    def read(self, count):
        result = bytearray()
        while len(result) < count:
            try:
                piece = self.socket.recv(count - len(result))
            except TimeoutError as error:
                raise Broken(f"no answer within {ANSWER_SECONDS} s") from error
            except OSError as error:
                raise Lost(str(error)) from error
            if not piece:
                raise Lost("the server closed it")
            result += piece
        return bytes(result)

    def receive(self):
        """The next frame that is no CREDIT: its type, flags, request and payload."""
        while True:
            header = self.read(8)
            kind, flags, length, request, check = struct.unpack(">BBHHH", header)
            if check != binascii.crc_hqx(header[:6], 0xFFFF):
                raise Broken("a header whose check is wrong")
            payload = self.read(length)
            if self.proof:
                payload, trailer = payload[:-8], payload[-8:]
                if not flags & 4 or trailer != self.proof.trailer(b"s2d", header + payload):
                    raise Broken("a frame whose MAC is wrong")
                flags &= ~4
            else:
                self.transcript += header + payload
            if kind == 0x13:
                self.window += struct.unpack(">I", payload)[0]
                if self.is_waiting_for_window:
                    return kind, flags, request, payload
                continue
            if kind == 0x7F:
                raise Refused(payload)
            if kind == 0x43:
                raise Lost("the server said goodbye")
            return kind, flags, request, payload

    is_waiting_for_window = False

    def expect(self, wanted, request):
        kind, _, number, payload = self.receive()
        if (kind, number) != (wanted, request):
            raise Broken(f"message {kind:02x} for {number}, expected {wanted:02x} for {request}")
        return payload

    def begin(self, kind, payload):
        self.request += 1
        self.send(kind, self.request, payload)

    # MARK: Requests

    def put(self, name, picture, declares_digest=True, piece=65_535):
        """Registers a picture; gives its image id and the name's generation."""
        digest = hashlib.sha256(picture).digest()
        self.begin(0x20, text(name) + struct.pack(">I", len(picture))
                   + (digest if declares_digest else bytes(32)))
        offset, self.window = struct.unpack(">II", self.expect(0x21, self.request))
        stream = picture if declares_digest else picture + digest
        if offset > len(picture) or (offset and not declares_digest):
            raise Broken(f"READY at {offset} of {len(picture)}")
        if offset == len(stream):
            self.send(0x12, self.request, b"", flags=1)
        while offset < len(stream):
            rest = len(stream) - offset
            if self.window < min(64, rest):
                self.is_waiting_for_window = True
                kind, *_ = self.receive()
                self.is_waiting_for_window = False
                if kind != 0x13:
                    raise Broken(f"message {kind:02x} during an upload")
                continue
            room = self.frame_limit - (8 if self.proof else 0)
            count = min(rest, self.window, room, max(64, piece))
            self.send(0x12, self.request, stream[offset : offset + count], flags=count == rest)
            offset += count
            self.window -= count
        stored = self.expect(0x22, self.request)
        if stored[:16] != digest[:16]:
            raise Broken("STORED for another image")
        return stored[:16], struct.unpack(">I", stored[16:])[0]

    def get(self, reference, shown=NONE, partial=NONE, offset=0, credit=1 << 20, received=None):
        """Asks for a form by name (a string) or image id (bytes). What comes is appended to
        `received`, so that the caller has it when the link breaks.

        Gives FORM and the bytes that DATA brought."""
        received = bytearray() if received is None else received
        start = len(received)
        by = b"\0" + reference if isinstance(reference, bytes) else b"\1" + text(reference)
        self.begin(0x10, by + shown + partial + struct.pack(">II", offset, credit))
        kind, _, request, payload = self.receive()
        if (kind, request) == (0x44, self.request) and self.minor:
            raise Referred(payload, self.proof and self.proof.referral)
        if (kind, request) != (0x11, self.request):
            raise Broken(f"message {kind:02x} for GET")
        form = Form(payload)
        if form.status in (1, 2):
            return form, b""
        self.form = form
        while True:
            kind, flags, request, payload = self.receive()
            if (kind, request) != (0x12, self.request) or not payload:
                raise Broken(f"message {kind:02x} during a form")
            received += payload
            count = len(received) - start
            if (flags & 1) != (count == form.length) or count > form.length:
                raise Broken(f"{count} of {form.length} bytes, flags {flags:02x}")
            if flags & 1:
                return form, bytes(received[start:])
            self.send(0x13, self.request, struct.pack(">I", len(payload)))

    form = None

    def remove(self, name):
        self.begin(0x25, text(name))
        self.expect(0x3F, self.request)

    def watch(self, name):
        """Asks to be told when a name moves."""
        self.begin(0x30, text(name))
        self.expect(0x3F, self.request)

    def list(self, prefix=""):
        """All names that begin with a prefix, and the ids of their images."""
        names, after = {}, ""
        while True:
            self.begin(0x23, text(prefix) + text(after))
            kind, flags, request, payload = self.receive()
            if (kind, request) != (0x24, self.request):
                raise Broken(f"message {kind:02x} for LIST")
            at = 0
            while at < len(payload):
                end = at + 1 + payload[at]
                after = payload[at + 1 : end].decode()
                names[after] = payload[end : end + 16]
                at = end + 24
            if flags & 1:
                return names


def text(string):
    encoded = string.encode()
    return bytes([len(encoded)]) + encoded
