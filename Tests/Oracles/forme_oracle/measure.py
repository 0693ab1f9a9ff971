"""How far a form is from its target. Pictures are height × width × channels, in linear light."""

import numpy as np

from . import light

# Björn Ottosson, "A perceptual color space for image processing" (2020).
OKLAB_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
OKLAB_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def psnr(ours, theirs):
    """Peak signal-to-noise ratio in dB, peak 1; 999 when nothing differs."""
    error = float(np.mean((ours - theirs) ** 2))
    return 999.0 if error == 0 else -10 * float(np.log10(error))


def blurred(picture, sigma=1.5):
    """Gaussian along both axes, to 4σ, weights renormalised at the edges."""
    reach = int(np.ceil(4 * sigma))
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-(offsets**2) / (2 * sigma**2))
    for axis in (0, 1):
        moved = np.moveaxis(picture, axis, 0)
        size = moved.shape[0]
        total, weight_sum = np.zeros_like(moved), np.zeros(size)
        for offset, weight in zip(offsets, weights):
            low, high = max(0, -offset), min(size, size - offset)
            if low < high:
                total[low:high] += weight * moved[low + offset : high + offset]
                weight_sum[low:high] += weight
        moved = total / weight_sum.reshape((-1,) + (1,) * (picture.ndim - 1))
        picture = np.moveaxis(moved, 0, axis)
    return picture


def filtered_psnr(ours, theirs):
    """PSNR as the eye sees dots: after a Gaussian, at the best displacement within ±1 pixel."""
    ours, theirs = blurred(ours), blurred(theirs)
    height, width = ours.shape[:2]
    best = 0.0
    for dy in (-1, 0, 1) if height > 2 else (0,):
        for dx in (-1, 0, 1) if width > 2 else (0,):
            a = ours[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]
            b = theirs[max(0, -dy) : height + min(0, -dy), max(0, -dx) : width + min(0, -dx)]
            best = max(best, psnr(a, b))
    return best


def bias(ours, theirs):
    """The largest difference of a channel's means."""
    return float(np.abs(ours.mean(axis=(0, 1)) - theirs.mean(axis=(0, 1))).max())


def _onto_simplex(rows):
    """Each row's nearest point whose entries are not negative and sum to 1 (Held et al., 1974)."""
    ordered = -np.sort(-rows, axis=1)
    excess = np.cumsum(ordered, axis=1) - 1
    counts = np.arange(1, rows.shape[1] + 1)
    last = np.sum(ordered - excess / counts > 0, axis=1) - 1
    shift = excess[np.arange(len(rows)), last] / (last + 1)
    return np.maximum(rows - shift[:, None], 0)


def nearest_in_hull(points, corners, steps=200):
    """The nearest points of the convex hull of `corners` (n × 3), by accelerated gradient steps on
    the weights of the corners."""
    limit = np.linalg.norm(corners @ corners.T, 2)
    weights = np.full((len(points), len(corners)), 1 / len(corners))
    ahead, momentum = weights, 1.0
    for _ in range(steps):
        gradient = (ahead @ corners - points) @ corners.T
        following = _onto_simplex(ahead - gradient / limit)
        faster = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = following + (momentum - 1) / faster * (following - weights)
        weights, momentum = following, faster
    return weights @ corners


def _between(table, position):
    """Values of a grid (n × n × n × any), trilinear; positions 0…n − 1."""
    low = np.minimum(position.astype(int), table.shape[0] - 2)
    part = position - low
    total = 0
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=-1, keepdims=True)
        index = low + np.array(corner)
        total = total + weight * table[index[..., 0], index[..., 1], index[..., 2]]
    return total


# What darkness costs, against hue, and the side of the grid (spec/FORMS.md, "Palettes").
DARKNESS = 1 / 21
EXPOSURES = 33


def exposures(targets, corners, weights, steps=300):
    """How far targets (linear, n × 3) are darkened before the nearest point of the hull is taken:
    the convex program of spec/FORMS.md over all parts of the corners whose sum is the light u ≥ 1,
    by accelerated gradient steps. The share is 1 / u."""
    greatest = targets.max(axis=1)
    span = greatest - targets.min(axis=1)
    saturation = np.floor(64 * span / np.maximum(greatest, 1e-9) + 1e-9) / 64
    result = np.ones(len(targets))
    moved = saturation > 0
    scale = np.sqrt(weights)
    targets, corners, saturation = targets[moved] * scale, corners * scale, saturation[moved]
    cost = DARKNESS * (targets**2).sum(axis=1) / saturation**2
    rate = 1 / (np.linalg.norm(corners @ corners.T, 2) + cost * len(corners))[:, None]
    parts = np.full((len(targets), len(corners)), 1 / len(corners))
    ahead, momentum = parts, np.ones((len(targets), 1))
    for _ in range(steps):
        sums = np.maximum(ahead.sum(axis=1), 1)
        price = cost * (1 - 1 / sums)
        gradient = (ahead @ corners - targets) @ corners.T + price[:, None]
        stepped = ahead - rate * gradient
        following = np.maximum(stepped, 0)
        dim = following.sum(axis=1) < 1
        following[dim] = _onto_simplex(stepped[dim])
        # Momentum that leads uphill is dropped (O'Donoghue and Candès, 2015).
        uphill = ((ahead - following) * (following - parts)).sum(axis=1, keepdims=True) > 0
        faster = np.where(uphill, 1, (1 + np.sqrt(1 + 4 * momentum**2)) / 2)
        ahead = following + np.where(uphill, 0, (momentum - 1) / faster) * (following - parts)
        parts, momentum = following, faster
    result[moved] = 1 / parts.sum(axis=1)
    return result


def _exposures_between(encoded, corners, weights):
    """Each colour's exposure, from the nodes of its tetrahedron. Encoded 0…1, n × 3."""
    position = encoded * (EXPOSURES - 1)
    low = np.minimum(position.astype(int), EXPOSURES - 2)
    part = position - low
    order = np.argsort(-part, axis=1)
    ordered = np.take_along_axis(part, order, axis=1)
    # Four nodes, reached one channel after the other.
    steps = np.cumsum(np.eye(3, dtype=int)[order], axis=1)
    nodes = np.concatenate([low[:, None], low[:, None] + steps], axis=1)
    shares = -np.diff(ordered, axis=1, prepend=1, append=0)
    number = (nodes * [EXPOSURES**2, EXPOSURES, 1]).sum(axis=2)
    wanted, places = np.unique(number, return_inverse=True)
    channels = np.stack(np.unravel_index(wanted, (EXPOSURES,) * 3), axis=1) / (EXPOSURES - 1)
    found = exposures(light.linear(channels), corners, weights)
    return (found[places.reshape(number.shape)] * shares).sum(axis=1)


def into_hull(encoded, corners, weights=(1, 1, 1), grid=25):
    """A target (encoded 0…1, × 3) moved to what mixtures of `corners` (linear, n × 3) can show,
    in linear light: the nearest point, channels weighted, looked up between the knots of a grid; of
    colours outside of the hull after they were darkened for their hue's sake."""
    scale = np.sqrt(weights)
    axis = np.linspace(0, 1, grid)
    knots = light.linear(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))
    table = nearest_in_hull(knots.reshape(-1, 3) * scale, corners * scale) / scale
    table = table.reshape(grid, grid, grid, 3)
    shown = _between(table, encoded * (grid - 1))
    linear = light.linear(encoded)
    # Within what interpolation errs by, a colour is shown as it is.
    outside = (np.abs(shown - linear) > 2e-3).any(axis=-1)
    if outside.any():
        colors = encoded[outside]
        darker = linear[outside] * _exposures_between(colors, corners, weights)[:, None]
        shown[outside] = _between(table, light.encoded(darker) * (grid - 1))
    return shown


def coordinates(metric, encoded):
    """Encoded colours as points whose distance is the metric's."""
    if metric == "encoded":
        return encoded
    linear = light.linear(encoded)
    if metric == "linear":
        return linear
    if metric == "luminance":
        return linear * np.sqrt(light.LUMINANCE)
    if metric == "weighted":
        # Palettes are matched with weights 3, 4 and 2 (spec/FORMS.md).
        return linear * np.sqrt([3 / 9, 4 / 9, 2 / 9])
    return np.cbrt(linear @ OKLAB_LMS.T) @ OKLAB_LAB.T


# Which point of a palette's hull is the nearest; "weighted" is that of spec/FORMS.md.
HULLS = {"weighted": (3, 4, 2), "linear": (1, 1, 1), "luminance": tuple(light.LUMINANCE)}

METRICS = ("encoded", "linear", "luminance", "oklab", "weighted")


def palette_excess(metric, wanted, shown, entries):
    """How much farther the shown colour is than the nearest entry, at the worst pixel."""
    wanted, shown = coordinates(metric, wanted), coordinates(metric, shown)
    nearest = np.full(wanted.shape[:2], np.inf)
    for entry in coordinates(metric, entries):
        nearest = np.minimum(nearest, np.linalg.norm(wanted - entry, axis=2))
    return float((np.linalg.norm(wanted - shown, axis=2) - nearest).max())
