"""Measures the dots of the blue-noise mask, beside those of bayer8 and of white noise.

usage: blue_noise.py [--plot PLOT.png] [--mask MASK.ranks] [PICTURE]

For shares of dots from 1/64 to 63/64: the power below half the principal frequency (1 is white
noise), and the noise that is left after an eye's filter (Gaussian, σ 1.5 pixels) of a flat field.
With a picture: the filtered PSNR of its luminance, dithered to one bit by each. --plot draws the
radial power spectra; --mask measures another mask of 64 × 64 (tools/blue-noise makes them).
"""

import argparse
import pathlib

import numpy as np
from PIL import Image, ImageDraw

from forme_oracle import light, measure, ordered, target

SHARES = (1 / 64, 1 / 32, 1 / 16, 1 / 10, 1 / 8, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 7 / 8, 15 / 16, 63 / 64)
PLOTTED = ((1 / 32, "#9ecae1"), (1 / 8, "#4292c6"), (1 / 4, "#08519c"), (1 / 2, "#000000"), (7 / 8, "#d94801"))
SIZE, LEFT, BOTTOM = (720, 400), 50, 360


def masks(path):
    """Name and 64 × 64 thresholds, 0…1."""
    kept = np.frombuffer(path.read_bytes(), ">u2").reshape(64, 64)
    bayer = np.tile(ordered.ranks("bayer8"), (8, 8))
    return {
        "blue noise": (kept + 0.5) / 4096,
        "bayer8": (bayer + 0.5) / 64,
        "white noise": np.random.default_rng(1).random((64, 64)),
    }


def grain(dots):
    """What an eye's filter leaves of a flat field's dots, without edges: three tiles, the inner one."""
    filtered = measure.blurred(np.tile(dots, (3, 3)))[64:128, 64:128]
    return float(filtered.std())


def dithered(mask, wanted):
    """A linear picture in one bit."""
    y, x = np.indices(wanted.shape)
    return (wanted >= mask[y % 64, x % 64]).astype(float)


def plot(mask, path):
    """Radial power spectra, frequency to the right, power 0…3 up; marks are the principal frequencies,
    short ones half of them."""
    sheet = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(sheet)

    def place(frequency, power):
        return LEFT + frequency / 0.71 * (SIZE[0] - LEFT - 10), BOTTOM - min(power, 3) / 3 * 330

    draw.line([place(0, 3), place(0, 0), place(0.71, 0)], fill="black")
    draw.line([place(0, 1), place(0.71, 1)], fill="#cccccc")
    for tick in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
        draw.text((place(tick, 0)[0] - 8, BOTTOM + 6), f"{tick}", fill="black")
    for tick in (1, 2, 3):
        draw.text((LEFT - 16, place(0, tick)[1] - 5), f"{tick}", fill="black")
    draw.text((LEFT + 200, BOTTOM + 22), "cycles a pixel; power of white noise is 1", fill="black")
    for row, (share, color) in enumerate(PLOTTED):
        rings = [(frequency, power) for frequency, power, _ in ordered.radial(mask < share)]
        draw.line([place(*ring) for ring in rings], fill=color, width=2)
        principal = ordered.principal_frequency(share)
        for frequency, height in ((principal, 10), (principal / 2, 5)):
            x = place(frequency, 0)[0]
            draw.line([(x, BOTTOM - height), (x, BOTTOM)], fill=color, width=3)
        draw.text((LEFT + 20, 40 + 14 * row), f"{share:.4f} white", fill=color)
    sheet.save(path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("picture", metavar="PICTURE", nargs="?", type=pathlib.Path)
    parser.add_argument("--plot", type=pathlib.Path)
    parser.add_argument("--mask", type=pathlib.Path, default=ordered.MASK)
    options = parser.parse_args()
    found = masks(options.mask)
    print("share   " + "".join(f"{name + ': low':>18}{'grain':>8}" for name in found))
    for share in SHARES:
        line = f"{share:.4f}  "
        for mask in found.values():
            dots = (mask < share).astype(float)
            line += f"{ordered.low_power(dots):18.3f}{grain(dots):8.4f}"
        print(line)
    if options.picture:
        picture = target.read_picture(options.picture.read_bytes(), (255, 255, 255))
        wanted = np.clip(light.luminance(picture), 0, 1)
        for name, mask in found.items():
            value = measure.filtered_psnr(dithered(mask, wanted), wanted)
            print(f"{name}: filtered PSNR {value:.2f} dB")
    if options.plot:
        plot(found["blue noise"], options.plot)


if __name__ == "__main__":
    main()
