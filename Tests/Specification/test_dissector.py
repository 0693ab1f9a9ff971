"""What spec/wireshark/forme.lua makes of every type of message, of cut segments, and of damage."""

import pathlib
import re
import struct
import tempfile
import unittest

import judge
import pcap
from frames import CRC32, LAST, MAC, NUMBERS, frame, header, text, tlv

ID = bytes(range(16))
FULL = bytes(range(32))
DESCRIPTOR = bytes.fromhex("010004032001e0030003010100090004 0000020c".replace(" ", ""))
V4, V6 = bytes([192, 0, 2, 7]), bytes.fromhex("20010db8000000000000000000000007")
REFER = struct.pack(">HB4sH", 60, 4, V4, 3_676) + text("ticket")
ORIGIN = b"\5" + text("lobby/") + text("panel-1") + text("key-1") + b"\1" + ID + b"\x3c" + bytes(60)
FORM = struct.pack(
    ">BB16s16sIIIHHBBII", 0, 0, ID, ID, 48_000, 0, 48_000, 800, 480, 2, 12, 7, 600
)
HELLO = b"".join(
    [
        b"FORM\1\0", struct.pack(">HH", 248, 60), text("panel-1"), b"\1", ID,
        tlv(0x81, b"model"), tlv(0x82, "1.0 é".encode()), tlv(0x83, b"\x0e\x74"), tlv(0x84, b"\x42"),
        tlv(0x85, b"\xc4"), tlv(0x86, b"\xfb"), tlv(0x87, b"\2"), tlv(0x88, bytes(4)),
        tlv(0x89, b"\x80"), tlv(0x8A, ID), tlv(0x8B, b"ticket"), tlv(0x97, b""),
    ]
)  # fmt: skip

# Every type of message with every field, in the order of a session: (from the device, frame).
SESSION = [
    (True, frame("HELLO", HELLO)),
    (False, frame("WELCOME", struct.pack(">BBHHQ", 0, 3, 16_384, 60, 1_790_000_000) + FULL)),
    (True, frame("PROVE", text("panel-1") + FULL + FULL)),
    (False, frame("PROVEN", FULL)),
    (True, frame("CAPABILITIES", b"\1" + struct.pack(">H", len(DESCRIPTOR)) + DESCRIPTOR, flags=MAC)),
    (False, frame("ACCEPTED", ID + ID, flags=MAC)),
    (True, frame("GET", b"\0" + ID + bytes(36) + b"\0\0\0\x64", 1)),
    (True, frame("GET", b"\1" + text("lobby/left") + bytes(36) + b"\0\0\0\x64", 1, 0)),
    (False, frame("FORM", FORM, 1)),
    (False, frame("DATA", bytes(range(64)) * 40, 1)),
    (True, frame("CREDIT", struct.pack(">I", 4_096), 1)),
    (False, frame("DATA", b"\xff" * 64, 1, LAST | CRC32)),
    (True, frame("CANCEL", b"", 1)),
    (False, frame("ERROR", struct.pack(">BBH", 0x8C, 0, 0) + text("cancelled"), 1)),
    (True, frame("PUT", text("lobby/right") + struct.pack(">I", 0) + FULL, 2)),
    (False, frame("READY", struct.pack(">II", 0, 65_536), 2)),
    (True, frame("DATA", b"", 2, LAST)),
    (False, frame("STORED", ID + struct.pack(">I", 8), 2)),
    (True, frame("LIST", text("lobby/") + text(""), 3)),
    (False, frame("LISTING", (text("lobby/left") + ID + bytes(8)) * 2, 3, LAST)),
    (True, frame("LIST", text("") + text("lobby/left"), 3)),
    (False, frame("LISTING", b"", 3, LAST)),
    (True, frame("REMOVE", text("lobby/right"), 4)),
    (False, frame("OK", b"", 4)),
    (True, frame("WATCH", text("lobby/left") + text("lobby/right"), 5)),
    (False, frame("NOTIFY", text("lobby/left") + ID + struct.pack(">I", 9))),
    (True, frame("ORIGIN", ORIGIN)),
    (True, frame("GET", b"\0" + ID + bytes(40), 6)),
    (False, frame("REFER", REFER, 6)),
    (True, frame("ORIGIN", bytes(6))),
    (True, frame("GET", b"\0" + ID + bytes(40), 7)),
    (False, frame("REFER", struct.pack(">HB16sH", 1, 6, V6, 1) + text("t"), 7)),
    (True, frame(0xB6, b"grease", 777, 0xF0)),
    (True, frame("PING", b"", 9)),
    (False, frame("PONG", b"", 9)),
    (False, frame("GOAWAY", struct.pack(">BI", 1, 30))),
]


class DissectorTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def dissect(self, *sessions, sizes=(1_400,)):
        """The frames that tshark sees when these sessions are captured, each a connection."""
        path = pathlib.Path(self.folder.name) / "capture.pcap"
        capture = pcap.Capture(path)
        for session in sessions:
            connection = capture.connection()
            # What one side sends in a row goes in one piece, so that segments hold several frames.
            runs = []
            for from_device, data in session:
                if runs and runs[-1][0] == from_device:
                    runs[-1][1] += data
                else:
                    runs.append([from_device, data])
            for from_device, data in runs:
                connection.send(from_device, data, sizes)
            connection.close()
        capture.close()
        return judge.frames(path)

    def test_every_type_of_message_and_every_field_is_named(self):
        frames, malformed = self.dissect(SESSION)
        self.assertFalse(malformed)
        self.assertEqual([f.type for f in frames], [data[0] for _, data in SESSION])
        self.assertEqual({f.type for f in frames} - {0xB6}, set(NUMBERS.values()))
        for found, (_, data) in zip(frames, SESSION, strict=True):
            with self.subTest(type=hex(found.type)):
                self.assertEqual(found.size, len(data))
                self.assertEqual(found.experts - {"forme.expert.error", "forme.expert.skipped"}, set())
                if found.type != 0xB6:
                    self.assertEqual(found.unnamed(), [])

    def test_every_field_that_the_dissector_declares_is_used(self):
        """So that no field of a message is named in a list and nowhere else."""
        odd = [frame("PING", b"\0", 9), frame("HELLO", HELLO[:-2] + tlv(0xD5, b"1"))]
        session = SESSION + [(True, data) for data in odd]
        frames, _ = self.dissect(session, [(True, b"\x40" + bytes(9))])
        seen = {name for found in frames for name in found.values}
        source = judge.DISSECTOR.read_text(encoding="utf-8")
        calls = re.findall(r'^(field|counted)\("\w+", "([\w.]+)"', source, re.MULTILINE)
        declared = {f"forme.{path}" for _, path in calls}
        declared |= {f"forme.{path}.length" for call, path in calls if call == "counted"}
        self.assertGreater(len(declared), 100)
        self.assertEqual(declared - seen, set())

    def test_values_are_read_as_they_were_written(self):
        frames, _ = self.dissect(SESSION)
        by_type = {found.type: found for found in frames}
        hello = by_type[NUMBERS["HELLO"]].values
        self.assertEqual(hello["forme.hello.max_frame"], ["00f8"])
        self.assertEqual(hello["forme.hello.rssi"], ["c4"])
        self.assertEqual(hello["forme.hello.firmware"], ["1.0 é".encode().hex()])
        refer = next(found for found in frames if found.type == NUMBERS["REFER"]).values
        self.assertEqual(refer["forme.refer.ipv4"], [V4.hex()])
        self.assertEqual(refer["forme.refer.port"], ["0e5c"])
        origin = next(found for found in frames if found.type == NUMBERS["ORIGIN"]).values
        self.assertEqual(origin["forme.origin.key_id"], [b"key-1".hex()])
        self.assertEqual(by_type[NUMBERS["FORM"]].values["forme.form.total"], ["0000bb80"])
        self.assertEqual(by_type[NUMBERS["GOAWAY"]].values["forme.goaway.hold_off"], ["0000001e"])

    def test_frames_are_put_together_from_segments_of_any_size(self):
        whole, _ = self.dissect(SESSION)
        for sizes in [(1,), (7,), (8,), (9,), (3, 250, 11)]:
            with self.subTest(sizes=sizes):
                frames, malformed = self.dissect(SESSION, sizes=sizes)
                self.assertFalse(malformed)
                self.assertEqual(
                    [(f.type, f.size, f.experts, f.values) for f in frames],
                    [(f.type, f.size, f.experts, f.values) for f in whole],
                )

    def test_a_flipped_bit_is_marked_wherever_it_is(self):
        whole = frame("CREDIT", struct.pack(">I", 4_096), 1)
        sessions = []
        for bit in range(len(whole) * 8):
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            sessions.append([(True, bytes(damaged))])
        frames, _ = self.dissect(*sessions)
        self.assertEqual(len(frames), len(sessions))
        for bit, found in enumerate(frames):
            wanted = "forme.expert.check" if bit < 64 else "forme.expert.crc32"
            self.assertEqual(found.experts, {wanted}, f"bit {bit}")

    def test_payloads_that_are_not_their_message_are_marked(self):
        faulty = [
            ("CREDIT", b"\0\0\0"), ("CREDIT", bytes(5)), ("PING", b"\0"), ("GET", b"\2" + bytes(56)),
            ("REMOVE", b"\x05lob"), ("ACCEPTED", b""), ("ACCEPTED", bytes(17)), ("HELLO", HELLO + b"\x83"),
            ("HELLO", HELLO[:-2] + tlv(0x83, b"\0")), ("CAPABILITIES", b"\1\0\4\1\0\4\3"),
            ("REFER", b"\0\x3c\5" + REFER[3:]), ("REFER", REFER[:-1]), ("REFER", REFER + b"\0"),
            ("ORIGIN", ORIGIN[:-1]), ("ORIGIN", bytes(5)),
        ]  # fmt: skip
        frames, _ = self.dissect([(True, frame(kind, payload)) for kind, payload in faulty])
        for (kind, payload), found in zip(faulty, frames, strict=True):
            with self.subTest(kind=kind, payload=payload.hex()):
                self.assertEqual(found.experts, {"forme.expert.malformed"})

    def test_refused_flags_and_unknown_types_are_marked(self):
        cases = [
            (header(0x40, 0x08, 0, 1), "forme.expert.flags"),
            (header(0x40, 0x06, 12, 1) + bytes(12), "forme.expert.flags"),
            (header(0x40, 0x02, 3, 1) + bytes(3), "forme.expert.flags"),
            (header(0x40, 0x04, 7, 1) + bytes(7), "forme.expert.flags"),
            (header(0x46, 0x00, 2, 0) + bytes(2), "forme.expert.unknown"),
            (header(0xEE, 0x00, 2, 0) + bytes(2), "forme.expert.skipped"),
        ]
        frames, _ = self.dissect(*[[(True, data)] for data, _ in cases])
        self.assertEqual([found.experts for found in frames], [{wanted} for _, wanted in cases])


if __name__ == "__main__":
    unittest.main()
