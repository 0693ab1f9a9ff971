"""Command streams of receipt and label printers, read as their makers' documents describe them.

Epson: ESC/POS command reference (GS v 0, GS 8 L function 112, GS ( L function 50, ESC *, ESC 3).
Star: raster mode of the "STAR Line Mode" command specification. DYMO: LabelWriter 450 technical
reference. Zebra: ZPL II programming guide (^GF and its compression, :Z64:), EPL2 manual (GW), CPCL
manual (EG). TSC: TSPL/TSPL2 manual (BITMAP). Brother: raster command references of QL-700, QL-800
and QL-1050 series.

Every reader returns the codes, height × width: bits as sent, or for two inks first + 2 · second.
"""

import base64
import binascii
import re
import zlib

import numpy as np

from . import Wrong
from .stream import Stream, bit_rows, row_bytes


def _ink_planes(profile):
    """Two for a palette of black and a second colour, else one."""
    return 2 if profile.color.model == "palette" else 1


def _raster_strips(profile, stream, height):
    strips, left = [], height
    length = row_bytes(profile.width)
    while left:
        rows = min(profile.parameters["stripRows"], left)
        stream.expect(b"\x1dv0\x00")
        stream.expect_number(length, 2, "bytes of a row")
        stream.expect_number(rows, 2, "rows of the strip")
        strips.append(stream.take(length * rows))
        left -= rows
    return bit_rows(b"".join(strips), profile.width, height, stream.name)


def _graphics(profile, stream, height):
    codes = np.zeros((height, profile.width), np.int64)
    size = row_bytes(profile.width) * height
    for plane in range(_ink_planes(profile)):
        stream.expect(b"\x1d8L")
        stream.expect_number(size + 10, 4, "bytes that follow")
        stream.expect(b"0p0\x01\x01" + b"12"[plane : plane + 1])
        stream.expect_number(profile.width, 2, "dots of a row")
        stream.expect_number(height, 2, "rows")
        codes |= bit_rows(stream.take(size), profile.width, height, stream.name) << plane
    stream.expect(b"\x1d(L\x02\x0002")
    return codes


def _bit_image(profile, stream, height):
    width, bands = profile.width, []
    stream.expect(b"\x1b3\x18")
    for _ in range(-(-height // 24)):
        stream.expect(b"\x1b*\x21")
        stream.expect_number(width, 2, "columns")
        columns = np.frombuffer(stream.take(width * 3), np.uint8).reshape(width, 3)
        bands.append(np.unpackbits(columns, axis=1).T)
        stream.expect(b"\n")
    stream.expect(b"\x1b2")
    dots = np.concatenate(bands)
    if dots[height:].any():
        raise stream.wrong("a dot below the last row is not paper")
    return dots[:height].astype(np.int64)


def _star(profile, stream, height):
    length, rows = row_bytes(profile.width), []
    stream.expect(b"\x1b*rA")
    for _ in range(height):
        stream.expect(b"b")
        stream.expect_number(length, 2, "bytes of a row")
        rows.append(stream.take(length))
    stream.expect(b"\x1b*rB")
    return bit_rows(b"".join(rows), profile.width, height, stream.name)


def _dymo(profile, stream, height):
    length, rows = row_bytes(profile.width), []
    stream.expect(b"\x1bD")
    stream.expect_number(length, 1, "bytes of a row")
    for _ in range(height):
        stream.expect(b"\x16")
        rows.append(stream.take(length))
    return bit_rows(b"".join(rows), profile.width, height, stream.name)


def zebra_expanded(text, length):
    """Hexadecimal rows of `length` bytes, as a printer expands ^GFA's data."""
    digits, rows, row = length * 2, [], ""
    if not re.fullmatch("([G-Yg-z]*[0-9A-F,!:])*", text):
        raise Wrong("ZPL: a character is neither a digit nor a count")
    for run, digit in re.findall("([G-Yg-z]*)([0-9A-F,!:])", text):
        count = sum(ord(c) - 70 if c < "Z" else (ord(c) - 102) * 20 for c in run)
        if digit in ",!:" and run:
            raise Wrong(f"ZPL: a count before {digit}")
        if digit == ":":
            if row or not rows:
                raise Wrong("ZPL: a row is repeated where none can be")
            row = rows[-1]
        elif digit in ",!":
            row = row.ljust(digits, "0" if digit == "," else "F")
        else:
            row += digit * max(1, count)
        if len(row) > digits:
            raise Wrong(f"ZPL: a row has {len(row)} digits, not {digits}")
        if len(row) == digits:
            rows.append(row)
            row = ""
    if row:
        raise Wrong("ZPL: the last row is not complete")
    return "".join(rows)


def _zebra_count(run):
    """How a run of a digit is written: 20 and its multiples as g…z, the rest as G…Y."""
    text = ""
    while run:
        part = run[:419]
        run = run[419:]
        count = len(part)
        if count < 3:
            text += part
            continue
        text += chr(102 + count // 20) if count >= 20 else ""
        text += chr(70 + count % 20) if count % 20 else ""
        text += part[0]
    return text


def zebra_compressed(rows):
    """Hexadecimal rows as spec/FORMS.md has them compressed."""
    text, before = [], None
    for row in rows:
        if row == before:
            text.append(":")
            continue
        before = row
        ending = {"0": ",", "F": "!"}.get(row[-1], "")
        if ending:
            row = row.rstrip(row[-1])
        row = re.sub(r"(.)\1*", lambda run: _zebra_count(run.group()), row)
        text.append(row + ending)
    return "".join(text)


def _zpl(profile, stream, height):
    length = row_bytes(profile.width)
    size = length * height
    stream.expect(f"^XA^FO0,0^GFA,{size},{size},{length},".encode())
    text = stream.until(b"^FS^XZ").decode("ascii")
    if profile.container == "zpl-z64":
        match = re.fullmatch(":Z64:([A-Za-z0-9+/=]*):([0-9A-F]{4})", text)
        if match is None:
            raise stream.wrong("the data are not :Z64:")
        if binascii.crc_hqx(match[1].encode(), 0) != int(match[2], 16):
            raise stream.wrong("the CRC is another one")
        data = zlib.decompress(base64.b64decode(match[1], validate=True))
    else:
        digits = zebra_expanded(text, length)
        rows = [digits[i : i + length * 2] for i in range(0, len(digits), length * 2)]
        if zebra_compressed(rows) != text:
            raise stream.wrong("the rows are not compressed as they should be")
        data = bytes.fromhex(digits)
    return bit_rows(data, profile.width, height, stream.name)


def _epl(profile, stream, height):
    length = row_bytes(profile.width)
    stream.expect(f"GW0,0,{length},{height},".encode())
    codes = bit_rows(stream.take(length * height), profile.width, height, stream.name, unused=1)
    stream.expect(b"\r\n")
    return codes


def _tspl(profile, stream, height):
    length = row_bytes(profile.width)
    stream.expect(f"BITMAP 0,0,{length},{height},0,".encode())
    codes = bit_rows(stream.take(length * height), profile.width, height, stream.name, unused=1)
    stream.expect(b"\r\n")
    return codes


def _cpcl(profile, stream, height):
    length = row_bytes(profile.width)
    stream.expect(f"EG {length} {height} 0 0 ".encode())
    text = stream.take(length * height * 2).decode("ascii")
    if not re.fullmatch("[0-9A-F]*", text):
        raise stream.wrong("a digit is none")
    paper = 1 - profile.color.black
    codes = bit_rows(bytes.fromhex(text), profile.width, height, stream.name, unused=paper)
    stream.expect(b"\r\n")
    return codes


def _unpacked_bits(data):
    """PackBits, as TIFF 6.0 describes it."""
    output, position = b"", 0
    while position < len(data):
        count, position = data[position], position + 1
        if count < 128:
            output += data[position : position + count + 1]
            position += count + 1
        elif count > 128:
            output += data[position : position + 1] * (257 - count)
            position += 1
    return output


def _brother_row(stream, length, is_packed):
    row = stream.take(stream.number(1))
    row = _unpacked_bits(row) if is_packed else row
    if len(row) != length:
        raise stream.wrong(f"a row has {len(row)} bytes, the head {length}")
    return row


def _brother(profile, stream, height):
    found, planes = profile.parameters, _ink_planes(profile)
    is_wide = found["modelClass"] == "ql-1050"
    length = 162 if is_wide else 90
    mode = b"" if found["modelClass"] == "ql-700" else b"\x1bia\x01"
    media = {"continuous": 0x0A, "die-cut": 0x0B}[found["mediaType"]]
    stream.expect(mode + bytes(200) + b"\x1b@" + mode + b"\x1biS\x1biz\xce")
    stream.expect(bytes([media, found["mediaWidth"], found["mediaLength"]]))
    stream.expect_number(height, 4, "rows")
    stream.expect(b"\0\0")
    if found["cut"]:
        stream.expect(b"\x1biM\x40\x1biA\x01")
    stream.expect(b"\x1biK" + bytes([(8 if found["cut"] else 0) | planes - 1]))
    stream.expect(b"\x1bid")
    stream.expect_number(found["margin"], 2, "margin")
    stream.expect(b"M\x02" if is_wide else b"")
    rows = [[] for _ in range(planes)]
    for _ in range(height):
        for plane in range(planes):
            stream.expect(b"g\0" if planes == 1 else bytes([0x77, plane + 1]))
            rows[plane].append(_brother_row(stream, length, is_wide))
    stream.expect(b"\x1a")
    codes = np.zeros((height, profile.width), np.int64)
    for plane in range(planes):
        # The head's first dot is the right one of the paper.
        dots = bit_rows(b"".join(rows[plane]), length * 8, height, stream.name)
        if dots[:, profile.width :].any():
            raise stream.wrong("a dot beside the form is not paper")
        codes |= dots[:, : profile.width][:, ::-1] << plane
    return codes


READERS = {
    "brother-ql": _brother,
    "escpos-gs-v-0": _raster_strips,
    "escpos-gs-8-l": _graphics,
    "escpos-bit-image": _bit_image,
    "star-raster": _star,
    "dymo": _dymo,
    "zpl-gfa": _zpl,
    "zpl-z64": _zpl,
    "epl-gw": _epl,
    "tspl-bitmap": _tspl,
    "cpcl-eg": _cpcl,
}


def read(profile, data, height):
    """The codes of a printer's form of `height` rows, height × width × 1."""
    stream = Stream(data, profile.container)
    stream.expect(profile.parameters["prefix"])
    codes = READERS[profile.container](profile, stream, height)
    stream.expect(profile.parameters["suffix"])
    stream.finish()
    return codes[:, :, None]
