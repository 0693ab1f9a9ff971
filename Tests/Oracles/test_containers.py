"""The judge's readers of containers, on the golden forms of the specification.

Run: /usr/bin/python3 -m unittest discover -s Tests/Oracles
"""

import io
import json
import pathlib
import unittest

import numpy as np
from PIL import Image

from forme_oracle import Wrong, pictures, printers, profile, stream, unpack
from test_oracle import BIT, codes, parsed

VECTORS = pathlib.Path(__file__).parents[2] / "spec/vectors/forms"


class ContainerTests(unittest.TestCase):
    """Golden forms of the specification, and what a change of them costs."""

    def vector(self, name):
        value = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
        form = profile.parse(json.dumps(value["profile"]))
        rgb = {key: list(bytes.fromhex(text[1:])) for key, text in value["colors"].items()}
        picture = np.array([[rgb[key] for key in row] for row in value["rows"]])
        return form, (VECTORS / f"{name}.bin").read_bytes(), picture

    def names(self):
        return sorted(path.stem for path in VECTORS.glob("*.json"))

    def test_golden_forms_show_their_pictures(self):
        self.assertGreaterEqual(len(self.names()), 33)
        for name in self.names():
            form, data, picture = self.vector(name)
            if form.container == "jpeg":
                continue  # lossy: a photograph is judged by judge.py
            shown = unpack.shown(form, unpack.unpack(form, data, len(picture)))
            self.assertTrue((np.floor(shown * 255 + 0.5) == picture).all(), name)

    def test_other_lengths_are_wrong(self):
        for name in self.names():
            form, data, picture = self.vector(name)
            for damaged in (data[:-1], data + b"\0", b""):
                with self.assertRaises(Wrong, msg=name):
                    unpack.unpack(form, damaged, len(picture))

    def test_a_byte_of_a_command_is_wrong(self):
        for name, index in (
            ("escpos-gs-v-0", 5),  # not enlarged
            ("escpos-gs-v-0", 8),  # rows of the strip
            ("escpos-gs-8-l", 3),  # declared length
            ("escpos-gs-8-l", 12),  # colour
            ("escpos-bit-image", 5),  # mode
            ("star-raster", 5),  # bytes of a row
            ("dymo", 4),
            ("zpl-gfa", 15),  # total
            ("zpl-z64", 26),  # Base64, so the CRC is another
            ("epl-gw", 5),
            ("tspl-bitmap", 19),
            ("cpcl-eg", 3),
            ("openepaperlink", 0),
            ("bmp", 2),
            ("bmp", 28),
            ("wbmp", 2),
            ("lvgl", 1),
            ("lvgl", 8),
        ):
            form, data, picture = self.vector(name)
            damaged = bytearray(data)
            damaged[index] ^= 1
            with self.assertRaises(Wrong, msg=f"{name} at {index}"):
                unpack.unpack(form, bytes(damaged), len(picture))

    def test_an_unused_bit_is_wrong(self):
        """The last bit of the last row of 11 dots."""
        for name, index in (("escpos-gs-v-0", -1), ("epl-gw", -6), ("star-raster", -5)):
            form, data, picture = self.vector(name)
            damaged = bytearray(data)
            damaged[index] ^= 1
            with self.assertRaisesRegex(Wrong, "unused", msg=name):
                unpack.unpack(form, bytes(damaged), len(picture))

    def test_zebras_compression(self):
        self.assertEqual(printers.zebra_expanded(",", 2), "0000")
        self.assertEqual(printers.zebra_expanded("F!:", 2), "FFFFFFFF")
        self.assertEqual(printers.zebra_expanded("hGA,", 21), "A" * 41 + "0")
        self.assertEqual(printers.zebra_expanded("IA3", 2), "AAA3")
        self.assertEqual(
            printers.zebra_compressed(["0000", "0000", "AAA3", "AA33", "FFFF", "00F0"]),
            ",:IA3AA33!00F,",
        )
        self.assertEqual(printers.zebra_compressed(["A" * 420 + "1"]), "zYAA1")
        for text in (":", "A:", "FFFFF", "IZ", "I,"):
            with self.assertRaises(Wrong, msg=text):
                printers.zebra_expanded(text, 2)

    def test_parameters_are_read(self):
        form = parsed(color=BIT, container={"id": "escpos-gs-v-0", "suffix": "1D5600"})
        self.assertEqual(
            form.parameters, {"prefix": b"", "suffix": b"\x1dV\0", "stripRows": 255}
        )
        for container in (
            {"id": "escpos"},
            {"id": "wbmp", "prefix": "00"},
            {"id": "dymo", "prefix": "0"},
            {"id": "jpeg"},
            {"id": "jpeg", "quality": 101},
        ):
            with self.assertRaises(Wrong, msg=container):
                parsed(container=container)

    def test_a_jpeg_is_baseline_of_its_quality(self):
        color = {"model": "rgb", "red": 8, "green": 8, "blue": 8, "pixelBits": 24}
        form = parsed(16, 16, color, container={"id": "jpeg", "quality": 85})

        def jpeg(**options):
            file = io.BytesIO()
            Image.new("RGB", (16, 16), (10, 200, 30)).save(file, "JPEG", **options)
            return file.getvalue()

        right = jpeg(quality=85, subsampling="4:2:0")
        self.assertEqual(pictures.jpeg(form, right, 16).shape, (16, 16, 3))
        for damaged in (right + b"\0", right[:-1], b""):
            with self.assertRaises(Wrong):
                pictures.jpeg(form, damaged, 16)
        for options in (
            {"quality": 84, "subsampling": "4:2:0"},
            {"quality": 85, "subsampling": "4:4:4"},
            {"quality": 85, "subsampling": "4:2:0", "progressive": True},
        ):
            with self.assertRaises(Wrong, msg=options):
                pictures.jpeg(form, jpeg(**options), 16)

    def page(self, container, **fields):
        return parsed(3, 2, resolution={"x": 300, "y": 300}, container={"id": container}, **fields)

    # Seven three times, then one, two, three.
    ROWS = bytes([0, 2, 7, 0, 254, 1, 2, 3])

    def test_libcups_reads_pwg(self):
        head = bytearray(1796)
        head[:9] = b"PwgRaster"
        numbers = {276: 300, 280: 300, 352: 1, 372: 3, 376: 2, 384: 8, 388: 8, 392: 3, 400: 18}
        numbers |= {420: 1, 452: 1, 456: 1, 460: 1, 472: 3, 476: 2, 480: 0xFFFFFF}
        for offset, number in numbers.items():
            head[offset : offset + 4] = number.to_bytes(4, "big")
        file = b"RaS2" + bytes(head) + self.ROWS
        form = self.page("pwg")
        self.assertEqual(codes(form, file, 2), [[7, 7, 7], [1, 2, 3]])
        for offset in (0, 4, 276, 352, 400, 480, 700):
            damaged = bytearray(file)
            damaged[4 + offset + 3] ^= 1
            with self.assertRaises(Wrong, msg=offset):
                unpack.unpack(form, bytes(damaged), 2)
        with self.assertRaisesRegex(Wrong, "left over"):
            unpack.unpack(form, file + b"\0", 2)

    def test_libcups_reads_urf(self):
        numbers = b"".join(number.to_bytes(4, "big") for number in (3, 2, 300, 0, 0))
        head = b"UNIRAST\0\0\0\0\1" + bytes([8, 0, 1, 4]) + bytes(8) + numbers
        form = self.page("urf")
        self.assertEqual(codes(form, head + self.ROWS, 2), [[7, 7, 7], [1, 2, 3]])
        for index in (11, 12, 14, 27, 35):
            damaged = bytearray(head + self.ROWS)
            damaged[index] ^= 1
            with self.assertRaises(Wrong, msg=index):
                unpack.unpack(form, bytes(damaged), 2)

    def test_brothers_rows_are_mirrored(self):
        media = {"modelClass": "ql-800", "mediaType": "continuous", "mediaWidth": 62}
        entries = [
            {"code": code, "rgb": rgb} for code, rgb in enumerate(("#ffffff", "#000000", "#ff0000"))
        ]
        color = {"model": "palette", "bits": 2, "entries": entries}
        form = parsed(720, 1, color, container={"id": "brother-ql"} | media)
        right, left = bytearray(90), bytearray(90)
        right[0], left[89] = 0x80, 0x01
        head = b"\x1bia\x01" + bytes(200) + b"\x1b@\x1bia\x01\x1biS\x1biz\xce\x0a\x3e\0"
        head += b"\1\0\0\0\0\0\x1biM\x40\x1biA\x01\x1biK\x09\x1bid\x23\0"
        file = head + b"w\x01Z" + right + b"w\x02Z" + left + b"\x1a"
        row = codes(form, file, 1)[0]
        self.assertEqual((row[0], row[719], sum(row)), (2, 1, 3))
        with self.assertRaises(Wrong):
            unpack.unpack(form, file[:-1] + b"\x0c", 1)

    def test_rows_of_bits(self):
        self.assertEqual(stream.bit_rows(b"\xa0\x40", 3, 2, "x").tolist(), [[1, 0, 1], [0, 1, 0]])
        self.assertEqual(stream.bit_rows(b"\x1b", 4, 1, "x", bits=2).tolist(), [[0, 1, 2, 3]])
        with self.assertRaises(Wrong):
            stream.bit_rows(b"\xb0", 3, 1, "x")


if __name__ == "__main__":
    unittest.main()
