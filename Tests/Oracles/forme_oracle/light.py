"""sRGB encoding, luminance and colour profiles: from a file's numbers to linear sRGB light."""

import io
import struct

import numpy as np
from PIL import Image, ImageCms

from . import Wrong

# Rec. 709 luminance of linear sRGB.
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# IEC 61966-2-1: white, red, green and blue as x, y.
SRGB = ((0.3127, 0.3290), (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
D50_XYZ = np.array([0.9642, 1.0, 0.8249])


def linear(encoded):
    """sRGB-encoded 0…1 to light 0…1."""
    encoded = np.asarray(encoded, float)
    return np.where(
        encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4
    )


def encoded(light):
    """Light 0…1 to sRGB-encoded 0…1."""
    light = np.clip(np.asarray(light, float), 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def luminance(light):
    """Linear RGB (last axis) to relative luminance."""
    return light @ LUMINANCE


def _white_xyz(xy):
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _adaptation(source, target):
    """Bradford's matrix from one white to another, both XYZ."""
    ratio = (BRADFORD @ target) / (BRADFORD @ source)
    return np.linalg.inv(BRADFORD) @ np.diag(ratio) @ BRADFORD


def primaries_to_xyz(white, red, green, blue):
    """The matrix from linear RGB of these chromaticities (x, y) to XYZ under their own white."""
    columns = np.stack([_white_xyz(xy) for xy in (red, green, blue)], axis=1)
    return columns * np.linalg.solve(columns, _white_xyz(white))


def xyz_to_srgb(white):
    """The matrix from XYZ under `white` (itself XYZ) to linear sRGB, adapted by Bradford."""
    return np.linalg.inv(primaries_to_xyz(*SRGB)) @ _adaptation(white, _white_xyz(SRGB[0]))


def from_png_chunks(color, chunks):
    """Light of a PNG without an ICC profile: sRGB chunk, else gAMA and cHRM, else sRGB."""
    gamma = chunks.get("gAMA")
    exponent = struct.unpack(">I", gamma)[0] / 100000 if gamma else 0
    primaries = chunks.get("cHRM")
    ordinary = abs(exponent - 1 / 2.2) <= 0.001 and primaries is None
    if "sRGB" in chunks or not exponent or ordinary:
        return linear(color)
    light = color ** (1 / exponent)
    if primaries is not None and color.shape[2] == 3:
        pairs = np.array(struct.unpack(">8I", primaries)).reshape(4, 2) / 100000
        light = light @ (xyz_to_srgb(_white_xyz(pairs[0])) @ primaries_to_xyz(*pairs)).T
    return np.clip(light, 0, 1)


def _curve(profile, tag):
    """A tone curve of an ICC profile as a function on 0…1, or None if it has another type."""
    data = profile.get(tag, b"")
    kind = data[:4]
    if kind == b"curv":
        (count,) = struct.unpack_from(">I", data, 8)
        values = np.frombuffer(data, ">u2", count, 12)
        if count == 0:
            return lambda v: v
        if count == 1:
            return lambda v: v ** (values[0] / 256)
        grid = np.linspace(0, 1, count)
        return lambda v: np.interp(v, grid, values / 65535)
    if kind == b"para":
        (form,) = struct.unpack_from(">H", data, 8)
        if form > 4:
            return None
        count = (1, 3, 4, 5, 7)[form]
        p = [n / 65536 for n in struct.unpack_from(f">{count}i", data, 12)]
        g, a, b, c, d, e, f = p + [1, 0, 0, 0, 0, 0, 0][count:]
        if form == 0:
            return lambda v: v**g
        if form == 1:
            return lambda v: np.where(v >= -b / a, np.maximum(a * v + b, 0) ** g, 0)
        if form == 2:
            return lambda v: np.where(v >= -b / a, np.maximum(a * v + b, 0) ** g + c, c)
        return lambda v: np.where(v >= d, np.maximum(a * v + b, 0) ** g + e, c * v + f)
    return None


def _tags(icc):
    (count,) = struct.unpack_from(">I", icc, 128)
    tags = {}
    for index in range(count):
        name, offset, size = struct.unpack_from(">4sII", icc, 132 + 12 * index)
        tags[name.decode("latin-1")] = icc[offset : offset + size]
    return tags


def profile_space(icc):
    """The colour space of an ICC profile: "RGB", "GRAY", "CMYK" …"""
    return icc[16:20].decode("latin-1").strip()


def _xyz(tag):
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536


def from_icc(color, icc):
    """Light of colours under an embedded profile, relative colorimetric with black point
    compensation. Matrix and gray profiles are computed here in doubles (their black is 0, so there
    is nothing to compensate); tables go through lcms2 in 8 bits."""
    tags = _tags(icc)
    if profile_space(icc) == "RGB" and "A2B0" not in tags and "A2B1" not in tags:
        curves = [_curve(tags, name) for name in ("rTRC", "gTRC", "bTRC")]
        if all(curves) and {"rXYZ", "gXYZ", "bXYZ"} <= set(tags):
            light = np.stack([curves[i](color[:, :, i]) for i in range(3)], axis=2)
            matrix = np.stack([_xyz(tags[name]) for name in ("rXYZ", "gXYZ", "bXYZ")], axis=1)
            return np.clip(light @ (xyz_to_srgb(D50_XYZ) @ matrix).T, 0, 1)
    if profile_space(icc) == "GRAY" and "A2B0" not in tags and _curve(tags, "kTRC"):
        return np.clip(_curve(tags, "kTRC")(color), 0, 1)
    return _from_icc_by_lcms(color, icc)


def _from_icc_by_lcms(color, icc):
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[color.shape[2]]
    codes = np.floor(color * 255 + 0.5).astype(np.uint8)
    picture = Image.fromarray(codes[:, :, 0] if mode == "L" else codes, mode)
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(icc)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.FLAGS["BLACKPOINTCOMPENSATION"],
        )
    except ImageCms.PyCMSError as fault:
        raise Wrong(f"ICC: {fault}") from None
    return linear(np.asarray(ImageCms.applyTransform(picture, transform)) / 255)
