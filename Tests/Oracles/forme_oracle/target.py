"""The target: what a form should look like, in doubles of linear sRGB light.

decode, colour, compose, reduce, scale, turn, place, tone; in this order, and each once.
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


def read_stored(data, background):
    """A file's picture as it is stored, over `background` (sRGB 0…255): height × width × 3, linear;
    and its orientation."""
    reader = _read_png if data.startswith(png_file.SIGNATURE) else _read_jpeg
    rgb, alpha, value = reader(data)
    if rgb.shape[2] == 1:
        rgb = np.repeat(rgb, 3, axis=2)
    alpha = alpha[:, :, None]
    paper = light.linear(np.array(background) / 255)
    return rgb * alpha + paper * (1 - alpha), value


def read_picture(data, background):
    """As `read_stored`, upright."""
    return upright(*read_stored(data, background))


def box_side(picture, scaled):
    """The side of the boxes that a picture is reduced by: as large as leaves twice the scaled size.
    Both sizes are width, height, in the stored frame."""
    for side in (8, 4, 2):
        if all(whole >= 2 * side * part for whole, part in zip(picture, scaled)):
            return side
    return 1


def reduced(pixels, side):
    """The mean of each box of side × side pixels, from the left top corner; the last boxes are
    filled up with the picture's last row and column."""
    height, width = pixels.shape[:2]
    pixels = np.pad(pixels, ((0, -height % side), (0, -width % side), (0, 0)), mode="edge")
    height, width = pixels.shape[:2]
    return pixels.reshape(height // side, side, width // side, side, -1).mean(axis=(1, 3))


def _lanczos3(x):
    x = np.abs(x)
    return np.where(x < 3, np.sinc(x) * np.sinc(x / 3), 0)


def resample(pixels, size, first, last, length=None):
    """Scales axis 0 of `pixels` to `size`, of which only first…last−1 are made: Lanczos-3, widened
    by the ratio when shrinking, pixel centres aligned, weights renormalised over existing pixels.

    `length` is how long the picture is, in pixels of this axis, where the last one sticks out.
    """
    source = pixels.shape[0]
    ratio = (length or source) / size
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


def _range(indices):
    """From the least to one past the greatest."""
    return int(indices.min()), int(indices.max()) + 1


def placed(profile, picture, value):
    """The stored picture of orientation `value`, scaled, turned and placed on the device, before
    tone: linear, height × width × 3.

    What the filter overshoots is still there: a gray device's luminance is taken before it is cut.
    """
    height, width = picture.shape[:2]
    placement = geometry.place(profile, *((width, height) if value < 5 else (height, width)))

    def turned(pixels):
        return np.rot90(upright(pixels, value), -placement.turn // 90)

    form_width, form_height = placement.form
    paper = light.linear(np.array(profile.background) / 255)
    form = np.broadcast_to(paper, (form_height, form_width, 3)).copy()

    x, y = placement.offset
    scaled_width, scaled_height = placement.scaled
    left, right = max(placement.window[0], x), min(placement.window[2], x + scaled_width)
    top, bottom = max(placement.window[1], y), min(placement.window[3], y + scaled_height)

    # Which rows and columns of the scaled picture, as stored, will be seen.
    is_on_its_side = turned(np.empty((2, 1))).shape == (1, 2)
    size = (scaled_height, scaled_width) if is_on_its_side else (scaled_width, scaled_height)
    row_numbers = np.broadcast_to(np.arange(size[1])[:, None], size[::-1])
    column_numbers = np.broadcast_to(np.arange(size[0]), size[::-1])
    seen = (slice(top - y, bottom - y), slice(left - x, right - x))
    rows, columns = _range(turned(row_numbers)[seen]), _range(turned(column_numbers)[seen])

    side = box_side((width, height), size)
    pixels = reduced(picture, side).swapaxes(0, 1)
    pixels = resample(pixels, size[0], *columns, width / side).swapaxes(0, 1)
    form[top:bottom, left:right] = turned(resample(pixels, size[1], *rows, height / side))
    return form


def target(profile, data):
    """What the form should show, encoded 0…1: height × width × 1 for gray, else × 3."""
    form = placed(profile, *read_stored(data, profile.background))
    if profile.color.model == "gray":
        form = light.luminance(form)[:, :, None]
    return toned(profile, light.encoded(np.clip(form, 0, 1)))
