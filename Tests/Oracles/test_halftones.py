"""The vectors of halftones, computed from spec/FORMS.md by a second reading; and that the committed
gallery shows them (`make gallery` writes it again).

Gray forms are computed whole, byte for byte. Of the palette's it is checked that kept pixels show the
entry nearest to them, and that dots are the target's colours to the eye.
"""

import json
import pathlib
import unittest

import numpy as np
from PIL import Image

from forme_oracle import light, measure, ordered

FOLDER = pathlib.Path(__file__).parents[2] / "spec/vectors/halftones"
GALLERY = pathlib.Path(__file__).parents[2] / "docs/halftones"
FULL = 65535
# A dot of the gallery (Scripts/gallery.py).
ENLARGED = np.ones((2, 2), int)
# Divisor and rows of weights from the present pixel's on, five columns, the pixel in the middle.
KERNELS = {
    "floyd-steinberg": (16, ["0 0 0 7 0", "0 3 5 1 0"]),
    "jarvis-judice-ninke": (48, ["0 0 0 7 5", "3 5 7 5 3", "1 3 5 3 1"]),
    "stucki": (42, ["0 0 0 8 4", "2 4 8 4 2", "1 2 4 2 1"]),
    "burkes": (32, ["0 0 0 8 4", "2 4 8 4 2"]),
    "sierra": (32, ["0 0 0 5 3", "2 4 5 4 2", "0 2 3 2 0"]),
    "sierra-two-row": (16, ["0 0 0 4 3", "1 2 3 2 1"]),
    "sierra-lite": (4, ["0 0 0 2 0", "0 1 1 0 0"]),
    "atkinson": (8, ["0 0 0 1 1", "0 1 1 1 0", "0 0 1 0 0"]),
}


def vectors():
    return json.loads((FOLDER / "halftones.json").read_text(encoding="utf-8"))


def linear_table():
    """Linear values of the 256 codes of sRGB."""
    return np.floor(light.linear(np.arange(256) / 255) * FULL + 0.5).astype(int)


def pixels(vector):
    return np.asarray(Image.open(FOLDER / vector["picture"]))


def levels(bits):
    top = (1 << bits) - 1
    return linear_table()[[(2 * 255 * code + top) // (2 * top) for code in range(top + 1)]]


def encoded(linear):
    return np.floor(light.encoded(linear / FULL) * FULL + 0.5).astype(int)


def ordered_codes(values, shades, square, strength):
    """Codes by comparison with a square of ranks (FORMS.md, bayer8 and blue-noise)."""
    y, x = np.indices(values.shape)
    side, count = len(square), square.size
    rank = square[y % side, x % side]
    code = np.clip(np.searchsorted(shades, values, side="right") - 1, 0, len(shades) - 2)
    low, high = shades[code], shades[code + 1]
    is_upper = (values - low) * 200 * count >= (high - low) * (
        100 * count + (2 * rank - (count - 1)) * strength
    )
    return code + is_upper


def diffused_codes(values, shades, method, halftone):
    """Codes by error diffusion, pixel by pixel, on Python's integers."""
    strength = halftone.get("strength", 100)
    is_auto = method == "auto"
    serpentine = halftone.get("serpentine", True) and not is_auto
    divisor, drawing = KERNELS["floyd-steinberg" if is_auto else method]
    table = [
        (column - 2, row, int(weight))
        for row, line in enumerate(drawing)
        for column, weight in enumerate(line.split())
        if weight != "0"
    ]

    def scaled(weight):
        return (2 * weight * strength * 16384 + 100 * divisor) // (200 * divisor)

    total = scaled(sum(weight for _, _, weight in table))
    if halftone.get("keepEdges"):
        targets = encoded(values)
        values = np.where(targets <= 899, 0, np.where(targets >= FULL - 899, FULL, values))
    height, width = values.shape
    wanted, shades = values.tolist(), [int(shade) for shade in shades]
    field = [[0] * (width + 4) for _ in range(height + 3)]
    codes = np.zeros((height, width), int)
    for y in range(height):
        field[y] = [max(-FULL, min(FULL, received)) for received in field[y]]
        step = -1 if serpentine and y % 2 else 1
        for x in range(width)[::step]:
            target = wanted[y][x]
            is_kept = halftone.get("keepEdges") and target in (0, FULL)
            value = target + (0 if is_kept else field[y][x + 2])
            sought = value
            if is_auto and len(shades) == 2:
                sought += 0 if is_kept else (1024 if y % 2 == 0 else -1024) - (target - 32768 >> 1)
            held = max(0, min(FULL, sought))
            code = min(range(len(shades)), key=lambda level: (abs(shades[level] - held), -level))
            codes[y, x] = code
            error = value - shades[code]
            rest = error * total + 8192 >> 14
            for column, row, weight in table[:-1]:
                part = error * scaled(weight) + 8192 >> 14
                rest -= part
                field[y + row][x + 2 + column * step] += part
            column, row, _ = table[-1]
            field[y + row][x + 2 + column * step] += rest
    return codes


def gray_codes(vector):
    values = linear_table()[pixels(vector)]
    bits = vector["profile"]["color"]["bits"]
    shades, halftone = levels(bits), vector["profile"]["halftone"]
    method, strength = halftone["method"], halftone.get("strength", 100)
    if method == "none":
        return (2 * encoded(values) * ((1 << bits) - 1) + FULL) // (2 * FULL)
    if method == "threshold":
        return np.searchsorted((shades[:-1] + shades[1:] + 1) // 2, values, side="right")
    square = ordered.ranks(method)
    if square is not None:
        return ordered_codes(values, shades, square, strength)
    return diffused_codes(values, shades, method, halftone)


def packed(codes, bits):
    places = codes[:, :, None] >> np.arange(bits - 1, -1, -1) & 1
    return np.packbits(places.reshape(len(codes), -1).astype(np.uint8), axis=1).tobytes()


class Gray(unittest.TestCase):
    def test_every_form_is_what_the_rules_give(self):
        count = 0
        for vector in vectors():
            color = vector["profile"]["color"]
            if color["model"] != "gray":
                continue
            with self.subTest(vector["name"]):
                form = (FOLDER / f"{vector['name']}.bin").read_bytes()
                self.assertTrue(packed(gray_codes(vector), color["bits"]) == form)
            count += 1
        self.assertGreaterEqual(count, 28)

    def test_the_gallery_shows_them(self):
        count = 0
        for vector in vectors():
            picture = GALLERY / f"{vector['name']}.png"
            if vector["profile"]["color"] != {"model": "gray", "bits": 1} or not picture.exists():
                continue
            form = (FOLDER / f"{vector['name']}.bin").read_bytes()
            width = vector["profile"]["size"]["width"]
            codes = np.unpackbits(np.frombuffer(form, np.uint8)).reshape(-1, width)
            shown = np.asarray(Image.open(picture))
            self.assertTrue((np.kron(codes, ENLARGED) == shown).all(), vector["name"])
            count += 1
        self.assertGreaterEqual(count, 28)


class Palettes(unittest.TestCase):
    def shown(self, name):
        vector = next(vector for vector in vectors() if vector["name"] == name)
        form = np.frombuffer((FOLDER / f"{name}.bin").read_bytes(), np.uint8)
        codes = np.stack([form >> 4, form & 15], axis=1).reshape(128, 192)
        entries = {entry["code"]: entry["rgb"] for entry in vector["profile"]["color"]["entries"]}
        self.assertLessEqual(set(np.unique(codes)), set(entries))
        colors = np.zeros((16, 3), int)
        for code, rgb in entries.items():
            colors[code] = [int(rgb[place : place + 2], 16) for place in (1, 3, 5)]
        return codes, linear_table()[colors], sorted(entries), pixels(vector)

    def test_kept_pixels_show_their_nearest_entry(self):
        codes, colors, entries, picture = self.shown("scene-spectra6-auto-keep-edges")
        fraying, _, _, _ = self.shown("scene-spectra6-auto")
        frayed = 0
        for pure in (0, 255):
            kept = (picture == pure).all(axis=2)
            self.assertGreater(kept.sum(), 500)
            distances = ((colors[entries] - linear_table()[pure]) ** 2 * (3, 4, 2)).sum(axis=1)
            nearest = entries[int(distances.argmin())]
            self.assertTrue((codes[kept] == nearest).all())
            frayed += (fraying[kept] != nearest).sum()
        self.assertGreater(frayed, 20)

    def test_colours_are_the_targets(self):
        for name in ("scene-spectra6-auto", "scene-spectra6-auto-keep-edges"):
            codes, colors, entries, picture = self.shown(name)
            wanted = measure.into_hull(
                picture / 255, colors[entries] / FULL, measure.HULLS["weighted"]
            )
            shown = colors[codes] / FULL
            # The board is above the palette's white: what is kept there is not mapped.
            sky = np.s_[:80]
            self.assertGreater(measure.filtered_psnr(shown[sky], wanted[sky]), 38)
            self.assertLess(measure.bias(shown[sky], wanted[sky]), 0.004)

    def test_the_gallery_shows_them(self):
        for name in ("scene-spectra6-auto", "scene-spectra6-auto-keep-edges"):
            codes, _, _, _ = self.shown(name)
            image = Image.open(GALLERY / f"{name}.png")
            self.assertTrue((np.kron(codes, ENLARGED) == np.asarray(image)).all(), name)


if __name__ == "__main__":
    unittest.main()
