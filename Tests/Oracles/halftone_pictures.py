"""Writes the pictures that the vectors of halftones are made from, always the same pixels.

usage: halftone_pictures.py OUTDIR

ramp.png: 256 × 32, gray, column x has the sRGB value x.
scene.png: 192 × 128, red green blue, what photographs have: smooth sky, noise, texture, a shaded ball,
saturated spots, and black and white letters and lines. scene-gray.png: its luminance, 8 bits.
"""

import pathlib
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forme_oracle import light

WIDTH, HEIGHT = 192, 128


def noise(x, y, cell, seed):
    """Smooth noise 0…1 with knots every `cell` pixels."""
    knots = np.random.RandomState(seed).randint(0, 1001, (64, 64)) / 1000
    x, y = x / cell, y / cell
    column, row = x.astype(int), y.astype(int)
    right, down = (part * part * (3 - 2 * part) for part in (x - column, y - row))
    knot = lambda dx, dy: knots[(row + dy) % 64, (column + dx) % 64]  # noqa: E731
    upper = knot(0, 0) * (1 - right) + knot(1, 0) * right
    lower = knot(0, 1) * (1 - right) + knot(1, 1) * right
    return upper * (1 - down) + lower * down


def blend(picture, color, share):
    """`color` over `picture`, `share` 0…1 of each pixel."""
    return picture + (np.array(color, float) - picture) * share[..., None]


def landscape(x, y):
    """Sky with clouds and a low sun, two ranges of hills, a meadow with flowers."""
    picture = np.empty((HEIGHT, WIDTH, 3))
    picture[:] = (62, 112, 190)
    picture = blend(picture, (228, 214, 196), np.clip(y / 72, 0, 1))
    clouds = 0.6 * noise(x, y * 2, 40, 1) + 0.3 * noise(x, y * 2, 15, 2) + 0.1 * noise(x, y, 6, 3)
    picture = blend(picture, (248, 246, 243), np.clip((clouds - 0.45) * 3.2, 0, 0.9))
    sun = (x - 40) ** 2 + (y - 50) ** 2
    picture = blend(picture, (255, 236, 170), 1 / (1 + sun / 160))
    far = y > 58 + 26 * (noise(x, 0 * y, 38, 4) - 0.5) + 7 * noise(x, 0 * y, 9, 5)
    rock = 0.35 + 0.65 * noise(x, y, 7, 6)
    picture = blend(picture, (150, 154, 180), far * (0.6 + 0.4 * rock))
    snow = far & (noise(x, y, 11, 7) + (66 - y) / 22 > 0.9)
    picture = blend(picture, (236, 240, 250), snow * 0.85)
    near = y > 76 + 12 * (noise(x, 0 * y, 55, 8) - 0.5) + 5 * noise(x, 0 * y, 5, 9)
    leaves = noise(x, y, 3, 10)
    picture = blend(picture, (30, 54, 36), near * 1.0)
    picture = blend(picture, (96, 132, 62), near * leaves * 0.9)
    meadow = y > 92 + 4 * noise(x, 0 * y, 60, 11)
    blades = noise(x * 3, y, 3, 12)
    picture = blend(picture, (166, 186, 84), meadow * (0.45 + 0.55 * blades))
    for seed, color in ((20, (214, 28, 30)), (21, (240, 204, 16)), (22, (120, 40, 150))):
        flowers = meadow & (noise(x, y, 3, seed) > 0.87)
        picture = blend(picture, color, flowers * 0.95)
    return picture


def ball(picture, x, y):
    """A red ball with its shade and its light."""
    across, down = (x - 132) / 27, (y - 86) / 27
    inside = np.sqrt(np.clip(1 - across**2 - down**2, 0, 1))
    shadow = np.clip(1 - ((x - 140) / 42) ** 2 - ((y - 113) / 9) ** 2, 0, 1)
    picture = blend(picture, (24, 34, 14), np.sqrt(shadow) * 0.7)
    facing = np.clip(-0.55 * across - 0.6 * down + 0.58 * inside, 0, 1)
    shaded = np.empty_like(picture)
    shaded[:] = (70, 14, 22)
    shaded = blend(shaded, (244, 92, 74), facing)
    shaded = blend(shaded, (255, 250, 240), facing**14)
    edge = np.clip(27 - np.hypot(x - 132, y - 86) + 0.5, 0, 1)
    return picture + (shaded - picture) * edge[..., None]


def lettering(image):
    """Pure black and white: letters and lines on a white board, and others right on the picture."""
    draw = ImageDraw.Draw(image)
    draw.rectangle((14, 88, 81, 119), fill="white", outline="black")
    font = ImageFont.load_default()
    draw.text((19, 91), "Forme 123", font=font, fill="black")
    for index, width in enumerate((1, 1, 2)):
        draw.line((19, 105 + 4 * index, 76, 105 + 4 * index), fill="black", width=width)
    draw.text((28, 14), "on clouds", font=font, fill="black")
    draw.line((28, 27, 82, 27), fill="black")
    draw.line((28, 30, 82, 44), fill="black")
    draw.text((128, 10), "on blue", font=font, fill="white")
    draw.line((128, 23, 170, 23), fill="white")


def scene():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    picture = ball(landscape(x, y), x, y)
    grain = np.random.RandomState(30).randint(-4, 5, (HEIGHT, WIDTH, 1))
    image = Image.fromarray(np.clip(np.floor(picture + grain + 0.5), 0, 255).astype(np.uint8))
    lettering(image)
    return image


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    ramp = np.tile(np.arange(256, dtype=np.uint8), (32, 1))
    Image.fromarray(ramp).save(folder / "ramp.png", optimize=True)
    image = scene()
    image.save(folder / "scene.png", optimize=True)
    gray = light.encoded(light.luminance(light.linear(np.asarray(image) / 255)))
    gray = Image.fromarray(np.floor(gray * 255 + 0.5).astype(np.uint8))
    gray.save(folder / "scene-gray.png", optimize=True)


if __name__ == "__main__":
    main()
