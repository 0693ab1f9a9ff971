"""PWG and Apple raster, read by libcups: what a driverless printer's own filter would see.

The header's numbers are looked up by their offsets in cups_page_header2_t (cups/raster.h), which
are those of PWG 5102.4, table 1.
"""

import ctypes
import ctypes.util
import os

import numpy as np

from . import Wrong

HEADER_BYTES = 1796
# PWG 5102.4, 4.3.2, "ColorSpace".
BLACK, CMYK, GRAY, SRGB = 3, 6, 18, 19


def _library():
    name = ctypes.util.find_library("cups") or "libcups.so.2"
    try:
        cups = ctypes.CDLL(name)
    except OSError:
        raise Wrong("libcups is not installed") from None
    cups.cupsRasterOpen.restype = ctypes.c_void_p
    cups.cupsRasterOpen.argtypes = [ctypes.c_int, ctypes.c_int]
    cups.cupsRasterReadHeader2.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    cups.cupsRasterReadHeader2.restype = ctypes.c_uint
    cups.cupsRasterReadPixels.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint]
    cups.cupsRasterReadPixels.restype = ctypes.c_uint
    cups.cupsRasterClose.argtypes = [ctypes.c_void_p]
    return cups


def pages(data):
    """(header, bytes of the rows) of every page, as libcups reads them from `data`."""
    cups = _library()
    file = os.memfd_create("raster")
    try:
        os.write(file, data)
        os.lseek(file, 0, os.SEEK_SET)
        raster = cups.cupsRasterOpen(file, 0)
        if not raster:
            raise Wrong("libcups does not know the file's first bytes")
        found = []
        header = ctypes.create_string_buffer(HEADER_BYTES)
        while cups.cupsRasterReadHeader2(raster, header):
            numbers = np.frombuffer(header.raw, "<u4")
            row_bytes, row_count = int(numbers[392 // 4]), int(numbers[376 // 4])
            row, rows = ctypes.create_string_buffer(row_bytes), []
            for number in range(row_count):
                if cups.cupsRasterReadPixels(raster, row, row_bytes) != row_bytes:
                    raise Wrong(f"libcups reads {number} rows, not {row_count}")
                rows.append(row.raw)
            found.append((numbers, b"".join(rows)))
        cups.cupsRasterClose(raster)
        return found
    finally:
        os.close(file)


def _check(numbers, wanted):
    for offset, value in wanted.items():
        found = int(numbers[offset // 4])
        if found != value:
            raise Wrong(f"raster: the number at {offset} is {found}, not {value}")


def _only_page(data):
    found = pages(data)
    if len(found) != 1:
        raise Wrong(f"raster: libcups sees {len(found)} pages")
    return found[0]


def _channels(color):
    """(bits of a channel, channels, space) of a page."""
    if color.model == "gray":
        return color.bits, 1, BLACK if color.black else GRAY
    return 8, *((3, SRGB) if color.model == "rgb" else (4, CMYK))


def _coded_length(data, start, width_bytes, pixel_bytes, height):
    """Where the line coding of PWG 5102.4, 4.2 ends."""
    position, rows = start, 0
    while rows < height:
        rows += data[position] + 1
        position, column = position + 1, 0
        while column < width_bytes:
            count = data[position]
            if count == 128:
                raise Wrong("raster: 128 is no run")
            values = count + 1 if count < 128 else 257 - count
            position += 1 + (1 if count < 128 else values) * pixel_bytes
            column += values * pixel_bytes
        if column != width_bytes or rows > height:
            raise Wrong("raster: a run sticks out of its row, or a row out of the page")
    return position


def _codes(profile, data, rows, height, start):
    color = profile.color
    bits, count, _ = _channels(color)
    width_bytes = -(-profile.width * bits * count // 8)
    pixel_bytes = max(1, bits * count // 8)
    if _coded_length(data, start, width_bytes, pixel_bytes, height) != len(data):
        raise Wrong("raster: bytes are left over")
    octets = np.frombuffer(rows, np.uint8).reshape(height, width_bytes)
    if bits == 1:
        dots = np.unpackbits(octets, axis=1)
        if dots[:, profile.width :].any():
            raise Wrong("raster: an unused bit is not paper")
        return dots[:, : profile.width, None].astype(np.int64)
    return octets.reshape(height, profile.width, count).astype(np.int64)


def pwg(profile, data, height):
    """PWG raster: the codes, height × width × channels."""
    if data[:4] != b"RaS2" or data[4:68] != b"PwgRaster".ljust(64, b"\0"):
        raise Wrong("pwg: the first bytes are others")
    numbers, rows = _only_page(data)
    bits, count, space = _channels(profile.color)
    width_bytes = -(-profile.width * bits * count // 8)
    x, y = profile.dpi
    wanted = dict.fromkeys(range(64, HEADER_BYTES, 4), 0)
    wanted |= {276: x, 280: y, 372: profile.width, 376: height}
    wanted |= {352: (144 * profile.width + x) // (2 * x), 356: (144 * height + y) // (2 * y)}
    wanted |= {384: bits, 388: bits * count, 392: width_bytes, 400: space, 420: count}
    wanted |= {452: 1, 456: 1, 460: 1, 472: profile.width, 476: height, 480: 0xFFFFFF}
    # In the file, before libcups adds what it knows itself.
    _check(np.frombuffer(data[4 : 4 + HEADER_BYTES], ">u4"), wanted)
    for offset in (276, 280, 372, 376, 384, 388, 392, 400, 420):
        _check(numbers, {offset: wanted[offset]})
    return _codes(profile, data, rows, height, 4 + HEADER_BYTES)


def urf(profile, data, height):
    """Apple raster: the codes, height × width × channels."""
    bits, count, _ = _channels(profile.color)
    head = bytes([bits * count, 0 if count == 1 else 1, 1, 4]) + bytes(8)
    for number in (profile.width, height, profile.dpi[0], 0, 0):
        head += number.to_bytes(4, "big")
    if data[:44] != b"UNIRAST\0\0\0\0\x01" + head:
        raise Wrong(f"urf: the header is {data[:44].hex(' ')}")
    numbers, rows = _only_page(data)
    space = GRAY if count == 1 else SRGB
    _check(numbers, {276: profile.dpi[0], 372: profile.width, 376: height, 388: bits * count})
    _check(numbers, {392: profile.width * count, 400: space})
    return _codes(profile, data, rows, height, 44)


READERS = {"pwg": pwg, "urf": urf}
