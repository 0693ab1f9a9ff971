"""PNG files of every type, depth and interlace, with any chunk, right or wrong: for tests only."""

import struct
import zlib

import numpy as np

from .png_file import ADAM7, CHANNELS, SIGNATURE


def chunk(kind, content):
    """One chunk with its length and CRC."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def header(width, height, depth, color_type, interlaced=False):
    """An IHDR chunk, whatever it declares."""
    values = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    return chunk(b"IHDR", values)


def _row_bytes(samples, depth):
    """rows × width × channels to rows × bytes."""
    flat = samples.reshape(samples.shape[0], -1)
    if depth == 16:
        return np.frombuffer(flat.astype(">u2").tobytes(), np.uint8).reshape(flat.shape[0], -1)
    if depth == 8:
        return flat.astype(np.uint8)
    bits = flat[:, :, None] >> np.arange(depth - 1, -1, -1) & 1
    return np.packbits(bits.reshape(flat.shape[0], -1).astype(np.uint8), axis=1)


def _filtered(rows, step):
    """Every row with another of the five filters, in turn."""
    out, above = bytearray(), np.zeros(rows.shape[1], int)
    for y, row in enumerate(rows.astype(int)):
        left, corner = np.zeros_like(row), np.zeros_like(row)
        left[step:], corner[step:] = row[:-step], above[:-step]
        kind = y % 5
        if kind == 4:
            pa, pb = abs(above - corner), abs(left - corner)
            pc = abs(left + above - 2 * corner)
            guess = np.where((pa <= pb) & (pa <= pc), left, np.where(pb <= pc, above, corner))
        else:
            guess = (0, left, above, (left + above) // 2)[kind]
        out.append(kind)
        out += ((row - guess) & 255).astype(np.uint8).tobytes()
        above = row
    return bytes(out)


def pixel_data(samples, depth, interlaced):
    """The filtered scanlines, not yet compressed."""
    height, width, channels = samples.shape
    step, out = max(1, channels * depth // 8), b""
    for x0, y0, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = samples[y0::dy, x0::dx]
        if part.size:
            out += _filtered(_row_bytes(part, depth), step)
    return out


def write(samples, depth, color_type, interlaced=False, chunks=()):
    """A whole file; `chunks` are (kind, content) between IHDR and IDAT, in order."""
    height, width, channels = samples.shape
    assert channels == CHANNELS[color_type]
    body = zlib.compress(pixel_data(samples, depth, interlaced), 9)
    middle = b"".join(chunk(kind, content) for kind, content in chunks)
    return (
        SIGNATURE
        + header(width, height, depth, color_type, interlaced)
        + middle
        # In two pieces, since a reader must join them.
        + chunk(b"IDAT", body[: len(body) // 2])
        + chunk(b"IDAT", body[len(body) // 2 :])
        + chunk(b"IEND", b"")
    )
