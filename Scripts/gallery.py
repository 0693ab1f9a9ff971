"""Draws what halftones make: one PNG for every method and picture, dots enlarged.

usage: gallery.py PROGRAMS OUTDIR [PHOTO]

PROGRAMS is the folder of forme-server and forme-device, which make the forms. Without PHOTO the pictures
are those of spec/vectors/halftones, at their own size; PHOTO is scaled by the server, and all methods
are drawn on one sheet, gallery.png, too.
"""

import argparse
import io
import pathlib
import sys
import tempfile

from PIL import Image, ImageDraw, ImageFont

PROJECT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "Benchmarks"))

from forme import Forme  # noqa: E402

VECTORS = PROJECT / "spec/vectors/halftones"
# Screen pixels of a dot, along each axis.
ZOOM = 2
PHOTO_SIZE = (400, 260)
METHODS = (
    "auto none threshold bayer8 clustered-dot8 blue-noise floyd-steinberg jarvis-judice-ninke"
    " stucki burkes sierra sierra-two-row sierra-lite atkinson"
).split()
# More of one picture: what the other fields of a halftone do. A name, and the fields.
VARIANTS = {
    "floyd-steinberg-from-left": {"method": "floyd-steinberg", "serpentine": False},
    "floyd-steinberg-strength-75": {"method": "floyd-steinberg", "strength": 75},
    "blue-noise-strength-50": {"method": "blue-noise", "strength": 50},
    "auto-keep-edges": {"method": "auto", "keepEdges": True},
}
COLORS = ("auto", "blue-noise", "auto-keep-edges")
GRAY = {"model": "gray", "bits": 1}
# Waveshare's 7.3 inch (E), Sources/Profiles/devices/waveshare-7in3e.json.
SPECTRA6 = {
    "model": "palette",
    "bits": 4,
    "entries": [
        {"code": code, "rgb": rgb}
        for code, rgb in zip(
            (0, 1, 2, 3, 5, 6), ("#1a0d23", "#b9cacd", "#cab800", "#790900", "#00458b", "#285239")
        )
    ],
}


class Gallery:
    """Forms of one server, enlarged, in one folder."""

    def __init__(self, forme, folder):
        self._forme, self._folder = forme, folder
        self.drawn = []

    def draw(self, picture, size, fit, stem, color, halftone):
        """`stem`.png, of a form that the server sends as PNG."""
        profile = {
            "size": {"width": size[0], "height": size[1]},
            "color": color,
            "fit": {"mode": fit},
            "halftone": halftone,
            "container": {"id": "png"},
        }
        form = Image.open(io.BytesIO(self._forme.fetch(picture, profile)))
        if form.size != size:
            sys.exit(f"gallery.py: {stem} has {form.size} pixels")
        enlarged = form.resize((ZOOM * size[0], ZOOM * size[1]), Image.Resampling.NEAREST)
        enlarged.save(self._folder / f"{stem}.png", optimize=True)
        self.drawn.append((stem, enlarged))

    def draw_all(self, gray, picture, size, fit, prefix):
        """A picture by every method in black and white, by every variant, and in six colours."""
        methods = {name: {"method": name} for name in METHODS}
        for name, halftone in (methods | VARIANTS).items():
            self.draw(gray, size, fit, f"{prefix}-{name}", GRAY, halftone)
        for name in COLORS:
            halftone = VARIANTS.get(name, {"method": name})
            self.draw(picture, size, fit, f"{prefix}-spectra6-{name}", SPECTRA6, halftone)


def sheet(drawn, columns=3, label=20, gap=12):
    """All enlarged forms on one picture, under their names."""
    width = max(picture.width for _, picture in drawn) + gap
    height = max(picture.height for _, picture in drawn) + label + gap
    rows = -(-len(drawn) // columns)
    whole = Image.new("RGB", (columns * width + gap, rows * height + gap), "white")
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default()
    for index, (stem, picture) in enumerate(drawn):
        row, column = divmod(index, columns)
        x, y = gap + column * width, gap + row * height
        draw.text((x, y + 4), stem, font=font, fill="black")
        whole.paste(picture.convert("RGB"), (x, y + label))
    return whole


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("photo", type=pathlib.Path, nargs="?")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, Forme(options.programs, work) as forme:
        gallery = Gallery(forme, options.folder)
        if options.photo:
            picture = forme.register(options.photo)
            gallery.draw_all(picture, picture, PHOTO_SIZE, "cover", "photo")
            sheet(gallery.drawn).save(options.folder / "gallery.png", optimize=True)
            return
        ramp = forme.register(VECTORS / "ramp.png")
        for name in METHODS:
            gallery.draw(ramp, (256, 32), "none", f"ramp-{name}", GRAY, {"method": name})
        gray, picture = (forme.register(VECTORS / f"{name}.png") for name in ("scene-gray", "scene"))
        gallery.draw_all(gray, picture, (192, 128), "none", "scene")


main()
