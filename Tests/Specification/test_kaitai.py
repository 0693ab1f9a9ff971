"""What spec/forme.ksy makes of every type of message."""

import struct
import unittest

import judge
import kaitai
from frames import CRC32, MAC, NUMBERS, frame
from test_dissector import FORM, FULL, HELLO, ID, ORIGIN, REFER, SESSION, V4

STRUCTURE = kaitai.Structure((judge.ROOT / "spec" / "forme.ksy").read_text(encoding="utf-8"))


class KaitaiTests(unittest.TestCase):
    def test_every_frame_of_a_session_is_read_to_its_end(self):
        for side in (True, False):
            sent = [data for from_device, data in SESSION if from_device == side]
            frames = STRUCTURE.read(b"".join(sent))["frames"]
            self.assertEqual([f["type"] for f in frames], [data[0] for data in sent])
            for found, data in zip(frames, sent, strict=True):
                flags = data[1]
                self.assertEqual("crc32" in found, flags & CRC32 != 0)
                self.assertEqual("mac" in found, flags & MAC != 0)

    def test_every_type_of_message_has_a_type(self):
        payload = next(each for each in STRUCTURE.types["frame"]["seq"] if each["id"] == "payload")
        named = {name.removeprefix("messages::") for name in payload["type"]["cases"]}
        self.assertEqual(named, {name.lower() for name in NUMBERS})

    def payload(self, kind, data):
        return STRUCTURE.read(frame(kind, data, 1))["frames"][0]["payload"]

    def test_values_are_read_as_they_were_written(self):
        hello = self.payload("HELLO", HELLO)
        self.assertEqual((hello["major"], hello["max_frame"], hello["keep_alive"]), (1, 248, 60))
        self.assertEqual(hello["form_keys"], [{"value": ID}])
        values = {tlv["type"]: tlv["value"] for tlv in hello["tlvs"]}
        self.assertEqual(values[0x82], {"value": "1.0 é"})
        self.assertEqual(values[0x83], {"value": 3_700})
        self.assertEqual(values[0x85], {"value": -60})
        form = self.payload("FORM", FORM)
        self.assertEqual((form["total"], form["codec"], form["next_poll"]), (48_000, 2, 600))
        error = self.payload("ERROR", struct.pack(">BBH", 0xC9, 2, 9) + b"\4late")
        self.assertEqual((error["closes"], error["retry"], error["retry_after"]), (1, 0, 9))
        self.assertEqual(error["detail"]["value"], "late")
        refer = self.payload("REFER", REFER)
        self.assertEqual((refer["ttl"], refer["ipv4"], refer["port"]), (60, V4, 3_676))
        self.assertEqual(refer["ticket"]["value"], b"ticket")
        origin = self.payload("ORIGIN", ORIGIN)
        self.assertEqual((origin["refer"], origin["register"], origin["retrieve"]), (1, 0, 1))
        self.assertEqual((origin["key_id"]["value"], len(origin["sealed"]["value"])), ("key-1", 60))
        stored = self.payload("STORED", ID + struct.pack(">I", 8))
        self.assertEqual(stored, {"image_id": {"value": ID}, "generation": 8})

    def test_payloads_that_are_not_their_message_are_refused(self):
        for kind, data in [
            ("PING", b"\0"), ("CREDIT", bytes(4)), ("CREDIT", bytes(5)), ("REMOVE", b"\5lob"),
            ("GET", b"\2" + bytes(56)), ("REFER", b"\0\x3c\5" + REFER[3:]), ("ORIGIN", ORIGIN[:-1]), ("HELLO", b"FORN" + HELLO[4:]), ("PROVEN", FULL[1:]),
        ]:  # fmt: skip
            with self.subTest(kind=kind, data=data.hex()), self.assertRaises(kaitai.Fault):
                self.payload(kind, data)


if __name__ == "__main__":
    unittest.main()
