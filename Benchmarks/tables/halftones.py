"""Halftones beside Pillow's Floyd–Steinberg, all of one target in linear light."""

import os
import statistics
import sys

import numpy as np
from PIL import Image

from forme_oracle import light, measure

TITLE = "Halftones: filtered PSNR in dB (σ 1.5, linear light)"

FOLDER = "/usr/share/backgrounds/mate"
PICTURES = [
    "nature/Aqua.jpg", "nature/Garden.jpg", "nature/FreshFlower.jpg",
    "nature/YellowFlower.jpg", "nature/Storm.jpg", "abstract/Elephants.jpg",
]  # fmt: skip
SIZE = (800, 480)
METHODS = {
    "auto": {"method": "auto"},
    "serpentine": {"method": "floyd-steinberg"},
    "from the left": {"method": "floyd-steinberg", "serpentine": False},
}
# One bit and the six colours must be Pillow's equal on every picture; the others are shown.
FORMS = {
    "one bit": None,
    "Spectra 6": "1a0d23 b9cacd cab800 790900 00458b 285239",
    "seven colours": "000000 ffffff 008000 0000ff ff0000 ffff00 ff8000",
    "black, white, red": "000000 ffffff c0281c",
    "black, white, yellow, red": "000000 ffffff ffe000 c0281c",
}
REQUIRED = ("one bit", "Spectra 6")


def _profile(color, halftone):
    """Raw forms, every code a byte or more."""
    width, height = SIZE
    return {
        "size": {"width": width, "height": height}, "color": color, "fit": {"mode": "cover"},
        "halftone": halftone,
    }  # fmt: skip


def _target(forme, picture, color, channels):
    """The picture as the server scales it, 16 bits a channel; encoded 0…1."""
    form = forme.fetch(picture, _profile(color, {"method": "none"}))
    samples = np.frombuffer(form, ">u2").astype(float) / 65535
    return samples.reshape((SIZE[1], SIZE[0]) + channels)


def _eighth(linear):
    """Linear light in 8 bits, so that Pillow diffuses light."""
    return np.floor(np.clip(linear, 0, 1) * 255 + 0.5).astype(np.uint8)


class OneBit:
    """Black and white; the target is the luminance."""

    COLOR = {"model": "gray", "bits": 1}

    def target(self, forme, picture):
        return light.linear(_target(forme, picture, {"model": "gray", "bits": 16}, ()))

    def shown(self, form):
        return np.unpackbits(np.frombuffer(form, np.uint8)).reshape(SIZE[1], SIZE[0]).astype(float)

    def pillow(self, target):
        dither = Image.Dither.FLOYDSTEINBERG
        return np.asarray(Image.fromarray(_eighth(target)).convert("1", dither=dither), float)


class Palette:
    """The target is what mixtures of the entries can show."""

    RGB = {"model": "rgb", "red": 16, "green": 16, "blue": 16, "pixelBits": 48}

    def __init__(self, colors):
        colors = colors.split()
        codes = np.array([list(bytes.fromhex(color)) for color in colors])
        self._entries = light.linear(codes / 255)
        entries = [{"code": code, "rgb": f"#{color}"} for code, color in enumerate(colors)]
        self.COLOR = {"model": "palette", "bits": 8, "entries": entries}

    def target(self, forme, picture):
        encoded = _target(forme, picture, self.RGB, (3,))
        return measure.into_hull(encoded, self._entries, measure.HULLS["weighted"])

    def shown(self, form):
        return self._entries[np.frombuffer(form, np.uint8).reshape(SIZE[1], SIZE[0])]

    def pillow(self, target):
        colors = _eighth(self._entries).tolist()
        # Pillow wants 256 entries: the first one again changes nothing.
        colors += colors[:1] * (256 - len(colors))
        palette = Image.new("P", (1, 1))
        palette.putpalette(sum(colors, []))
        dither = Image.Dither.FLOYDSTEINBERG
        codes = np.asarray(Image.fromarray(_eighth(target)).quantize(palette=palette, dither=dither))
        return self._entries[np.where(codes < len(self._entries), codes, 0)]


def _scores(forme, form, picture):
    """Of Pillow and every method on one picture."""
    wanted = form.target(forme, picture)
    scores = {"Pillow": measure.filtered_psnr(form.pillow(wanted), wanted)}
    for name, halftone in METHODS.items():
        bytes_ = forme.fetch(picture, _profile(form.COLOR, halftone))
        scores[name] = measure.filtered_psnr(form.shown(bytes_), wanted)
    return scores


def rows(forme):
    yield (
        "Pillow's Floyd–Steinberg, `auto`, and `floyd-steinberg` serpentine and from the left, all of"
        " the same target. Least: the smallest difference to Pillow on one picture."
    )
    pictures = {
        os.path.basename(picture)[:-4]: forme.register(os.path.join(FOLDER, picture))
        for picture in PICTURES
    }
    failures = []
    for title, colors in FORMS.items():
        form = Palette(colors) if colors else OneBit()
        yield ""
        yield f"| {title} | Pillow | {' | '.join(METHODS)} |"
        yield "|---" * (2 + len(METHODS)) + "|"
        found = {}
        for name, picture in pictures.items():
            found[name] = scores = _scores(forme, form, picture)
            yield f"| {name} | " + " | ".join(f"{score:.2f}" for score in scores.values()) + " |"
        means = {
            way: statistics.mean(scores[way] for scores in found.values())
            for way in ("Pillow", *METHODS)
        }
        least = {
            way: min(scores[way] - scores["Pillow"] for scores in found.values()) for way in METHODS
        }
        yield "| mean | " + " | ".join(f"{mean:.2f}" for mean in means.values()) + " |"
        yield "| least | | " + " | ".join(f"{gain:+.2f}" for gain in least.values()) + " |"
        if title in REQUIRED and (least["auto"] < 0 or means["auto"] <= means["Pillow"]):
            failures.append(title)
    yield ""
    yield (
        f"Required of {' and '.join(REQUIRED)}: `auto` is at least Pillow on every picture and"
        f" above it in the mean. {'Not so: ' + ', '.join(failures) if failures else 'It is.'}"
    )
    if failures:
        sys.exit(f"compare: auto is below Pillow: {', '.join(failures)}")
