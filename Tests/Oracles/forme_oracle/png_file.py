"""PNG, decoded to its exact samples (Pillow loses 16-bit colour and scales small grays)."""

import struct
import zlib
from dataclasses import dataclass, field

import numpy as np

from . import Wrong

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# x start, y start, x step, y step of the seven passes of Adam7.
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


@dataclass
class PNGFile:
    """`samples` is height × width × channels, unscaled; palettes are left as indices."""

    width: int
    height: int
    depth: int
    color_type: int
    interlaced: bool
    samples: object
    chunks: dict = field(default_factory=dict)  # first data of each ancillary chunk, and PLTE


def _unfilter(data, rows, row_bytes, step):
    """The filtered scanlines of one pass as rows × row_bytes."""
    out = np.zeros((rows, row_bytes), np.uint8)
    above = bytes(row_bytes)
    for y in range(rows):
        start = y * (row_bytes + 1)
        kind, line = data[start], data[start + 1 : start + 1 + row_bytes]
        if kind == 0:
            row = line
        elif kind == 1:
            padded = np.zeros(-(-row_bytes // step) * step, np.uint8)
            padded[:row_bytes] = np.frombuffer(line, np.uint8)
            sums = np.cumsum(padded.reshape(-1, step), axis=0, dtype=np.uint8)
            row = sums.reshape(-1)[:row_bytes].tobytes()
        elif kind == 2:
            row = (np.frombuffer(line, np.uint8) + np.frombuffer(above, np.uint8)).tobytes()
        elif kind == 3:
            row = bytearray(line)
            for x in range(row_bytes):
                left = row[x - step] if x >= step else 0
                row[x] = (row[x] + (left + above[x]) // 2) & 255
        elif kind == 4:
            row = bytearray(line)
            for x in range(row_bytes):
                a, c = (row[x - step], above[x - step]) if x >= step else (0, 0)
                b = above[x]
                pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                best = a if pa <= pb and pa <= pc else b if pb <= pc else c
                row[x] = (row[x] + best) & 255
        else:
            raise Wrong(f"PNG: row {y} has filter {kind}")
        out[y] = np.frombuffer(bytes(row), np.uint8)
        above = bytes(row)
    return out


def _samples(rows, width, channels, depth):
    """Bytes of scanlines to height × width × channels of integers."""
    height = rows.shape[0]
    if depth == 16:
        wide = rows.reshape(height, -1, 2).astype(np.uint16)
        values = wide[:, :, 0] << 8 | wide[:, :, 1]
    elif depth == 8:
        values = rows.astype(np.uint16)
    else:
        bits = np.unpackbits(rows, axis=1)
        bits = bits[:, : width * channels * depth].reshape(height, -1, depth)
        values = bits.dot(1 << np.arange(depth - 1, -1, -1)).astype(np.uint16)
    return values.reshape(height, width, channels)


def read(data):
    """Decodes a whole file; anything missing or damaged is `Wrong`."""
    if not data.startswith(SIGNATURE):
        raise Wrong("PNG: the signature is missing")
    position, chunks, body, ended = len(SIGNATURE), {}, [], False
    while position + 12 <= len(data) and not ended:
        length, kind = struct.unpack_from(">I4s", data, position)
        content = data[position + 8 : position + 8 + length]
        if len(content) < length or position + 12 + length > len(data):
            raise Wrong(f"PNG: {kind} is cut")
        (check,) = struct.unpack_from(">I", data, position + 8 + length)
        if check != zlib.crc32(kind + content):
            raise Wrong(f"PNG: {kind} has a wrong CRC")
        if kind == b"IDAT":
            body.append(content)
        else:
            chunks.setdefault(kind.decode("latin-1"), content)
        ended = kind == b"IEND"
        position += 12 + length
    if not ended or "IHDR" not in chunks:
        raise Wrong("PNG: IHDR or IEND is missing")
    width, height, depth, color_type, _, _, interlace = struct.unpack(">IIBBBBB", chunks["IHDR"])
    if color_type not in CHANNELS:
        raise Wrong(f"PNG: colour type {color_type}")
    channels = CHANNELS[color_type]
    try:
        raw = zlib.decompress(b"".join(body))
    except zlib.error as fault:
        raise Wrong(f"PNG: {fault}") from None

    samples = np.zeros((height, width, channels), np.uint16)
    step = max(1, channels * depth // 8)
    offset = 0
    for x0, y0, dx, dy in ADAM7 if interlace else ((0, 0, 1, 1),):
        columns, rows = -(-(width - x0) // dx), -(-(height - y0) // dy)
        if columns <= 0 or rows <= 0:
            continue
        row_bytes = (columns * channels * depth + 7) // 8
        size = rows * (row_bytes + 1)
        if offset + size > len(raw):
            raise Wrong("PNG: pixels are missing")
        lines = _unfilter(raw[offset : offset + size], rows, row_bytes, step)
        samples[y0::dy, x0::dx] = _samples(lines, columns, channels, depth)
        offset += size
    if offset != len(raw):
        raise Wrong(f"PNG: {len(raw) - offset} bytes after the pixels")
    return PNGFile(width, height, depth, color_type, bool(interlace), samples, chunks)


def channels(png):
    """(colour, alpha): colour height × width × 1 or 3 and alpha height × width, as 0…1 doubles."""
    top = (1 << png.depth) - 1
    samples, transparency = png.samples, png.chunks.get("tRNS")
    alpha = np.ones(samples.shape[:2])
    if png.color_type == 3:
        table = np.frombuffer(png.chunks["PLTE"], np.uint8).reshape(-1, 3)
        indices = samples[:, :, 0]
        if indices.max() >= len(table):
            raise Wrong(f"PNG: index {indices.max()} of {len(table)} colours")
        if transparency is not None:
            opacity = np.full(len(table), 255, np.uint8)
            opacity[: len(transparency)] = np.frombuffer(transparency, np.uint8)
            alpha = opacity[indices] / 255
        return table[indices] / 255, alpha
    if png.color_type in (4, 6):
        return samples[:, :, :-1] / top, samples[:, :, -1] / top
    if transparency is not None:
        key = np.frombuffer(transparency, ">u2") & top
        alpha = np.where((samples == key).all(axis=2), 0.0, 1.0)
    return samples / top, alpha
