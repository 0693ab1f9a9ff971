"""The judge's own cases, each worked out by hand.

Run: /usr/bin/python3 -m unittest discover -s Tests/Oracles
"""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import numpy as np
from PIL import Image

import judge
import make_pictures
from forme_oracle import (
    Wrong,
    geometry,
    light,
    measure,
    ordered,
    png_file,
    png_writer,
    profile,
    target,
    unpack,
)


def parsed(width=4, height=4, color=None, **fields):
    """A profile; gray of 8 bits unless said."""
    value = {
        "size": {"width": width, "height": height},
        "color": color or {"model": "gray", "bits": 8},
    }
    return profile.parse(json.dumps(value | fields))


def codes(form, data, height):
    """The codes of a form of one channel, as lists."""
    return unpack.unpack(form, data, height).codes[:, :, 0].tolist()


BIT = {"model": "gray", "bits": 1}


class ProfileTests(unittest.TestCase):
    def test_defaults(self):
        form = parsed()
        self.assertEqual(
            (form.mode, form.gravity, form.row_align, form.container),
            ("contain", "center", 1, "raw"),
        )
        self.assertFalse(form.is_dithered)
        self.assertTrue(parsed(color=BIT).is_dithered)

    def test_gamma_is_rounded_half_up_to_a_256th(self):
        self.assertEqual(parsed(tone={"gamma": 1.001953125}).gamma * 256, 257)
        self.assertEqual(parsed(tone={"gamma": 1.0019}).gamma * 256, 256)

    def test_faults_name_the_key(self):
        for fields, key in (
            ({"layout": {"bitorder": "msb"}}, "layout.bitorder"),
            ({"fit": {"rotate": 45}}, "fit.rotate"),
            ({"fit": {"margins": {"left": -1}}}, "fit.margins.left"),
            ({"halftone": {"strength": True}}, "halftone.strength"),
            ({"fits": {}}, "fits"),
        ):
            with self.assertRaisesRegex(Wrong, key):
                parsed(**fields)

    def test_alternatives(self):
        inner = {"size": {"width": 7, "height": 1}, "color": BIT}
        text = json.dumps(
            {"name": "x", "alternatives": [inner, inner | {"size": {"width": 9, "height": 1}}]}
        )
        self.assertEqual(profile.parse(text, 1).width, 9)
        with self.assertRaises(Wrong):
            profile.parse(text, 2)


class GeometryTests(unittest.TestCase):
    def check(self, picture, scaled, offset, form=None, turn=0, **fields):
        found = geometry.place(parsed(**fields), *picture)
        self.assertEqual((found.scaled, found.offset, found.turn), (scaled, offset, turn))
        if form:
            self.assertEqual(found.form, form)

    def test_contain_and_cover(self):
        panel = {"width": 800, "height": 480}
        self.check((800, 600), (640, 480), (80, 0), **panel)
        self.check((800, 600), (800, 600), (0, -60), **panel, fit={"mode": "cover"})
        self.check((800, 600), (800, 480), (0, 0), **panel, fit={"mode": "stretch"})
        # 3:2 into 100 × 77: 100 × 66.67 is 67, of 10 free rows 5 above.
        self.check((300, 200), (100, 67), (0, 5), width=100, height=77)
        # An exact half rounds up: 2 × 5 into 1 × 9 would be 1 × 2.5.
        self.check((2, 5), (1, 3), (0, 3), width=1, height=9)
        # Never less than one pixel.
        self.check((1000, 1), (10, 1), (0, 4), width=10, height=10)

    def test_offsets_floor_towards_minus_infinity(self):
        self.check((7, 1), (7, 1), (-2, 1), fit={"mode": "none"})
        self.check((7, 1), (7, 1), (-3, 0), fit={"mode": "none", "gravity": "north-east"})
        self.check((7, 1), (7, 1), (0, 3), fit={"mode": "none", "gravity": "south-west"})

    def test_margins_and_shrink(self):
        margins = {"left": 1, "top": 2, "right": 3, "bottom": 4}
        self.check((1, 1), (6, 6), (1, 2), width=10, height=12, fit={"margins": margins})
        self.check((2, 2), (2, 2), (1, 1), fit={"mode": "shrink"})
        self.check((8, 8), (4, 4), (0, 0), fit={"mode": "shrink"})

    def test_turns(self):
        self.check((4, 8), (4, 2), (0, 1), turn=90, fit={"rotate": 90})
        self.check((4, 8), (8, 4), (0, 0), turn=90, width=8, height=4, fit={"rotate": "auto"})
        self.check((8, 4), (8, 4), (0, 0), width=8, height=4, fit={"rotate": "auto"})
        self.check((5, 5), (4, 4), (2, 0), width=8, height=4, fit={"rotate": "auto"})

    def test_dots_that_are_not_square(self):
        # Twice as many dots across: a square picture is twice as many dots wide as high.
        dots = {"resolution": {"x": 200, "y": 100}}
        self.check((10, 10), (8, 4), (0, 2), width=8, height=8, **dots)
        self.check((3, 3), (3, 3), (2, 2), width=8, height=8, fit={"mode": "none"}, **dots)

    def test_rolls(self):
        margins = {"left": 2, "top": 5, "right": 2, "bottom": 6}
        self.check((8, 4), (4, 2), (2, 5), (8, 13), width=8, height=0, fit={"margins": margins})
        self.check((2, 1), (8, 4), (0, 0), (8, 4), width=8, height=0, fit={"mode": "stretch"})
        self.check((2, 1), (8, 4), (0, 0), (8, 4), width=8, height=0, fit={"rotate": "auto"})
        self.check((2, 3), (2, 3), (3, 0), (8, 3), width=8, height=0, fit={"mode": "none"})
        with self.assertRaises(Wrong):
            geometry.place(parsed(width=8, height=0), 1, 65535)


class TargetTests(unittest.TestCase):
    def test_lanczos_leaves_a_picture_of_the_same_size_alone(self):
        line = np.arange(5.0)
        np.testing.assert_allclose(target.resample(line, 5, 0, 5), line, atol=1e-15)

    def test_lanczos_weights(self):
        # Halving 4 pixels: the first target pixel's centre is at 1.0, the pixels' at ½, 1½, 2½, 3½,
        # so x = −¼, ¼, ¾, 1¼ and the weights are sinc(x) · sinc(x/3).
        x = np.array([-0.25, 0.25, 0.75, 1.25])
        weights = np.sinc(x) * np.sinc(x / 3)
        found = target.resample(np.eye(4), 2, 0, 1)[0]
        np.testing.assert_allclose(found, weights / weights.sum(), atol=1e-15)

    def test_a_window_of_the_scaled_picture(self):
        line = np.random.default_rng(1).random((50, 3))
        whole = target.resample(line, 23, 0, 23)
        np.testing.assert_array_equal(target.resample(line, 23, 4, 9), whole[4:9])

    def test_a_flat_picture_stays_flat(self):
        for size in (1, 3, 8, 40):
            np.testing.assert_allclose(target.resample(np.ones(8), size, 0, size), 1, atol=1e-12)

    def test_boxes_leave_twice_the_target(self):
        for picture, scaled, side in (
            ((1600, 1600), (100, 100), 8),
            ((1599, 1600), (100, 100), 4),
            ((800, 1000), (100, 100), 4),
            ((399, 400), (100, 100), 1),
            ((400, 1600), (100, 100), 2),
            ((16, 1), (1, 1), 1),
        ):
            self.assertEqual(target.box_side(picture, scaled), side)

    def test_last_boxes_are_filled_up_with_the_edge(self):
        pixels = np.arange(15.0).reshape(3, 5, 1)
        # By 4: 0 1 2 3, 5 6 7 8 and 10 11 12 13 twice; then 4, 9, 14 and 14, four times each.
        np.testing.assert_allclose(target.reduced(pixels, 4)[0, :, 0], [7.75, 10.25])
        np.testing.assert_allclose(target.reduced(pixels, 2)[1, :, 0], [10.5, 12.5, 14])
        np.testing.assert_array_equal(target.reduced(pixels, 1), pixels)

    def test_a_reduced_line_keeps_its_place(self):
        # A ramp of 81 pixels in boxes of 2, to 9 pixels: away from the edges still the ramp.
        ramp = target.reduced(np.arange(81.0).reshape(1, 81, 1).repeat(2, axis=0), 2)
        found = target.resample(ramp[0, :, 0], 9, 0, 9, 81 / 2)
        self.assertAlmostEqual(found[4], 40, places=2)

    def test_turning_a_picture_as_it_is_scaled_down(self):
        # Boxes are counted in the stored frame, so what is stored turned differs only a little.
        light_of = np.random.default_rng(2).integers(0, 256, (37, 53, 3), dtype=np.uint16)
        form = parsed(6, 5, {"model": "rgb", "red": 8, "green": 8, "blue": 8, "pixelBits": 24})
        pixels = light_of / 255
        whole = target.placed(form, pixels, 1)
        for value, (transpose, left_right, top_bottom) in target.ORIENTATIONS.items():
            stored = pixels[::-1] if top_bottom else pixels
            stored = stored[:, ::-1] if left_right else stored
            stored = stored.swapaxes(0, 1) if transpose else stored
            np.testing.assert_array_equal(target.upright(stored, value), pixels)
            np.testing.assert_allclose(target.placed(form, stored, value), whole, atol=0.06)

    def test_gray_is_luminance(self):
        red = png_writer.write(np.array([[[255, 0, 0]]], np.uint16), 8, 2)
        form = parsed(1, 1)
        # Linear 0.2126 is 127.2 of 255 when encoded.
        self.assertAlmostEqual(target.target(form, red)[0, 0, 0] * 255, 127.2, delta=0.1)

    def test_composition_is_linear(self):
        half = png_writer.write(np.array([[[0, 128]]], np.uint16), 8, 4)
        shown = target.target(parsed(1, 1), half)[0, 0, 0]
        self.assertAlmostEqual(float(light.linear(shown)), 1 - 128 / 255, places=9)

    def test_padding_is_the_background(self):
        black = png_writer.write(np.zeros((1, 1, 1), np.uint16), 8, 0)
        form = parsed(3, 1, fit={"background": "#808080"})
        np.testing.assert_allclose(
            target.target(form, black)[0, :, 0] * 255, [128, 0, 128], atol=1e-6
        )

    def test_tone(self):
        form = parsed(tone={"gamma": 2, "contrast": 50, "brightness": -10})
        # √0.25 = ½, which contrast leaves alone, less a tenth.
        self.assertAlmostEqual(float(target.toned(form, 0.25)), 0.4)
        self.assertEqual(float(target.toned(form, 1.0)), 1)
        self.assertEqual(float(target.toned(form, 0.0)), 0)

    def test_turn_is_clockwise(self):
        row = png_writer.write(np.array([[[0], [255]]], np.uint16), 8, 0)
        form = parsed(1, 2, fit={"rotate": 90})
        np.testing.assert_allclose(target.target(form, row)[:, 0, 0], [0, 1], atol=1e-9)
        form = parsed(1, 2, fit={"rotate": 270})
        np.testing.assert_allclose(target.target(form, row)[:, 0, 0], [1, 0], atol=1e-9)

    def test_orientations(self):
        # The same upright picture, stored as each EXIF value says (TIFF 6.0, "Orientation").
        upright = [[1, 2, 3], [4, 5, 6]]
        stored = {
            1: [[1, 2, 3], [4, 5, 6]],
            2: [[3, 2, 1], [6, 5, 4]],
            3: [[6, 5, 4], [3, 2, 1]],
            4: [[4, 5, 6], [1, 2, 3]],
            5: [[1, 4], [2, 5], [3, 6]],
            6: [[3, 6], [2, 5], [1, 4]],
            7: [[6, 3], [5, 2], [4, 1]],
            8: [[4, 1], [5, 2], [6, 3]],
        }
        for value, pixels in stored.items():
            self.assertEqual(target.upright(np.array(pixels), value).tolist(), upright, value)


class LightTests(unittest.TestCase):
    def test_srgb(self):
        # IEC 61966-2-1: code 188 is the nearest to half the light.
        self.assertAlmostEqual(float(light.encoded(0.5)) * 255, 187.5, delta=0.1)
        np.testing.assert_allclose(
            light.linear(light.encoded([0, 0.001, 0.3, 1])), [0, 0.001, 0.3, 1], atol=1e-9
        )

    def test_srgb_primaries_need_no_matrix(self):
        matrix = light.xyz_to_srgb(light._white_xyz(light.SRGB[0])) @ light.primaries_to_xyz(
            *light.SRGB
        )
        np.testing.assert_allclose(matrix, np.eye(3), atol=1e-12)

    def test_matrix_profiles_agree_with_lcms(self):
        color = make_pictures.scene() / 255
        for icc, picture in (
            (make_pictures.wide_profile(), color),
            (make_pictures.gray_profile(), color[:, :, :1]),
        ):
            ours = light.encoded(light.from_icc(picture, icc))
            theirs = light.encoded(light._from_icc_by_lcms(picture, icc))
            # lcms rounds to 8 bits on the way in, inside and on the way out.
            self.assertLess(np.abs(ours - theirs).max() * 255, 2.1)


class PNGTests(unittest.TestCase):
    def test_every_type_and_depth_comes_back(self):
        for color_type, depths in {
            0: (1, 2, 4, 8, 16),
            2: (8, 16),
            3: (1, 2, 4, 8),
            4: (8, 16),
            6: (8, 16),
        }.items():
            for depth in depths:
                samples = make_pictures.png_samples(color_type, depth)
                chunks = [make_pictures.palette(depth)] if color_type == 3 else []
                for interlaced in (False, True):
                    data = png_writer.write(samples, depth, color_type, interlaced, chunks)
                    np.testing.assert_array_equal(png_file.read(data).samples, samples)
                    if depth == 8:
                        ours = png_file.channels(png_file.read(data))[0] * 255
                        mode = "L" if color_type in (0, 4) else "RGB"
                        theirs = Image.open(io.BytesIO(data)).convert("RGBA").convert(mode)
                        np.testing.assert_allclose(ours.squeeze(), np.asarray(theirs), atol=1e-9)

    def test_tiny_interlaced(self):
        for width in range(1, 10):
            samples = np.arange(width * 3, dtype=np.uint16).reshape(3, width, 1)
            data = png_writer.write(samples, 8, 0, True)
            np.testing.assert_array_equal(png_file.read(data).samples, samples)

    def test_damage_is_seen(self):
        data = png_writer.write(make_pictures.png_samples(2, 8), 8, 2)
        for broken in (data[:-1], data[:-12], data[:40], b"x" + data[1:]):
            with self.assertRaises(Wrong):
                png_file.read(broken)


class UnpackTests(unittest.TestCase):
    def test_bit_orders_and_padding(self):
        # 10 pixels: 1000000001, then six unused bits.
        row = [[1, 0, 0, 0, 0, 0, 0, 0, 0, 1]]
        self.assertEqual(codes(parsed(10, 1, BIT), b"\x80\x40", 1), row)
        lsb = {"bitOrder": "lsb", "padBit": 1}
        self.assertEqual(codes(parsed(10, 1, BIT, layout=lsb), b"\x01\xfe", 1), row)
        with self.assertRaisesRegex(Wrong, "unused bit"):
            codes(parsed(10, 1, BIT), b"\x80\x41", 1)
        with self.assertRaisesRegex(Wrong, "3 bytes, 2 were expected"):
            codes(parsed(10, 1, BIT), b"\x80\x40\x00", 1)

    def test_row_alignment(self):
        form = parsed(3, 2, BIT, layout={"rowAlign": 4})
        self.assertEqual(codes(form, b"\xa0\0\0\0\x40\0\0\0", 2), [[1, 0, 1], [0, 1, 0]])
        # Unpadded, three bits a pixel: 101 001 110, then seven unused bits.
        palette = {
            "model": "palette",
            "bits": 3,
            "entries": [{"code": c, "rgb": "#000000"} for c in (1, 5, 6)],
        }
        form = parsed(3, 1, palette, layout={"rowAlign": 0, "padBit": 1})
        self.assertEqual(codes(form, b"\xa7\x7f", 1), [[5, 1, 6]])
        with self.assertRaisesRegex(Wrong, "not in the palette"):
            codes(form, b"\xa7\xff", 1)

    def test_unpadded_rows_run_on(self):
        form = parsed(3, 3, BIT, layout={"rowAlign": 0})
        self.assertEqual(codes(form, b"\xa9\x80", 3), [[1, 0, 1], [0, 1, 0], [0, 1, 1]])

    def test_scans(self):
        # Two columns of nine pixels; the top, the eighth and the ninth of the left one are set.
        column = [[1, 0]] + [[0, 0]] * 6 + [[1, 0]] * 2
        for scan, data in (
            ("pages-lsb-top", b"\x81\x00\x01\x00"),
            ("pages-msb-top", b"\x81\x00\x80\x00"),
            ("columns", b"\x81\x80\x00\x00"),
        ):
            form = parsed(2, 9, BIT, layout={"scan": scan})
            self.assertEqual(codes(form, data, 9), column, scan)

    def test_mirror(self):
        for mirror, expected in (
            ("horizontal", [[0, 1], [0, 0]]),
            ("vertical", [[0, 0], [1, 0]]),
            ("both", [[0, 0], [0, 1]]),
        ):
            form = parsed(2, 2, BIT, layout={"mirror": mirror})
            self.assertEqual(codes(form, b"\x80\x00", 2), expected, mirror)

    def test_planes(self):
        two = {"model": "gray", "bits": 2}
        # Pixels 0 1 2 3: high bits 0011, low bits 0101.
        for planes, data in (("planar-high-first", b"\x30\x50"), ("planar-low-first", b"\x50\x30")):
            form = parsed(4, 1, two, layout={"planes": planes})
            self.assertEqual(codes(form, data, 1), [[0, 1, 2, 3]])
        self.assertEqual(codes(parsed(4, 1, two), b"\x1b", 1), [[0, 1, 2, 3]])
        form = parsed(4, 1, two, layout={"bitOrder": "lsb"})
        self.assertEqual(codes(form, b"\xe4", 1), [[0, 1, 2, 3]])

    def test_split_begins_on_a_byte(self):
        form = parsed(5, 2, BIT, layout={"split": 3})
        self.assertEqual(codes(form, b"\xa0\x40\x80\xc0", 2), [[1, 0, 1, 1, 0], [0, 1, 0, 1, 1]])

    def test_rgb(self):
        def channels(data, layout=None, **color):
            form = parsed(1, 1, {"model": "rgb"} | color, **({"layout": layout} if layout else {}))
            return unpack.unpack(form, data, 1).codes[0, 0].tolist()

        rgb565 = {"red": 5, "green": 6, "blue": 5, "pixelBits": 16}
        # 10001 000011 00101
        self.assertEqual(channels(b"\x88\x65", **rgb565), [17, 3, 5])
        self.assertEqual(channels(b"\x65\x88", {"byteOrder": "little"}, **rgb565), [17, 3, 5])
        self.assertEqual(channels(b"\x88\x65", **rgb565, order="bgr"), [5, 3, 17])
        self.assertEqual(channels(b"\xe1", red=3, green=3, blue=2, pixelBits=8), [7, 0, 1])
        self.assertEqual(
            channels(b"\xff\x01\x02\x03", red=8, green=8, blue=8, alpha=8, pixelBits=32), [1, 2, 3]
        )
        with self.assertRaisesRegex(Wrong, "alpha"):
            channels(b"\xfe\x01\x02\x03", red=8, green=8, blue=8, alpha=8, pixelBits=32)
        with self.assertRaisesRegex(Wrong, "above"):
            channels(b"\x01\x01\x02\x03", red=8, green=8, blue=8, pixelBits=32)
        rgb666 = {"red": 6, "green": 6, "blue": 6, "pixelBits": 24, "byteTop": True}
        self.assertEqual(channels(b"\xfc\x04\x80", **rgb666), [63, 1, 32])
        with self.assertRaisesRegex(Wrong, "below"):
            channels(b"\xfd\x04\x80", **rgb666)
        # 12 bits a pixel, one pixel: 0001 0010 0011, four unused bits.
        self.assertEqual(channels(b"\x12\x30", red=4, green=4, blue=4, pixelBits=12), [1, 2, 3])
        planar = {"planes": "planar-low-first"}
        self.assertEqual(
            channels(b"\x03\x02\x01", planar, red=8, green=8, blue=8, pixelBits=24), [1, 2, 3]
        )

    def test_cmyk(self):
        form = parsed(2, 1, {"model": "cmyk", "bits": 1})
        unpacked = unpack.unpack(form, b"\x81", 1)
        self.assertEqual(unpacked.codes.tolist(), [[[1, 0, 0, 0], [0, 0, 0, 1]]])
        self.assertEqual(unpack.shown(form, unpacked).tolist(), [[[0, 1, 1], [0, 0, 0]]])

    def test_adaptive_tables(self):
        for table, data in (
            ("rgb888", b"\xff\x00\x00\x00\x00\xff" + bytes(6)),
            ("bgra8888", b"\x00\x00\xff\xff\xff\x00\x00\xff" + bytes(8)),
            ("rgb565", b"\xf8\x00\x00\x1f" + bytes(4)),
        ):
            color = {"model": "adaptive", "bits": 2, "colors": 2, "table": table}
            form = parsed(4, 1, color)
            unpacked = unpack.unpack(form, data + b"\x11", 1)
            shown = unpack.shown(form, unpacked) * 255
            self.assertEqual(shown[0].tolist(), [[255, 0, 0], [0, 0, 255]] * 2, table)
            with self.assertRaisesRegex(Wrong, "code 2 of 2"):
                unpack.unpack(form, data + b"\x12", 1)

    def test_pnm(self):
        form = parsed(3, 1, {"model": "gray", "bits": 1, "black": 1}, container={"id": "pnm"})
        self.assertEqual(codes(form, b"P4\n3 1\n\xa0", 1), [[1, 0, 1]])
        for wrong in (b"P4\n3 1\n\xa1", b"P4\n3 1\n\xa0\0", b"P4\n3 2\n\xa0\xa0"):
            with self.assertRaises(Wrong):
                codes(form, wrong, 1)
        form = parsed(2, 1, {"model": "gray", "bits": 4}, container={"id": "pnm"})
        self.assertEqual(codes(form, b"P5\n# words\n2 1\n15\n\x0f\x01", 1), [[15, 1]])
        form = parsed(1, 1, {"model": "gray", "bits": 16}, container={"id": "pnm"})
        self.assertEqual(codes(form, b"P5 1 1 65535\n\x01\x02", 1), [[258]])

    def test_png(self):
        entries = [{"code": 0, "rgb": "#000000"}, {"code": 2, "rgb": "#ffffff"}]
        form = parsed(
            2, 1, {"model": "palette", "bits": 3, "entries": entries}, container={"id": "png"}
        )
        samples = np.array([[[2], [0]]], np.uint16)
        right = b"\0\0\0\0\0\0\xff\xff\xff"
        data = png_writer.write(samples, 4, 3, chunks=[(b"PLTE", right)])
        self.assertEqual(codes(form, data, 1), [[2, 0]])
        for depth, table in ((8, right), (4, right + b"\1\1\1"), (4, b"\0\0\0\1\0\0\xff\xff\xff")):
            with self.assertRaises(Wrong):
                codes(form, png_writer.write(samples, depth, 3, chunks=[(b"PLTE", table)]), 1)


class MeasureTests(unittest.TestCase):
    def test_psnr(self):
        flat = np.zeros((8, 8, 1))
        self.assertAlmostEqual(measure.psnr(flat, flat + 0.1), 20)
        self.assertAlmostEqual(measure.bias(flat, flat + 0.1), 0.1)

    def test_a_displaced_picture_is_forgiven_one_pixel(self):
        picture = measure.blurred(np.random.default_rng(2).random((40, 40, 1)))
        near = measure.filtered_psnr(picture[1:, :-1], picture[:-1, 1:])
        far = measure.filtered_psnr(picture[2:], picture[:-2])
        self.assertGreater(near, far + 5)

    def test_fine_dots_are_seen_as_gray(self):
        y, x = np.mgrid[0:64, 0:64]
        board = ((x + y) % 2.0)[:, :, None]
        self.assertGreater(measure.filtered_psnr(board, np.full_like(board, 0.5)), 30)

    def test_hull(self):
        corners = np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0.0]])
        points = np.array([[0.5, 0.5, 0.5], [0.9, 0.3, 0.3], [0, 1, 0], [2, 0, 0]])
        # Inside twice; green falls on the black–white edge; beyond red is red.
        expected = [[0.5, 0.5, 0.5], [0.9, 0.3, 0.3], [1 / 3, 1 / 3, 1 / 3], [1, 0, 0]]
        np.testing.assert_allclose(measure.nearest_in_hull(points, corners), expected, atol=1e-3)

    def test_exposures(self):
        corners = np.array([[0, 0, 0], [1, 1, 1], [0.25, 0, 0]])
        targets = [[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0.5], [1, 1, 1], [0.2, 0, 0], [0, 0, 0.0]]
        found = measure.exposures(np.array(targets), corners, (3, 4, 2))
        # Red comes near the dark red; of green there is none under any light; others are shown.
        self.assertTrue(0.25 < found[0] < 0.32, found[0])
        np.testing.assert_allclose(found[1:], 1, atol=1e-3)

    def test_a_bright_red_is_shown_as_a_dark_one(self):
        corners = light.linear(np.array([[0, 0, 0], [1, 1, 1], [0.8, 0.7, 0], [0.5, 0, 0]]))
        encoded = np.array([[[1, 0, 0], [0.5, 0, 0], [0.6, 0.6, 0.6]]])
        shown = light.encoded(measure.into_hull(encoded, corners, (3, 4, 2)))
        np.testing.assert_allclose(shown[0, 1:], encoded[0, 1:], atol=0.02)
        red, green, blue = shown[0, 0]
        self.assertTrue(red > 0.45 and green < 0.2 and blue < 0.1, shown[0, 0])

    def test_palette_excess(self):
        entries = np.array([[0, 0, 0], [1, 1, 1.0]])
        wanted, black = np.full((1, 1, 3), 0.75), np.zeros((1, 1, 3))
        excess = measure.palette_excess("encoded", wanted, black, entries)
        self.assertAlmostEqual(excess, 0.5 * 3**0.5)
        self.assertAlmostEqual(measure.palette_excess("encoded", wanted, black + 1, entries), 0)
        for metric in measure.METRICS:
            self.assertAlmostEqual(measure.palette_excess(metric, black, black, entries), 0, 6)


class JudgeTests(unittest.TestCase):
    def judged(self, form_bytes, value, picture, *options):
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder) / name for name in ("form", "profile.json", "picture")]
            for path, content in zip(paths, (form_bytes, json.dumps(value).encode(), picture)):
                path.write_bytes(content)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                status = judge.main([str(path) for path in paths] + list(options))
        return status, json.loads(out.getvalue())

    def test_undithered(self):
        value = {"size": {"width": 3, "height": 1}, "color": {"model": "gray", "bits": 8}}
        picture = png_writer.write(np.array([[[0], [100], [255]]], np.uint16), 8, 0)
        for data, status, error in (
            (b"\0\x64\xff", 0, 0),
            (b"\0\x65\xff", 0, 1),
            (b"\0\x66\xff", 1, 2),
        ):
            found = self.judged(data, value, picture)
            self.assertEqual((found[0], found[1]["maxCodeError"]), (status, error))
        self.assertEqual(self.judged(b"\0\x65\xff", value, picture, "--tolerance", "0")[0], 1)
        self.assertEqual(
            self.judged(b"\0\x64", value, picture)[1]["wrong"],
            "the form has 2 bytes, 3 were expected",
        )
        value["color"]["black"] = 1
        self.assertEqual(self.judged(b"\xff\x9b\0", value, picture)[1]["maxCodeError"], 0)

    def test_few_bits_are_judged_by_their_interval(self):
        value = {
            "size": {"width": 3, "height": 1},
            "color": {"model": "gray", "bits": 2},
            "halftone": {"method": "none"},
        }
        # 42.5 is the border between code 0 and 1: 43 may just so be 0, 45 may not.
        for level, status in ((43, 0), (45, 1)):
            picture = png_writer.write(np.array([[[0], [level], [255]]], np.uint16), 8, 0)
            self.assertEqual(self.judged(b"\x0c", value, picture)[0], status, level)

    def test_threshold(self):
        value = {
            "size": {"width": 2, "height": 1},
            "color": BIT,
            "halftone": {"method": "threshold"},
        }
        # Half the light is 187.5.
        picture = png_writer.write(np.array([[[180], [195]]], np.uint16), 8, 0)
        self.assertEqual(self.judged(b"\x40", value, picture)[0], 0)
        self.assertEqual(self.judged(b"\xc0", value, picture)[0], 1)

    def test_dithered(self):
        value = {"size": {"width": 64, "height": 64}, "color": BIT}
        picture = png_writer.write(np.full((64, 64, 1), 188, np.uint16), 8, 0)
        status, report = self.judged(b"\x55" * 8 * 64, value, picture)
        self.assertEqual((status, report["dithered"], report["expectedBytes"]), (0, True, 512))
        self.assertLess(report["bias"], 0.01)
        self.assertEqual(self.judged(b"\xff" * 512, value, picture)[0], 1)
        self.assertEqual(
            self.judged(b"\x11" * 512, value, picture, "--psnr", "5", "--bias", "0.1")[0], 1
        )

    def test_dots_are_foretold_one_by_one(self):
        """A flat 64 × 64: the ranks below its share are white; one dot moved is found."""
        light_value = light.linear(128 / 255)
        wanted = ordered.ranks("blue-noise") < light_value * 4096 - 0.5
        value = {
            "size": {"width": 64, "height": 64},
            "color": {"model": "gray", "bits": 1},
            "halftone": {"method": "blue-noise"},
        }
        picture = png_writer.write(np.full((64, 64, 1), 128, np.uint16), 8, 0)
        status, report = self.judged(np.packbits(wanted).tobytes(), value, picture)
        self.assertEqual((status, report["maxExcess"]), (0, 0))
        moved = np.roll(wanted, 1, axis=1)
        status, report = self.judged(np.packbits(moved).tobytes(), value, picture)
        self.assertEqual(status, 1)
        self.assertIn("threshold", report["wrong"])

    def test_palette_and_preview(self):
        entries = [
            {"code": 0, "rgb": "#000000"},
            {"code": 1, "rgb": "#ff0000"},
            {"code": 3, "rgb": "#ffffff"},
        ]
        value = {
            "size": {"width": 4, "height": 1},
            "color": {"model": "palette", "bits": 2, "entries": entries},
            "halftone": {"method": "none"},
        }
        colors = [[255, 255, 255], [255, 0, 0], [0, 0, 0], [250, 10, 10]]
        picture = png_writer.write(np.array([colors], np.uint16), 8, 2)
        status, report = self.judged(b"\xd1", value, picture, "--excess", "0.001")
        self.assertEqual((status, report["maxExcess"]), (0, 0))
        self.assertEqual(self.judged(b"\xd3", value, picture, "--excess", "0.001")[0], 1)
        with tempfile.NamedTemporaryFile(suffix=".png") as preview:
            right = np.array([[[255, 255, 255], [255, 0, 0], [0, 0, 0], [255, 0, 0]]], np.uint8)
            Image.fromarray(right).save(preview.name)
            self.assertEqual(self.judged(b"\xd1", value, picture, "--preview", preview.name)[0], 0)
            status, report = self.judged(b"\xd3", value, picture, "--preview", preview.name)
            self.assertEqual(status, 1)
            self.assertIn("first at (3, 0)", report["wrong"])


class OrderedTests(unittest.TestCase):
    """Masks by their numbers, and what a wrong dot costs."""

    def dots(self, share):
        return (ordered.ranks("blue-noise") < share * 4096).astype(float)

    def test_bayers_matrix(self):
        square = ordered.ranks("bayer8")
        self.assertEqual(square[0].tolist(), [0, 32, 8, 40, 2, 34, 10, 42])
        self.assertEqual(square[7].tolist(), [63, 31, 55, 23, 61, 29, 53, 21])

    def test_clustered_dots(self):
        square = ordered.ranks("clustered-dot8")
        self.assertEqual(sorted(square.flat), list(range(64)))
        # Light dots grow from the middles of two squares, dark ones from those of the others.
        self.assertEqual(square[1:3, 1:3].tolist(), [[0, 2], [6, 4]])
        self.assertEqual(square[1:3, 5:7].tolist(), [[59, 61], [57, 63]])
        self.assertEqual(square[4].tolist(), [34, 46, 48, 36, 25, 11, 13, 27])

    def test_the_mask_is_blue(self):
        for share in (1 / 64, 1 / 32, *(n / 16 for n in range(1, 16)), 31 / 32, 63 / 64):
            # The fuller the square, the less room there is to stand apart.
            limit = 0.1 if min(share, 1 - share) <= 1 / 4 else 0.14
            self.assertLess(ordered.low_power(self.dots(share)), limit, share)
        # Ranks between them are no worse: no share is paid for by its neighbours.
        for count in range(64, 4096 - 63, 16):
            self.assertLess(ordered.low_power(self.dots(count / 4096)), 0.15, count)

    def test_the_mask_has_no_direction(self):
        """Around the principal frequency no ring has a peak as Bayer's lattice has."""
        for share in (1 / 16, 1 / 8, 1 / 4, 3 / 4, 7 / 8, 15 / 16):
            principal = ordered.principal_frequency(share)
            for frequency, _, anisotropy in ordered.radial(self.dots(share)):
                if 0.75 * principal < frequency < 0.5:
                    self.assertLess(anisotropy, 4, (share, frequency))

    def test_white_noise_and_bayer_are_not_blue(self):
        white = np.random.default_rng(1).random((64, 64)) < 0.25
        self.assertGreater(ordered.low_power(white), 0.8)
        tiles = np.tile(ordered.ranks("bayer8"), (8, 8)) < 8
        self.assertGreater(max(ring[2] for ring in ordered.radial(tiles)), 10)


class PictureTests(unittest.TestCase):
    """The generated pictures are what their names say, to the decoders used here."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        make_pictures.main([cls.temporary.name])
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.expected = json.loads((cls.folder / "expected.json").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def read(self, name):
        return target.read_picture((self.folder / name).read_bytes(), (255, 255, 255))

    def test_accepted_ones_have_their_size(self):
        for entry in self.expected:
            if entry["expect"] == "accept":
                self.assertEqual(
                    self.read(entry["file"]).shape,
                    (entry["height"], entry["width"], 3),
                    entry["file"],
                )

    def test_refused_ones_are_refused(self):
        # Pillow lets pass what libjpeg only warns of, and has other limits.
        lenient = {"bad-jpeg-missing-scans.jpg", "bad-jpeg-bit-flip.jpg"}
        for entry in self.expected:
            name = entry["file"]
            if entry["expect"] == "refuse" and name not in lenient and not name.startswith("bomb"):
                with self.assertRaises(Wrong, msg=name):
                    self.read(name)

    def test_every_way_to_store_the_scene_is_the_scene(self):
        scene = make_pictures.scene() / 255
        for name in (
            "jpeg-444",
            "jpeg-rgb",
            "jpeg-cmyk-adobe",
            "jpeg-cmyk-plain",
            "jpeg-ycck-adobe",
        ):
            difference = np.abs(light.encoded(self.read(f"{name}.jpg")) - scene).mean()
            self.assertLess(difference, 0.012, name)
        for name in ("png-rgb-8", "png-rgb-8-interlaced", "png-gama-45455", "png-srgb-over-gama"):
            difference = np.abs(light.encoded(self.read(f"{name}.png")) - scene).max()
            self.assertLess(difference, 1e-6, name)

    def test_it_is_the_same_every_time(self):
        with tempfile.TemporaryDirectory() as folder:
            make_pictures.main([folder])
            for path in pathlib.Path(folder).iterdir():
                self.assertEqual(
                    path.read_bytes(), (self.folder / path.name).read_bytes(), path.name
                )


if __name__ == "__main__":
    unittest.main()
