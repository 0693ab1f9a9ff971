"""Ordered dither as spec/FORMS.md has it, and what its dots look like to a Fourier transform."""

import functools
import pathlib

import numpy as np

from . import Wrong, light

MASK = pathlib.Path(__file__).parents[3] / "Sources/Raster/Halftoning/blue-noise.ranks"
# How far the mask is moved from one channel to the next, in columns and rows.
CHANNEL_STEPS = {"bayer8": (0, 0), "clustered-dot8": (0, 0), "blue-noise": (27, 15)}


@functools.cache
def ranks(method):
    """The method's square of ranks, or None if the method is not an ordered one."""
    if method == "blue-noise":
        values = np.frombuffer(MASK.read_bytes(), ">u2").astype(int)
        if sorted(values) != list(range(4096)):
            raise Wrong(f"{MASK.name} has not every rank of 0…4095 once")
        return values.reshape(64, 64)
    if method == "bayer8":
        # M(1) = (0 2 / 3 1), M(2n) = 4·M(n) + M(1).
        square = np.array([[0]])
        for _ in range(3):
            square = np.block([[4 * square, 4 * square + 2], [4 * square + 3, 4 * square + 1]])
        return square
    if method == "clustered-dot8":
        # Spirals over the light squares of a chessboard; the dark ones mirror them.
        light_square = np.array(
            [[24, 10, 12, 26], [8, 0, 2, 14], [22, 6, 4, 16], [30, 20, 18, 28]]
        )
        dark_square = np.array(
            [[35, 47, 49, 37], [45, 59, 61, 51], [43, 57, 63, 53], [33, 41, 55, 39]]
        )
        return np.block([[light_square, dark_square], [dark_square ^ 1, light_square ^ 1]])
    return None


def thresholds(form, shape, channel=0):
    """The threshold of every pixel, 0…1."""
    square = ranks(form.effective_method)
    columns, rows = CHANNEL_STEPS[form.effective_method]
    y, x = np.indices(shape)
    found = square[
        (y + channel * rows) % len(square), (x + channel * columns) % len(square)
    ]
    return 0.5 + ((found + 0.5) / square.size - 0.5) * form.strength / 100


def channel_excess(form, shown, wanted, tops):
    """How far beyond a threshold the targets lie, in 1/255 of the encoded range, where another
    level is shown than the threshold asks for; not above 0 where the level is the right one.

    `shown` and `wanted` are encoded, height × width × channels; `tops` are the highest codes.
    Channels of 8 bits and more are not dithered and left out.
    """
    excess = np.zeros(wanted.shape)
    for channel, top in enumerate(np.broadcast_to(tops, wanted.shape[2:]).astype(int)):
        if top >= 255:
            continue
        shades = light.linear(np.floor(np.arange(top + 1) * 255 / top + 0.5) / 255)
        share = thresholds(form, wanted.shape[:2], channel)
        level = np.abs(shades - light.linear(shown[:, :, channel])[..., None]).argmin(axis=2)
        # A level is right while the target lies between the thresholds below and above it.
        lower, upper = shades[np.maximum(level - 1, 0)], shades[np.minimum(level + 1, top)]
        floor = np.where(level > 0, lower + (shades[level] - lower) * share, 0)
        ceiling = np.where(level < top, shades[level] + (upper - shades[level]) * share, 1)
        target = wanted[:, :, channel]
        excess[:, :, channel] = 255 * np.maximum(
            light.encoded(floor) - target, target - light.encoded(ceiling)
        )
    return excess


def ink_excess(form, codes, encoded):
    """The same for inks of one bit, whose bare paper is dithered; in 1/255 of the picture's range:
    a small change of a dark picture's channel is a large one of its ink."""
    lightest = encoded.max(axis=2, keepdims=True)
    room = np.where(lightest > 0, lightest, 1)
    # Where nothing shines the colours are free, and black covers them.
    paper = np.concatenate([np.where(lightest > 0, encoded / room, 1), lightest], axis=2)
    excess = channel_excess(form, 1.0 - codes, paper, 1)
    return excess * np.concatenate([np.repeat(lightest, 3, axis=2), np.ones_like(lightest)], axis=2)


def displaced(form, encoded, entries):
    """Where a palette's nearest entry is looked for, in linear light; entries are encoded."""
    corners = light.linear(entries)
    gaps = max([1] + [side - 1 for side in range(2, 7) if side**3 <= len(corners)])
    spread = (corners.max(axis=0) - corners.min(axis=0)) / gaps
    share = thresholds(form, encoded.shape[:2])
    return light.linear(encoded) - (share - 0.5)[..., None] * spread


def palette_excess(form, encoded, shown, entries):
    """How much farther the shown entry is than the nearest to the displaced target, at worst."""
    weights = np.sqrt([3 / 9, 4 / 9, 2 / 9])
    wanted = displaced(form, encoded, entries) * weights
    distances = np.linalg.norm(
        wanted[:, :, None] - light.linear(entries) * weights, axis=3
    ).min(axis=2)
    return float((np.linalg.norm(wanted - light.linear(shown) * weights, axis=2) - distances).max())


def spectrum(dots):
    """The power of a square of dots (0 and 1) at every frequency, its mean 1 (Ulichney, "Digital
    Halftoning", 1987: divided by the variance g(1 − g)), and the frequencies in cycles a pixel."""
    share = dots.mean()
    power = np.abs(np.fft.fft2(dots - share)) ** 2 / dots.size / (share * (1 - share))
    axes = [np.fft.fftfreq(length) for length in dots.shape]
    return power, np.hypot(*np.meshgrid(*axes, indexing="ij"))


def principal_frequency(share):
    """Of dots spread evenly, in cycles a pixel: one over their mean distance."""
    return float(np.sqrt(min(share, 1 - share)))


def low_power(dots):
    """Mean power below half the principal frequency: 1 is white noise, 0 none."""
    power, frequency = spectrum(dots)
    low = (frequency > 0) & (frequency < principal_frequency(dots.mean()) / 2)
    return float(power[low].mean())


def radial(dots, width=1 / 64):
    """Per ring of frequencies: its middle, mean power, and anisotropy in dB (variance over squared
    mean; 0 dB is what a random pattern has)."""
    power, frequency = spectrum(dots)
    rings = np.floor(frequency / width + 0.5).astype(int)
    for ring in range(1, rings.max() + 1):
        inside = power[rings == ring]
        if len(inside) > 1:
            spread = inside.var(ddof=1) / max(inside.mean() ** 2, 1e-12)
            yield ring * width, float(inside.mean()), float(10 * np.log10(max(spread, 1e-12)))
