"""Form bytes to codes, as the device reads them, and codes to the colours it shows."""

import io
import shutil
import subprocess
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from . import Wrong, cups_raster, pictures, png_file, printers

# Tables of adaptive palettes: bytes an entry.
TABLE_BYTES = {"rgb888": 3, "bgra8888": 4, "rgb565": 2}


@dataclass
class Unpacked:
    """`codes` is height × width × channels: one channel, or those of rgb (without alpha) or cmyk in
    this order whatever the pixel's own. `table` holds an adaptive palette's colours, 0…255."""

    codes: np.ndarray
    expected_bytes: int
    table: np.ndarray = None


def _plane_widths(profile):
    """Bits a pixel of each plane, in the order sent."""
    color = profile.color
    if profile.planes == "packed":
        return [color.bits_per_pixel]
    if color.model in ("rgb", "cmyk"):
        if color.byte_top:
            raise Wrong("not judged: planes of channels that stand at the top of a byte")
        widths = [bits for _, bits in color.channels]
    else:
        widths = [1] * color.bits
    return widths if profile.planes == "planar-high-first" else widths[::-1]


def _plane_bytes(profile, columns, rows, bits):
    if profile.scan == "rows":
        if profile.row_align == 0:
            return -(-columns * rows * bits // 8)
        align = profile.row_align * 8
        return -(-columns * bits // align) * profile.row_align * rows
    return columns * -(-rows // 8)


def raw_byte_count(profile, height):
    """The exact length of a raw form of `height` rows."""
    parts = [profile.split, profile.width - profile.split] if profile.split else [profile.width]
    count = sum(
        _plane_bytes(profile, columns, height, bits)
        for columns in parts
        for bits in _plane_widths(profile)
    )
    if profile.color.model == "adaptive":
        count += (1 << profile.color.bits) * TABLE_BYTES[profile.color.table]
    return count


def _check_padding(bits, profile):
    if bits.size and (bits != profile.pad_bit).any():
        raise Wrong(f"an unused bit is not {profile.pad_bit}")


def _bits(data, order):
    return np.unpackbits(
        np.frombuffer(data, np.uint8), bitorder="big" if order == "msb" else "little"
    )


def _values(bits, width, order):
    """Groups of `width` bits (last axis) as integers; with lsb the first bit is the lowest."""
    exponents = np.arange(width, dtype=np.uint64)
    if order == "msb":
        exponents = exponents[::-1]
    weights = np.uint64(1) << exponents
    return (bits.astype(np.uint64) * weights).sum(axis=-1, dtype=np.uint64)


def _plane(profile, data, columns, rows, width):
    """One plane of one part: rows × columns of integers of `width` bits."""
    if profile.scan in ("pages-lsb-top", "pages-msb-top"):
        order = "lsb" if profile.scan == "pages-lsb-top" else "msb"
        pages = -(-rows // 8)
        bits = _bits(data, order).reshape(pages, columns, 8).transpose(0, 2, 1)
        bits = bits.reshape(pages * 8, columns)
        _check_padding(bits[rows:], profile)
        return bits[:rows].astype(np.uint64)
    if profile.scan == "columns":
        bits = _bits(data, "msb").reshape(columns, -1).T
        _check_padding(bits[rows:], profile)
        return bits[:rows].astype(np.uint64)

    if profile.row_align == 0:
        bits = _bits(data, profile.bit_order)
        used = rows * columns * width
        _check_padding(bits[used:], profile)
        bits = bits[:used].reshape(rows, columns, width)
    else:
        bits = _bits(data, profile.bit_order).reshape(rows, -1)
        used = columns * width
        _check_padding(bits[:, used:], profile)
        bits = bits[:, :used].reshape(rows, columns, width)
    if width > 8 and width % 8 == 0:
        # Whole bytes: the order of bits in them is nobody's choice, the order of bytes is.
        octets = _values(bits.reshape(rows, columns, width // 8, 8), 8, profile.bit_order)
        if profile.byte_order == "little":
            octets = octets[:, :, ::-1]
        shifts = np.arange(width // 8 - 1, -1, -1, dtype=np.uint64) * np.uint64(8)
        return (octets << shifts).sum(axis=-1, dtype=np.uint64)
    return _values(bits, width, profile.bit_order)


def _split_channels(color, pixels):
    """Packed rgb or cmyk pixels as rows × columns × channels, from the top of the pixel."""
    planes, position = [], color.bits_per_pixel
    if not color.byte_top:
        position = sum(bits for _, bits in color.channels)
        if (pixels >> np.uint64(position)).any():
            raise Wrong("an unused bit above a pixel's channels is set")
    for _, bits in color.channels:
        if color.byte_top:
            position -= 8
            octet = pixels >> np.uint64(position) & np.uint64(255)
            if (octet & np.uint64((1 << 8 - bits) - 1)).any():
                raise Wrong("an unused bit below a channel is set")
            planes.append(octet >> np.uint64(8 - bits))
        else:
            position -= bits
            planes.append(pixels >> np.uint64(position) & np.uint64((1 << bits) - 1))
    return planes


def _ordered_channels(color, planes):
    """Channels from the top of the pixel, as red green blue or cyan magenta yellow black."""
    named = {name: plane for (name, _), plane in zip(color.channels, planes)}
    widths = dict(color.channels)
    if "a" in named and (named["a"] != (1 << widths["a"]) - 1).any():
        raise Wrong("alpha is not the maximum everywhere")
    return np.stack([named[name] for name in ("rgb" if color.model == "rgb" else "cmyk")], axis=2)


def _read_table(profile, data):
    """The palette in front of an adaptive form: 2^bits × 3, 0…255."""
    color, count = profile.color, 1 << profile.color.bits
    octets = np.frombuffer(data, np.uint8).reshape(count, -1)
    if octets[color.colors :].any():
        raise Wrong("an unused entry of the palette is not zero")
    if color.table == "rgb888":
        return octets.astype(int)
    if color.table == "bgra8888":
        alpha = octets[: color.colors, 3]
        if ((alpha != 255) & octets[: color.colors].any(axis=1)).any():
            raise Wrong("an entry of the palette is not opaque")
        return octets[:, 2::-1].astype(int)
    packed = np.frombuffer(data, ">u2" if profile.byte_order == "big" else "<u2").astype(int)
    channels = ((packed >> 11, 31), (packed >> 5 & 63, 63), (packed & 31, 31))
    return np.stack([(code * 510 + top) // (2 * top) for code, top in channels], axis=1)


def _raw(profile, data, height):
    color, expected = profile.color, raw_byte_count(profile, height)
    if len(data) != expected:
        raise Wrong(f"the form has {len(data)} bytes, {expected} were expected")
    position, table = 0, None
    if color.model == "adaptive":
        position = (1 << color.bits) * TABLE_BYTES[color.table]
        table = _read_table(profile, data[:position])
    parts = []
    for columns in (
        [profile.split, profile.width - profile.split] if profile.split else [profile.width]
    ):
        planes = []
        for width in _plane_widths(profile):
            size = _plane_bytes(profile, columns, height, width)
            planes.append(_plane(profile, data[position : position + size], columns, height, width))
            position += size
        if profile.planes == "planar-low-first":
            planes.reverse()
        if color.model in ("rgb", "cmyk"):
            if profile.planes == "packed":
                planes = _split_channels(color, planes[0])
            parts.append(_ordered_channels(color, planes))
        else:
            codes = np.zeros_like(planes[0])
            for plane in planes:
                codes = codes << np.uint64(1) | plane
            parts.append((planes[0] if len(planes) == 1 else codes)[:, :, None])
    codes = np.concatenate(parts, axis=1).astype(np.int64)
    return Unpacked(codes, expected, table)


def _netpbm_header(data):
    """(magic, width, height, maxval, header length) by netpbm's grammar, comments included."""
    fields, position = [], 2
    while len(fields) < (2 if data[:2] == b"P4" else 3):
        while position < len(data) and data[position : position + 1].isspace():
            position += 1
        if data[position : position + 1] == b"#":
            position = data.index(b"\n", position) + 1
            continue
        start = position
        while position < len(data) and data[position : position + 1].isdigit():
            position += 1
        if start == position:
            raise Wrong("PNM: the header is not one")
        fields.append(int(data[start:position]))
    return data[:2], fields[0], fields[1], (fields + [1])[2], position + 1


def _pnm(profile, data, height):
    color = profile.color
    bits = color.bits if color.model == "gray" else color.red
    magic = {("gray", 1): b"P4"}.get((color.model, bits), b"P5" if color.model == "gray" else b"P6")
    found, columns, rows, top, start = _netpbm_header(data)
    if (found, columns, rows, top) != (magic, profile.width, height, (1 << bits) - 1):
        raise Wrong(f"PNM: the header says {(found, columns, rows, top)}")
    channel_count = 3 if magic == b"P6" else 1
    if magic == b"P4":
        row_bytes = -(-columns // 8)
    else:
        row_bytes = columns * channel_count * (2 if bits > 8 else 1)
    expected = start + row_bytes * rows
    if len(data) != expected:
        raise Wrong(f"the form has {len(data)} bytes, {expected} were expected")
    body = data[start:]
    if magic == b"P4":
        ink = np.unpackbits(np.frombuffer(body, np.uint8)).reshape(rows, -1)
        if ink[:, columns:].any():
            raise Wrong("PNM: an unused bit is not paper")
        # 1 is black in P4 and the descriptor's polarity is the container's: these are the codes.
        codes = ink[:, :columns, None]
    else:
        codes = np.frombuffer(body, ">u2" if bits > 8 else np.uint8)
        codes = codes.reshape(rows, columns, channel_count)
        if codes.max() > top:
            raise Wrong(f"PNM: a sample is above {top}")
    _ask_netpbm(data, columns, rows)
    return Unpacked(codes.astype(np.int64), expected)


def _ask_netpbm(data, columns, rows):
    """netpbm's own reader must take the file, as one picture of this size."""
    program = shutil.which("pamfile")
    if program is None:
        raise Wrong("netpbm is not installed")
    answer = subprocess.run(
        [program, "-machine", "-allimages"], input=data, capture_output=True, check=False
    )
    lines = answer.stdout.decode("latin-1").splitlines()
    sizes = [line.split()[3:5] for line in lines]
    if answer.returncode != 0 or sizes != [[str(columns), str(rows)]]:
        raise Wrong(f"netpbm reads {lines} {answer.stderr.decode('latin-1').strip()}")


def _png(profile, data, height):
    color = profile.color
    depth = 8 if color.model == "rgb" else next(n for n in (1, 2, 4, 8) if n >= color.bits)
    color_type = {"gray": 0, "palette": 3, "adaptive": 3, "rgb": 6 if color.alpha else 2}[
        color.model
    ]
    png = png_file.read(data)
    found = (png.width, png.height, png.depth, png.color_type)
    if found != (profile.width, height, depth, color_type):
        raise Wrong(f"PNG: width, height, depth and type are {found}")
    samples, table = png.samples.astype(np.int64), None
    if color_type == 6 and (samples[:, :, 3] != 255).any():
        raise Wrong("alpha is not the maximum everywhere")
    if color_type == 3:
        table = np.frombuffer(png.chunks["PLTE"], np.uint8).reshape(-1, 3).astype(int)
        _check_png_palette(color, table)
    # Pillow must read the same picture.
    ours = np.floor(png_file.channels(png)[0] * 255 + 0.5).astype(int)
    theirs = Image.open(io.BytesIO(data)).convert("RGB")
    if (np.asarray(theirs, int) != ours).any():
        raise Wrong("PNG: Pillow reads another picture")
    return Unpacked(samples[:, :, :3], len(data), table if color.model == "adaptive" else None)


def _check_png_palette(color, table):
    """A fixed palette stands in code order, the codes it skips are black."""
    if color.model == "adaptive":
        if len(table) > color.colors:
            raise Wrong(f"PNG: {len(table)} colours, {color.colors} are allowed")
        return
    wanted = [color.entries.get(code, (0, 0, 0)) for code in range(max(color.entries) + 1)]
    if table.tolist() != [list(entry) for entry in wanted]:
        raise Wrong(f"PNG: the palette is {table.tolist()}")


def _read(profile, data, height):
    name = profile.container
    readers = {"raw": _raw, "pnm": _pnm, "png": _png}
    if name in readers:
        return readers[name](profile, data, height)
    # These read to the last byte, or say what is wrong with it.
    if name in printers.READERS:
        return Unpacked(printers.read(profile, data, height), len(data))
    readers = pictures.READERS | cups_raster.READERS
    return Unpacked(readers[name](profile, data, height), len(data))


def unpack(profile, data, height):
    """The codes of a form of `height` rows, its mirroring undone, or `Wrong`."""
    try:
        unpacked = _read(profile, data, height)
    except (IndexError, ValueError, zlib.error) as fault:
        raise Wrong(f"{profile.container}: {fault}") from None
    if profile.mirror in ("horizontal", "both"):
        unpacked.codes = unpacked.codes[:, ::-1]
    if profile.mirror in ("vertical", "both"):
        unpacked.codes = unpacked.codes[::-1]
    _check_legal(profile, unpacked)
    return unpacked


def _check_legal(profile, unpacked):
    color = profile.color
    if color.model == "palette":
        legal = np.isin(unpacked.codes, list(color.entries))
        if not legal.all():
            raise Wrong(f"code {unpacked.codes[~legal][0]} is not in the palette")
    if color.model == "adaptive" and unpacked.codes.max() >= color.colors:
        raise Wrong(f"code {unpacked.codes.max()} of {color.colors} colours")


def maxima(color):
    """The highest code of each channel."""
    if color.model == "rgb":
        return np.array([(1 << bits) - 1 for bits in (color.red, color.green, color.blue)])
    return np.array([(1 << color.bits) - 1] * (4 if color.model == "cmyk" else 1))


def shown(profile, unpacked):
    """The colours of a form, encoded 0…1: height × width × 1 for gray, else × 3."""
    color, codes = profile.color, unpacked.codes
    if color.model == "palette":
        table = np.zeros((max(color.entries) + 1, 3))
        for code, rgb in color.entries.items():
            table[code] = rgb
        return table[codes[:, :, 0]] / 255
    if color.model == "adaptive":
        return unpacked.table[codes[:, :, 0]] / 255
    values = codes / maxima(color)
    if color.model == "cmyk":
        return (1 - values[:, :, :3]) * (1 - values[:, :, 3:])
    return 1 - values if color.model == "gray" and color.black else values
