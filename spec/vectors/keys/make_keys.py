#!/usr/bin/env python3
"""Writes the transcripts of this folder from spec/PROTOCOL.md alone.

Every frame, every intermediate value and every key is computed here, by a program that shares
nothing with the server, so that either can be held against the other.
"""
import json
import pathlib
import struct
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from framing import CRC, LAST, digest, form_key, frame, header, hmac256, sha256  # noqa: E402
from sealing import seal  # noqa: E402


class Transcript:
    """Frames in the order in which they are sent."""

    def __init__(self, title, requirements, key_id, secret, device_nonce, server_nonce, settings):
        self.values = {
            "title": title,
            "requirements": [f"FORME-{number}" for number in requirements.split()],
            "keyID": key_id,
            "secret": secret.hex(),
            "deviceNonce": device_nonce.hex(),
            "serverNonce": server_nonce.hex(),
            **settings,
        }
        self.key_id, self.secret = key_id, secret
        self.device_nonce = device_nonce
        self.crc = settings["crc32"]
        self.keys, self.counters = {}, {"device": 0, "server": 0}
        self.covered = b""
        self.frames = []

    def send(self, who, name, kind, payload, request=0, flags=0, covered=False):
        """Appends one frame; `covered` by the proof or not."""
        key = self.keys.get(who)
        note = {"from": who, "message": name}
        if key:
            note["counter"] = self.counters[who]
            self.counters[who] += 1
        elif self.crc and (who == "device" or self.greeted):
            flags |= CRC
        data = frame(kind, payload, request, flags, key, note.get("counter", 0))
        end = 8 + len(payload)
        if covered:
            self.covered += data[:end]
        note["header"], note["payload"], note["trailer"] = (
            data[:8].hex(), payload.hex(), data[end:].hex())
        self.frames.append(note)

    @property
    def greeted(self):
        return any(frame["message"] == "HELLO" for frame in self.frames)

    def prove(self, flags=0):
        claim = bytes([len(self.key_id)]) + self.key_id.encode() + self.device_nonce
        length = len(claim) + 32 + (4 if self.crc else 0)
        head = header(0x05, flags | (CRC if self.crc else 0), length, 0)
        t1 = sha256(self.covered + head + claim)
        proof = hmac256(self.secret, b"forme/1 device\0" + t1)
        self.send("device", "PROVE", 0x05, claim + proof, flags=flags, covered=True)
        t2 = sha256(self.covered)
        answer = hmac256(self.secret, b"forme/1 server\0" + t2)
        self.send("server", "PROVEN", 0x06, answer)
        prk = hmac256(t2, self.secret)
        self.keys = {
            "device": hmac256(prk, b"forme/1 d2s\x01"),
            "server": hmac256(prk, b"forme/1 s2d\x01"),
        }
        self.values["computed"] = {
            "t1": t1.hex(),
            "deviceProof": proof.hex(),
            "t2": t2.hex(),
            "serverProof": answer.hex(),
            "extracted": prk.hex(),
            "deviceToServerKey": self.keys["device"].hex(),
            "serverToDeviceKey": self.keys["server"].hex(),
            "referralSecret": self.referral(prk).hex(),
        }

    def referral(self, prk):
        """What is proven at a server that is referred to."""
        self.referral_secret = hmac256(prk, b"forme/1 refer\x01")
        return self.referral_secret

    def write(self, name):
        self.values["frames"] = self.frames
        with open(FOLDER / name, "w", encoding="utf-8") as file:
            json.dump(self.values, file, indent=2, ensure_ascii=False)
            file.write("\n")


def hello(max_frame, keep_alive, device_id, form_keys, fields=b""):
    return (b"FORM" + struct.pack(">BBHHB", 1, 1, max_frame, keep_alive, len(device_id))
            + device_id + bytes([len(form_keys)]) + b"".join(form_keys) + fields)


def welcome(flags, keep_alive, time, nonce):
    return struct.pack(">BBHHQ", 1, flags, 16384, keep_alive, time) + nonce


# 128 × 8 pixels, one bit.
DESCRIPTOR = bytes.fromhex("01000400800008030003010100")
FORM_KEY = form_key(DESCRIPTOR)
SECRET = bytes(range(32))
DEVICE_NONCE = bytes(range(0x40, 0x60))
SERVER_NONCE = bytes(range(0x80, 0xA0))
TIME = 1_800_000_000


def small():
    """The shortest that can be: no form keys, no CRC-32, one LIST."""
    t = Transcript(
        "A registrar without CRC-32 lists nothing",
        "2.5-3 4.1-2 4.2-2 5.2-1 5.2-5 5.3-3 5.3-4 6.4-1 6.4-5 "
        "13.1-2 13.1-5 13.1-6 13.1-7 13.1-12 13.2-1 13.2-2 13.2-3", "press-1", SECRET, DEVICE_NONCE, SERVER_NONCE,
        {"crc32": False, "mustProve": True, "maxFrame": 248, "deviceID": "", "formKeys": [],
         "unixTime": TIME})
    t.send("device", "HELLO", 0x01, hello(248, 0, b"", []), covered=True)
    t.send("server", "WELCOME", 0x02, welcome(2, 300, TIME, SERVER_NONCE), covered=True)
    t.prove()
    t.send("device", "LIST", 0x23, b"\0\0", request=1)
    t.send("server", "LISTING", 0x24, b"", request=1, flags=LAST)
    t.send("device", "PING", 0x40, b"")
    t.send("server", "PONG", 0x41, b"")
    t.write("registrar.json")


def full():
    """With CRC-32 before the proof, grease in every place, CAPABILITIES, and a form in two frames."""
    form = bytes(index * 7 & 0xFF for index in range(128))
    t = Transcript(
        "A panel with CRC-32 and grease gets a form in two frames",
        "2.2-1 2.5-2 4.1-2 5.2-5 5.3-3 5.3-4 5.3-5 5.3-8 6.1-8 6.1-9 6.1-10 6.2-1 6.2-3 6.2-4 "
        "6.2-7 9-1 9-2 9-3 13.1-2 13.1-3 13.1-5 13.1-6 13.1-7 13.1-12 13.1-18 "
        "13.2-1 13.2-2 13.2-3", "shelf_7.b-CdEfGh",
        sha256(b"an example, not a secret"), sha256(b"device"), sha256(b"server"),
        {"crc32": True, "mustProve": False, "maxFrame": 248, "deviceID": b"shelf-7".hex(),
         "formKeys": [FORM_KEY.hex()], "descriptor": DESCRIPTOR.hex(), "unixTime": TIME,
         "form": form.hex()})
    t.send("device", "grease", 0x97, b"\x01\x02\x03", request=0x1234, flags=0x20)
    t.send("device", "HELLO", 0x01,
           hello(248, 60, b"shelf-7", [FORM_KEY], b"\x82\x03" + b"1.4" + b"\xd5\x01\xff"),
           flags=0x90, covered=True)
    t.send("server", "WELCOME", 0x02, welcome(1, 60, TIME, sha256(b"server")), covered=True)
    t.send("device", "grease", 0xB6, b"", flags=0x10)
    t.prove(flags=0x40)
    t.send("device", "CAPABILITIES", 0x03,
           b"\x01" + struct.pack(">H", len(DESCRIPTOR)) + DESCRIPTOR)
    t.send("device", "GET", 0x10,
           b"\x01\x05lobby" + bytes(16) + bytes(16) + struct.pack(">II", 0, 64), request=1,
           flags=0x10)
    t.send("server", "ACCEPTED", 0x04, FORM_KEY)
    fields = struct.pack(">III", 128, 0, 128) + struct.pack(">HHBBII", 128, 8, 0, 0, 3, 0)
    t.send("server", "FORM", 0x11, b"\0\0" + digest(form) * 2 + fields, request=1)
    t.send("server", "DATA", 0x12, form[:64], request=1)
    t.send("device", "grease", 0xF4, b"\xAA", flags=0xF0)
    t.send("device", "CREDIT", 0x13, struct.pack(">I", 64), request=1)
    t.send("server", "DATA", 0x12, form[64:], request=1, flags=LAST)
    t.write("panel.json")


FORM = bytes(index * 5 + 1 & 0xFF for index in range(128))
TICKET = digest(b"a ticket, and no secret")
REFER = struct.pack(">HB4sH", 60, 4, bytes([192, 0, 2, 7]), 3676) + bytes([len(TICKET)]) + TICKET
GET = b"\x01\x05lobby" + bytes(16) + bytes(16) + struct.pack(">II", 0, 128)


def referring():
    """GET, and REFER instead of FORM."""
    t = Transcript(
        "A panel with a key is referred to another server",
        "4.2-7 6.7-1 6.7-2 13.1-2 13.1-5 13.1-6 13.5-1", "shelf_7.b-CdEfGh",
        sha256(b"an example, not a secret"), sha256(b"device, once more"), sha256(b"front"),
        {"crc32": True, "mustProve": True, "knowsKeys": True, "maxFrame": 248,
         "deviceID": b"shelf-7".hex(), "formKeys": [FORM_KEY.hex()], "descriptor": DESCRIPTOR.hex(),
         "unixTime": TIME})
    t.send("device", "HELLO", 0x01, hello(248, 0, b"shelf-7", [FORM_KEY]), covered=True)
    t.send("server", "WELCOME", 0x02, welcome(2, 300, TIME, sha256(b"front")), covered=True)
    t.prove()
    t.send("device", "GET", 0x10, GET, request=1)
    t.send("server", "REFER", 0x44, REFER, request=1)
    t.write("referring.json")
    return t.referral_secret


def referred(secret):
    """The other server: a ticket, the referral secret, and the form."""
    t = Transcript(
        "The same panel at the other server, with its ticket and the referral secret",
        "5.1-9 6.7-6 6.7-7 6.7-11 6.7-15 13.5-1 13.5-2", "shelf_7.b-CdEfGh", secret,
        sha256(b"device, a third time"), sha256(b"back"),
        {"crc32": True, "mustProve": True, "maxFrame": 248, "deviceID": b"shelf-7".hex(),
         "formKeys": [FORM_KEY.hex()], "descriptor": DESCRIPTOR.hex(), "ticket": TICKET.hex(),
         "unixTime": TIME, "form": FORM.hex()})
    t.send("device", "HELLO", 0x01,
           hello(248, 0, b"shelf-7", [FORM_KEY], b"\x8b" + bytes([len(TICKET)]) + TICKET), covered=True)
    t.send("server", "WELCOME", 0x02, welcome(3, 300, TIME, sha256(b"back")), covered=True)
    t.prove()
    t.send("device", "CAPABILITIES", 0x03,
           b"\x01" + struct.pack(">H", len(DESCRIPTOR)) + DESCRIPTOR)
    t.send("server", "ACCEPTED", 0x04, FORM_KEY)
    t.send("device", "GET", 0x10, GET, request=1)
    fields = struct.pack(">III", 128, 0, 128) + struct.pack(">HHBBII", 128, 8, 0, 0, 3, 0)
    t.send("server", "FORM", 0x11, b"\0\0" + digest(FORM) * 2 + fields, request=1)
    t.send("server", "DATA", 0x12, FORM, request=1, flags=LAST)
    t.write("referred.json")


PEERS = bytes(range(0x20, 0x40))


def sealed(secret, key_id, nonce):
    """A referral secret as servers tell each other; the key and the result."""
    key = hmac256(hmac256(bytes(32), PEERS), b"forme/1 seal\x01")
    return key, nonce + seal(key, nonce, secret, key_id)


def origin(secret):
    """What the server that referred the panel had said to the other one."""
    nonce, key_id = bytes(range(0x70, 0x7C)), b"shelf_7.b-CdEfGh"
    key, box = sealed(secret, key_id, nonce)
    t = Transcript(
        "A front asks a back for the panel, and is told to refer it",
        "4.1-4 15-1 15-2 15-3 15-4 15-5 15-9 15-11 15-12 15-13", "front-1", PEERS,
        sha256(b"front, as a device"), sha256(b"back, as a server"),
        {"crc32": False, "mustProve": True, "maxFrame": 65535, "deviceID": "", "formKeys": [],
         "descriptor": DESCRIPTOR.hex(), "unixTime": TIME,
         "sealing": {"keyID": key_id.decode(), "referralSecret": secret.hex(), "nonce": nonce.hex(),
                     "key": key.hex(), "sealed": box.hex()}})
    t.send("device", "HELLO", 0x01, hello(65535, 0, b"", []), covered=True)
    t.send("server", "WELCOME", 0x02, welcome(2, 300, TIME, sha256(b"back, as a server")), covered=True)
    t.prove()
    t.send("device", "ORIGIN", 0x45,
           b"\x05\x03lob\x07shelf-7" + bytes([len(key_id)]) + key_id + b"\x01" + FORM_KEY
           + bytes([len(box)]) + box)
    t.send("device", "GET", 0x10, GET, request=1)
    t.send("server", "ERROR", 0x7F, b"\x81\0\0\0\0", request=1)
    t.send("device", "CAPABILITIES", 0x03,
           b"\x01" + struct.pack(">H", len(DESCRIPTOR)) + DESCRIPTOR)
    t.send("server", "ACCEPTED", 0x04, FORM_KEY)
    t.send("device", "GET", 0x10, GET, request=2)
    t.send("server", "REFER", 0x44, REFER, request=2)
    t.write("origin.json")


small()
full()
referral = referring()
referred(referral)
origin(referral)
