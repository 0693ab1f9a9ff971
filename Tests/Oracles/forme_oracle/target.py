"""The target: what a form should look like, in doubles of linear sRGB light.

decode, orient, colour, compose, scale, place, tone; in this order, and each once.
"""

import io

import numpy as np
from PIL import Image

from . import Wrong, geometry, light, png_file

# How to bring a picture with this EXIF orientation upright: transpose first, then these flips.
ORIENTATIONS = {
    1: (False, False, False),
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}  # value: (transpose, flip left-right, flip top-bottom)


def orientation(exif):
    """The EXIF orientation, 1…8; 1 when there is none or it makes no sense."""
    if not exif:
        return 1
    fields = Image.Exif()
    try:
        fields.load(exif)
        value = fields.get(0x0112, 1)
    except (SyntaxError, ValueError, KeyError, OSError):
        return 1
    return value if value in ORIENTATIONS else 1


def upright(pixels, value):
    """Pixels (height × width × …) after their orientation."""
    transpose, left_right, top_bottom = ORIENTATIONS[value]
    if transpose:
        pixels = pixels.swapaxes(0, 1)
    if left_right:
        pixels = pixels[:, ::-1]
    return pixels[::-1] if top_bottom else pixels


def _fits(icc, channel_count):
    return (
        bool(icc)
        and {"GRAY": 1, "RGB": 3, "CMYK": 4}.get(light.profile_space(icc)) == channel_count
    )


def _read_png(data):
    import zlib

    png = png_file.read(data)
    color, alpha = png_file.channels(png)
    icc = png.chunks.get("iCCP")
    if icc:
        icc = zlib.decompress(icc.split(b"\0", 1)[1][1:])
    if _fits(icc, color.shape[2]):
        rgb = light.from_icc(color, icc)
    else:
        rgb = light.from_png_chunks(color, png.chunks)
    return rgb, alpha, orientation(png.chunks.get("eXIf"))


def _read_jpeg(data):
    try:
        picture = Image.open(io.BytesIO(data))
        if picture.format != "JPEG":
            raise Wrong(f"the picture is {picture.format}, not JPEG or PNG")
        # The whole picture: never a draft of it.
        picture.load()
    except (OSError, SyntaxError) as fault:
        raise Wrong(f"JPEG: {fault}") from None
    color = np.asarray(picture, float) / 255
    if color.ndim == 2:
        color = color[:, :, None]
    if picture.mode == "CMYK" and "adobe" not in picture.info:
        # Pillow takes every CMYK JPEG for one of Adobe's, which are inverted.
        color = 1 - color
    icc = picture.info.get("icc_profile")
    if _fits(icc, color.shape[2]):
        rgb = light.from_icc(color, icc)
    elif picture.mode == "CMYK":
        rgb = light.linear((1 - color[:, :, :3]) * (1 - color[:, :, 3:]))
    else:
        rgb = light.linear(color)
    return rgb, np.ones(rgb.shape[:2]), orientation(picture.info.get("exif"))


def read_picture(data, background):
    """A file's picture, upright, over `background` (sRGB 0…255): height × width × 3, linear."""
    reader = _read_png if data.startswith(png_file.SIGNATURE) else _read_jpeg
    rgb, alpha, value = reader(data)
    if rgb.shape[2] == 1:
        rgb = np.repeat(rgb, 3, axis=2)
    alpha = alpha[:, :, None]
    paper = light.linear(np.array(background) / 255)
    return upright(rgb * alpha + paper * (1 - alpha), value)


def _lanczos3(x):
    x = np.abs(x)
    return np.where(x < 3, np.sinc(x) * np.sinc(x / 3), 0)


def resample(pixels, size, first, last):
    """Scales axis 0 of `pixels` to `size`, of which only first…last−1 are made: Lanczos-3, widened
    by the ratio when shrinking, pixel centres aligned, weights renormalised over existing pixels.
    """
    source = pixels.shape[0]
    ratio = source / size
    widening = max(1.0, ratio)
    centers = (np.arange(first, last) + 0.5) * ratio
    start = np.floor(centers - 3 * widening).astype(int)
    total = np.zeros((last - first,) + pixels.shape[1:])
    weights = np.zeros(last - first)
    for tap in range(int(np.ceil(6 * widening)) + 2):
        index = start + tap
        weight = _lanczos3((index + 0.5 - centers) / widening)
        weight[(index < 0) | (index >= source)] = 0
        weights += weight
        total += (
            weight.reshape((-1,) + (1,) * (pixels.ndim - 1)) * pixels[np.clip(index, 0, source - 1)]
        )
    return total / weights.reshape((-1,) + (1,) * (pixels.ndim - 1))


def toned(profile, values):
    """The tone curve, on encoded values."""
    values = np.clip(values, 0, 1) ** float(1 / profile.gamma)
    values = (values - 0.5) * (1 + profile.contrast / 100) + 0.5 + profile.brightness / 100
    return np.clip(values, 0, 1)


def placed(profile, picture):
    """The picture scaled and placed on the device, before tone: linear, height × width × 3.

    What the filter overshoots is still there: a gray device's luminance is taken before it is cut.
    """
    height, width = picture.shape[:2]
    placement = geometry.place(profile, width, height)
    picture = np.rot90(picture, -placement.turn // 90)
    form_width, form_height = placement.form
    paper = light.linear(np.array(profile.background) / 255)
    form = np.broadcast_to(paper, (form_height, form_width, 3)).copy()

    x, y = placement.offset
    scaled_width, scaled_height = placement.scaled
    left, right = max(placement.window[0], x), min(placement.window[2], x + scaled_width)
    top, bottom = max(placement.window[1], y), min(placement.window[3], y + scaled_height)
    columns = resample(picture.swapaxes(0, 1), scaled_width, left - x, right - x)
    pixels = resample(columns.swapaxes(0, 1), scaled_height, top - y, bottom - y)
    form[top:bottom, left:right] = pixels
    return form


def target(profile, data):
    """What the form should show, encoded 0…1: height × width × 1 for gray, else × 3."""
    form = placed(profile, read_picture(data, profile.background))
    if profile.color.model == "gray":
        form = light.luminance(form)[:, :, None]
    return toned(profile, light.encoded(np.clip(form, 0, 1)))
