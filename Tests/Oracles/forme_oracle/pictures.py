"""Picture files of containers but pnm and png: bmp, wbmp, lvgl, openepaperlink and jpeg.

Headers are read here, byte by byte; where Pillow or netpbm know the format, they must see the same
picture in it. Every reader returns the codes, height × width × channels.
"""

import io
import shutil
import subprocess
import zlib

import numpy as np
from PIL import Image

from . import Wrong
from .stream import Stream, bit_rows, row_bytes


def _entry(color, code):
    """What a table holds for a code, 0…255."""
    if color.model == "gray":
        top = (1 << color.bits) - 1
        return (((code if not color.black else top - code) * 510 + top) // (2 * top),) * 3
    return color.entries.get(code, (0, 0, 0))


def _table(color, depth):
    """Blue, green, red of every code of `depth` bits."""
    return [bytes(_entry(color, code)[::-1]) for code in range(1 << depth)]


def _bmp_depth(color):
    if color.model == "rgb":
        return color.pixel_bits
    return next(depth for depth in (1, 4, 8) if depth >= color.bits)


def bmp(profile, data, height):
    """Windows bitmap with a BITMAPINFOHEADER (Microsoft's documentation of wingdi.h)."""
    color, stream = profile.color, Stream(data, "bmp")
    depth = _bmp_depth(color)
    length = row_bytes(profile.width, depth, 4)
    entries = 1 << depth if depth <= 8 else 0
    begin = 54 + (12 if depth == 16 else entries * 4)
    fields = [(len(data), 4), (0, 4), (begin, 4), (40, 4), (profile.width, 4), (height, 4)]
    fields += [(1, 2), (depth, 2), (3 if depth == 16 else 0, 4), (length * height, 4)]
    fields += [((dpi * 10_000 + 127) // 254, 4) for dpi in profile.dpi] + [(entries, 4), (0, 4)]
    stream.expect(b"BM")
    for wanted, size in fields:
        stream.expect_number(wanted, size, "a field of the header")
    if depth == 16:
        stream.expect(bytes.fromhex("00f80000 e0070000 1f000000"))
    for entry in _table(color, depth) if entries else []:
        stream.expect(entry + b"\0")
    body = stream.take(length * height)
    stream.finish()
    if depth <= 8:
        codes = bit_rows(body, profile.width, height, "bmp", 0, 4, depth)[::-1, :, None]
    else:
        codes = _bmp_pixels(body, profile.width, height, depth, length)[::-1]
    shown = codes
    if depth <= 8:
        shown = np.array([_entry(color, code) for code in range(1 << depth)])[codes[:, :, 0]]
    elif depth == 16:
        # Pillow cuts where a code of 5 or 6 bits is not a whole 8-bit one.
        shown = codes * 255 // np.array([31, 63, 31])
    _ask_pillow(data, shown)
    return codes


def _bmp_pixels(body, width, height, depth, length):
    octets = np.frombuffer(body, np.uint8).reshape(height, length)
    if octets[:, width * depth // 8 :].any():
        raise Wrong("bmp: an unused byte of a row is not 0")
    octets = octets[:, : width * depth // 8].reshape(height, width, depth // 8).astype(np.int64)
    if depth == 16:
        pixels = octets[:, :, 0] | octets[:, :, 1] << 8
        return np.stack([pixels >> 11, pixels >> 5 & 63, pixels & 31], axis=2)
    if depth == 32 and (octets[:, :, 3] != 255).any():
        raise Wrong("bmp: alpha is not the maximum everywhere")
    return octets[:, :, 2::-1]


def _ask_pillow(data, shown):
    try:
        picture = Image.open(io.BytesIO(data))
        theirs = np.asarray(picture.convert("RGB"), int)
    except (OSError, SyntaxError, ValueError) as fault:
        raise Wrong(f"Pillow: {fault}") from None
    if theirs.shape[:2] != shown.shape[:2] or (theirs != shown).any():
        raise Wrong("Pillow sees another picture")


def wbmp(profile, data, height):
    """WAP-237-WAEMT, "Wireless Application Environment Defined Media Types", type 0."""
    stream = Stream(data, "wbmp")
    stream.expect(b"\0\0")
    for wanted in (profile.width, height):
        value, octet = 0, 0x80
        while octet & 0x80:
            octet = stream.number(1)
            value = value << 7 | octet & 0x7F
        if value != wanted:
            raise stream.wrong(f"a side is {value}, not {wanted}")
    body = stream.take(row_bytes(profile.width) * height)
    stream.finish()
    codes = bit_rows(body, profile.width, height, "wbmp", unused=1)
    program = shutil.which("wbmptopbm")
    if program is None:
        raise Wrong("netpbm is not installed")
    answer = subprocess.run([program], input=data, capture_output=True, check=False)
    with Image.open(io.BytesIO(answer.stdout)) as theirs:
        if answer.returncode != 0 or (np.asarray(theirs, int) != codes).any():
            raise Wrong("netpbm sees another picture")
    return codes[:, :, None]


def _lvgl_format(color):
    """(colour format, bits a pixel), by lv_image_dsc.h and lv_color.h of LVGL 9."""
    if color.model == "rgb":
        channels = color.red, color.green, color.blue, color.alpha, color.pixel_bits
        return {
            (5, 6, 5, 0, 16): (0x12, 16),
            (8, 8, 8, 0, 24): (0x0F, 24),
            (8, 8, 8, 0, 32): (0x11, 32),
            (8, 8, 8, 8, 32): (0x10, 32),
        }[channels]
    if color.model == "gray" and color.bits == 8:
        return 0x06, 8
    return {1: 0x07, 2: 0x08, 4: 0x09, 8: 0x0A}[color.bits], color.bits


def lvgl(profile, data, height):
    """An image file of LVGL 9: header, table, rows."""
    color, stream = profile.color, Stream(data, "lvgl")
    kind, bits = _lvgl_format(color)
    length = row_bytes(profile.width, bits)
    stream.expect(bytes([0x19, kind]))
    for wanted, what in (
        (0, "flags"),
        (profile.width, "width"),
        (height, "height"),
        (length, "stride"),
        (0, "reserved"),
    ):
        stream.expect_number(wanted, 2, what)
    if 0x07 <= kind <= 0x0A:
        for entry in _table(color, bits):
            stream.expect(entry + b"\xff")
    body = stream.take(length * height)
    stream.finish()
    if bits <= 8:
        return bit_rows(body, profile.width, height, "lvgl", 0, 1, bits)[:, :, None]
    octets = np.frombuffer(body, np.uint8).reshape(height, profile.width, bits // 8)
    octets = octets.astype(np.int64)
    if bits == 16:
        pixels = octets[:, :, 0] | octets[:, :, 1] << 8
        return np.stack([pixels >> 11, pixels >> 5 & 63, pixels & 31], axis=2)
    if bits == 32 and (octets[:, :, 3] != (255 if color.alpha else 0)).any():
        raise Wrong("lvgl: the fourth byte of a pixel is another one")
    return octets[:, :, 2::-1]


def open_epaper_link(profile, data, height):
    """What an access point of OpenEPaperLink hands to a tag as "image data, zlib"."""
    stream = Stream(data, "openepaperlink")
    size = stream.number(4)
    packed = stream.take(len(data) - 4)
    if packed[0] >> 4 > 4:
        raise stream.wrong("the window is larger than 4 KiB")
    inflater = zlib.decompressobj(12)
    plain = inflater.decompress(packed)
    if not inflater.eof or inflater.unused_data or len(plain) != size:
        raise stream.wrong(f"{len(plain)} bytes unpacked, {size} were declared")
    inner = Stream(plain, "openepaperlink")
    inner.expect(b"\x06")
    inner.expect_number(profile.width, 2, "width")
    inner.expect_number(height, 2, "height")
    planes = inner.number(1)
    if planes not in (1, 2) or planes == 2 and profile.color.model == "gray":
        raise inner.wrong(f"{planes} planes")
    codes = np.zeros((height, profile.width), np.int64)
    count = profile.width * height
    for plane in range(planes):
        bits = np.unpackbits(np.frombuffer(inner.take(-(-count // 8)), np.uint8))
        if bits[count:].any():
            raise inner.wrong("an unused bit is not 0")
        if plane and not bits.any():
            raise inner.wrong("an empty second plane is sent")
        codes |= bits[:count].reshape(codes.shape).astype(np.int64) << plane
    inner.finish()
    return codes[:, :, None]


# The tables of ITU-T T.81, annex K, which libjpeg scales by its quality.
LUMINANCE_TABLE = """16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17
22 29 51 87 80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72
92 95 98 112 100 103 99"""


def through_jpeg(profile, encoded):
    """What Pillow's JPEG of a target (encoded, 0…1) shows, with the profile's quality and 4:2:0."""
    codes = np.floor(encoded * 255 + 0.5).astype(np.uint8)
    file = io.BytesIO()
    picture = Image.fromarray(codes[:, :, 0] if codes.shape[2] == 1 else codes)
    picture.save(file, "JPEG", quality=profile.parameters["quality"], subsampling="4:2:0")
    shown = np.asarray(Image.open(file), float) / 255
    return shown.reshape(encoded.shape)


def jpeg(profile, data, height):
    """A baseline JPEG with 4:2:0 chroma, opened by Pillow."""
    if data[-2:] != b"\xff\xd9":
        # Pillow would let it pass.
        raise Wrong("jpeg: the file does not end with its last marker")
    try:
        picture = Image.open(io.BytesIO(data))
        picture.load()
    except (OSError, SyntaxError) as fault:
        raise Wrong(f"Pillow: {fault}") from None
    gray = profile.color.model == "gray"
    found = picture.format, picture.mode, picture.size, bool(picture.info.get("progressive"))
    wanted = "JPEG", "L" if gray else "RGB", (profile.width, height), False
    if found != wanted:
        raise Wrong(f"jpeg: {found} instead of {wanted}")
    if not gray and [layer[1:3] for layer in picture.layer] != [(2, 2), (1, 1), (1, 1)]:
        raise Wrong(f"jpeg: the layers are {picture.layer}, not 4:2:0")
    quality = profile.parameters["quality"]
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    table = [
        min(255, max(1, (int(n) * scale + 50) // 100)) for n in LUMINANCE_TABLE.split()
    ]
    if list(picture.quantization[0]) != table:
        raise Wrong(f"jpeg: the quality is not {quality}")
    codes = np.asarray(picture, np.int64)
    return codes[:, :, None] if gray else codes


READERS = {
    "bmp": bmp,
    "wbmp": wbmp,
    "lvgl": lvgl,
    "openepaperlink": open_epaper_link,
    "jpeg": jpeg,
}
