"""Writes pictures of every kind that must be accepted or refused, and expected.json.

usage: make_pictures.py OUTDIR

expected.json is one array, one object a line: file, expect ("accept" or "refuse"), why, and for
what is accepted width and height as decoded and shown upright. The same bytes are written every time. Needs
cjpeg, djpeg and jpegtran. Nothing that is written here is ever committed.
"""

import io
import json
import pathlib
import struct
import subprocess
import sys
import zlib

import numpy as np
from PIL import Image

from forme_oracle import light
from forme_oracle import png_writer as png

# Not multiples of 8 or 16, so that every kind of JPEG has cut blocks at its edges.
WIDTH, HEIGHT = 97, 61


def scene():
    """A picture with ramps, saturated patches, a fine grating and no symmetry: 0…255 RGB."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    red = x * 255 // (WIDTH - 1)
    green = y * 255 // (HEIGHT - 1)
    blue = (x * 3 + y * 5) % 256
    picture = np.stack([red, green, blue], axis=2)
    patches = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (128, 128, 128))
    for index, patch in enumerate(patches):
        picture[4:16, 4 + 13 * index : 14 + 13 * index] = patch
    picture[40:58, 60:90] = np.where((x + y) % 2, 255, 0)[40:58, 60:90, None]
    return picture.astype(np.uint8)


def exif(orientation):
    """A TIFF block with nothing but the orientation, big-endian."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def icc(space, tags):
    """A small ICC display profile, version 2.4."""
    table, body = b"", b""
    start = 132 + 12 * len(tags)
    for name, data in tags:
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02400000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">3i", *(round(v * 65536) for v in light.D50_XYZ))
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + body


def curve(gamma):
    """A tone curve of 256 steps."""
    steps = [round(65535 * (i / 255) ** gamma) for i in range(256)]
    return b"curv" + bytes(4) + struct.pack(">I256H", 256, *steps)


def xyz(values):
    """An XYZ tag."""
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(float(v) * 65536) for v in values))


def wide_profile():
    """Display P3's primaries, adapted to D50, with a plain gamma of 2.2."""
    white = (0.3127, 0.3290)
    to_xyz = light.primaries_to_xyz(white, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
    to_srgb = light.xyz_to_srgb(to_xyz.sum(axis=1))
    columns = np.linalg.inv(light.xyz_to_srgb(light.D50_XYZ)) @ to_srgb @ to_xyz
    tags = [(b"wtpt", xyz(light.D50_XYZ))]
    tags += [(name, xyz(columns[:, i])) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))]
    tags += [(name, curve(2.2)) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return icc(b"RGB ", tags)


def gray_profile():
    """Gray of gamma 1.8."""
    return icc(b"GRAY", [(b"wtpt", xyz(light.D50_XYZ)), (b"kTRC", curve(1.8))])


def jpeg(picture, **options):
    """A JPEG by Pillow, quality 92, full chroma unless said."""
    out = io.BytesIO()
    picture.save(out, "JPEG", **({"quality": 92, "subsampling": 0} | options))
    return out.getvalue()


def run(*command, given):
    """What a program of libjpeg-turbo makes of `given`."""
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def netpbm(pixels):
    return b"P6 %d %d 255\n" % (pixels.shape[1], pixels.shape[0]) + pixels.tobytes()


class Pictures:
    """The folder, and what is expected of each file in it."""

    def __init__(self, folder):
        self.folder, self.expected = folder, []

    def accept(self, name, data, why, size=(WIDTH, HEIGHT)):
        self._write(
            name, data, {"expect": "accept", "why": why, "width": size[0], "height": size[1]}
        )

    def refuse(self, name, data, why):
        self._write(name, data, {"expect": "refuse", "why": why})

    def _write(self, name, data, expectation):
        (self.folder / name).write_bytes(data)
        self.expected.append({"file": name} | expectation)

    def finish(self):
        lines = ",\n".join(json.dumps(entry) for entry in self.expected)
        (self.folder / "expected.json").write_text(f"[\n{lines}\n]\n")


def write_jpegs(pictures):
    pixels = scene()
    picture = Image.fromarray(pixels)
    pnm = netpbm(pixels)
    pictures.accept("jpeg-gray.jpg", jpeg(picture.convert("L")), "one component")
    for name, factors in (
        ("444", "1x1"),
        ("422", "2x1"),
        ("440", "1x2"),
        ("420", "2x2"),
        ("411", "4x1"),
        ("410", "4x2"),
    ):
        data = run("cjpeg", "-quality", "92", "-sample", factors, given=pnm)
        pictures.accept(f"jpeg-{name}.jpg", data, f"YCbCr, luma sampled {factors}")
    progressive = run("cjpeg", "-quality", "92", "-progressive", given=pnm)
    pictures.accept("jpeg-progressive.jpg", progressive, "progressive")
    restarts = run("cjpeg", "-quality", "92", "-restart", "1", given=pnm)
    pictures.accept("jpeg-restart.jpg", restarts, "restart markers after each row of blocks")
    pictures.accept("jpeg-rgb.jpg", run("cjpeg", "-rgb", given=pnm), "RGB components")
    pictures.accept("jpeg-trailing.jpg", jpeg(picture) + b"appended", "bytes after the end")
    pictures.accept("jpeg-one-pixel.jpg", jpeg(picture.crop((0, 0, 1, 1))), "1 × 1", size=(1, 1))
    pictures.accept("jpeg-icc.jpg", jpeg(picture, icc_profile=wide_profile()), "a wide ICC profile")
    for value in range(1, 9):
        data = jpeg(picture, exif=b"Exif\0\0" + exif(value))
        size = (WIDTH, HEIGHT) if value < 5 else (HEIGHT, WIDTH)
        pictures.accept(f"jpeg-orientation-{value}.jpg", data, f"EXIF orientation {value}", size)
    write_cmyk_jpegs(pictures, pixels)


def write_cmyk_jpegs(pictures, pixels):
    black = 255 - pixels.max(axis=2, keepdims=True).astype(int)
    room = np.maximum(255 - black, 1)
    inks = np.concatenate([(255 - pixels - black) * 255 // room, black], axis=2).astype(np.uint8)
    cmyk = jpeg(Image.fromarray(inks, "CMYK"))
    pictures.accept("jpeg-cmyk-adobe.jpg", cmyk, "CMYK, inverted as Adobe writes it")
    # YCCK is a YCbCr of the inks beside K: encoded here as if it were CMYK, then renamed. Pillow
    # inverts what it is given, so it is given the inverse; libjpeg inverts the first three again.
    ycc = np.asarray(Image.fromarray(inks[:, :, :3]).convert("YCbCr"))
    planes = np.concatenate([255 - ycc, inks[:, :, 3:]], axis=2)
    ycck = bytearray(jpeg(Image.fromarray(planes, "CMYK")))
    marker = ycck.index(b"Adobe")
    ycck[marker + 11] = 2
    pictures.accept("jpeg-ycck-adobe.jpg", bytes(ycck), "YCCK, inverted as Adobe writes it")
    # Without Adobe's marker inks are not inverted: the inverse is stored, the marker cut out.
    plain = jpeg(Image.fromarray(255 - inks, "CMYK"))
    marker = plain.index(b"Adobe") - 4
    (length,) = struct.unpack_from(">H", plain, marker + 2)
    plain = plain[:marker] + plain[marker + 2 + length :]
    pictures.accept("jpeg-cmyk-plain.jpg", plain, "CMYK without Adobe's marker: not inverted")


def png_samples(color_type, depth):
    """The scene as samples of this type."""
    top = (1 << depth) - 1
    pixels = scene().astype(int)
    if color_type == 3:
        return (pixels.sum(axis=2, keepdims=True) * (min(top + 1, 200) - 1) // 765).astype(
            np.uint16
        )
    scaled = pixels * top // 255
    if depth == 16:
        # Low bytes of their own, so that a reader that drops them is seen.
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
        scaled = np.clip(scaled - (x * 7 + y * 13)[:, :, None] % 256, 0, top)
    if color_type in (0, 4):
        scaled = scaled[:, :, 1:2]
    if color_type in (4, 6):
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
        alpha = ((x + y) * top // (WIDTH + HEIGHT - 2))[:, :, None]
        scaled = np.concatenate([scaled, alpha], axis=2)
    return scaled.astype(np.uint16)


def palette(depth):
    """PLTE for a depth: distinct colours, no ramp."""
    count = min(1 << depth, 200)
    colors = [
        ((i * 97 + 20) % 256, (i * 57 + 90) % 256, (i * 31 + 150) % 256) for i in range(count)
    ]
    return b"PLTE", bytes(v for color in colors for v in color)


def write_pngs(pictures):
    kinds = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
    names = {0: "gray", 2: "rgb", 3: "palette", 4: "gray-alpha", 6: "rgb-alpha"}
    for color_type, depths in kinds.items():
        for depth in depths:
            samples = png_samples(color_type, depth)
            chunks = [palette(depth)] if color_type == 3 else []
            for interlaced in (False, True):
                name = f"png-{names[color_type]}-{depth}{'-interlaced' if interlaced else ''}.png"
                data = png.write(samples, depth, color_type, interlaced, chunks)
                pictures.accept(name, data, f"type {color_type}, {depth} bits")
            write_transparent_png(pictures, names[color_type], samples, depth, color_type, chunks)
    write_colored_pngs(pictures)


def write_transparent_png(pictures, name, samples, depth, color_type, chunks):
    if color_type in (4, 6):
        return
    if color_type == 3:
        key = bytes((0, 128))
    else:
        key = b"".join(struct.pack(">H", int(v)) for v in samples[30, 50])
    data = png.write(samples, depth, color_type, False, chunks + [(b"tRNS", key)])
    pictures.accept(f"png-{name}-{depth}-trns.png", data, "tRNS")


def write_colored_pngs(pictures):
    rgb, gray = png_samples(2, 8), png_samples(0, 8)
    primaries = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
    warm = struct.pack(">8I", 34567, 35850, 64000, 33000, 30000, 60000, 15000, 6000)

    def gamma(value):
        return b"gAMA", struct.pack(">I", value)

    profiles = {
        key: (b"iCCP", b"profile\0\0" + zlib.compress(data))
        for key, data in (("rgb", wide_profile()), ("gray", gray_profile()))
    }
    for name, samples, color_type, chunks in (
        ("gama-45455", rgb, 2, [gamma(45455)]),
        ("gama-100000", rgb, 2, [gamma(100000)]),
        ("gama-55556-gray", gray, 0, [gamma(55556)]),
        ("gama-chrm", rgb, 2, [gamma(45455), (b"cHRM", primaries)]),
        ("gama-chrm-warm-white", rgb, 2, [gamma(45455), (b"cHRM", warm)]),
        ("srgb-over-gama", rgb, 2, [(b"sRGB", b"\0"), gamma(100000), (b"cHRM", primaries)]),
        ("icc", rgb, 2, [profiles["rgb"]]),
        ("icc-over-gama", rgb, 2, [profiles["rgb"], gamma(100000)]),
        ("icc-gray", gray, 0, [profiles["gray"]]),
    ):
        data = png.write(samples, 8, color_type, False, chunks)
        pictures.accept(f"png-{name}.png", data, "colour by " + chunks[0][0].decode())
    for value in range(1, 9):
        data = png.write(rgb, 8, 2, False, [(b"eXIf", exif(value))])
        size = (WIDTH, HEIGHT) if value < 5 else (HEIGHT, WIDTH)
        pictures.accept(f"png-orientation-{value}.png", data, f"eXIf orientation {value}", size)
    pictures.accept("png-one-pixel.png", png.write(rgb[:1, :1], 8, 2), "1 × 1", size=(1, 1))


def sections(data):
    """(marker, start, end) of each JPEG segment; a scan's entropy-coded bytes belong to its SOS."""
    position, found = 2, []
    while data[position + 1] != 0xD9:
        marker, (length,) = data[position + 1], struct.unpack_from(">H", data, position + 2)
        end = position + 2 + length
        if marker == 0xDA:
            while data[end] != 0xFF or data[end + 1] == 0 or 0xD0 <= data[end + 1] <= 0xD7:
                end += 1
        found.append((marker, position, end))
        position = end
    return found


def patched(data, offset, content):
    return data[:offset] + content + data[offset + len(content) :]


def flipped_until_seen(data):
    """One bit of the entropy-coded bytes flipped, the first of a fixed sequence that djpeg notices:
    most flips only change pixels, and no reader can know."""
    _, start, end = sections(data)[-1]
    for step in range(1000):
        position = start + 14 + step * 37 % (end - start - 14)
        broken = patched(data, position, bytes([data[position] ^ 1 << step % 8]))
        answer = subprocess.run(["djpeg", "-pnm"], input=broken, capture_output=True, check=False)
        if answer.returncode != 0 or b"orrupt" in answer.stderr:
            return broken
    raise RuntimeError("djpeg notices no flipped bit")


def write_damaged_jpegs(pictures):
    pixels = scene()
    plain = jpeg(Image.fromarray(pixels))
    progressive = run("cjpeg", "-quality", "92", "-progressive", given=netpbm(pixels))
    frame = next(start for marker, start, _ in sections(plain) if marker == 0xC0)
    scans = [(start, end) for marker, start, end in sections(progressive) if marker == 0xDA]
    head = progressive[: scans[0][0]]

    pictures.refuse("bad-jpeg-cut.jpg", plain[: len(plain) * 2 // 3], "cut within its scan")
    pictures.refuse("bad-jpeg-cut-header.jpg", plain[: frame + 6], "cut within its frame header")
    pictures.refuse("bad-jpeg-start-only.jpg", plain[:2], "two bytes")
    pictures.refuse(
        "bad-jpeg-missing-scans.jpg",
        progressive[: scans[2][0]] + b"\xff\xd9",
        "progressive, only the first two scans, with a proper end",
    )
    pictures.refuse("bad-jpeg-no-scan.jpg", head + b"\xff\xd9", "no scan at all, with a proper end")
    pictures.refuse(
        "bad-jpeg-bit-flip.jpg", flipped_until_seen(plain), "one bit flipped in its scan"
    )
    pictures.refuse("bad-jpeg-12-bit.jpg", patched(plain, frame + 4, b"\x0c"), "12 bits a sample")
    pictures.refuse(
        "bomb-jpeg-65500.jpg",
        patched(plain, frame + 5, struct.pack(">HH", 65500, 65500)),
        "declares 65500 × 65500",
    )
    start, end = scans[1]
    bomb = progressive[: scans[-1][1]] + progressive[start:end] * 1000 + b"\xff\xd9"
    pictures.refuse("bomb-jpeg-scans.jpg", bomb, "progressive, more than 1000 scans")


def write_damaged_pngs(pictures):
    rgb = png_samples(2, 8)
    whole = png.write(rgb, 8, 2)
    body = zlib.compress(png.pixel_data(rgb, 8, False), 9)
    start = png.SIGNATURE + png.header(WIDTH, HEIGHT, 8, 2)
    end = png.chunk(b"IEND", b"")
    middle = whole.index(b"IDAT") + 40

    pictures.refuse("bad-png-cut.png", whole[: len(whole) * 2 // 3], "cut within IDAT")
    pictures.refuse("bad-png-no-end.png", whole[:-12], "IEND is missing")
    pictures.refuse("bad-png-signature-only.png", png.SIGNATURE, "nothing after the signature")
    pictures.refuse(
        "bad-png-bit-flip.png",
        patched(whole, middle, bytes([whole[middle] ^ 16])),
        "one bit flipped in IDAT",
    )
    crc = whole.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", whole, crc)
    crc += 8 + length
    pictures.refuse(
        "bad-png-crc.png", patched(whole, crc, bytes([whole[crc] ^ 1])), "IDAT with a wrong CRC"
    )
    pictures.refuse(
        "bad-png-header-crc.png",
        patched(whole, 29, bytes([whole[29] ^ 1])),
        "IHDR with a wrong CRC",
    )
    short = zlib.compress(png.pixel_data(rgb[:-8], 8, False), 9)
    pictures.refuse(
        "bad-png-short.png", start + png.chunk(b"IDAT", short) + end, "eight rows are missing"
    )
    pictures.refuse("bad-png-no-data.png", start + end, "no IDAT")
    pictures.refuse(
        "bad-png-deflate.png",
        start + png.chunk(b"IDAT", b"\x78\x9c" + b"\xff" * 60) + end,
        "IDAT is not deflate",
    )
    pictures.refuse(
        "bad-png-no-palette.png",
        png.SIGNATURE + png.header(WIDTH, HEIGHT, 8, 3) + png.chunk(b"IDAT", body) + end,
        "a palette picture without PLTE",
    )
    pictures.refuse(
        "bad-png-zero-width.png",
        png.SIGNATURE + png.header(0, HEIGHT, 8, 2) + png.chunk(b"IDAT", body) + end,
        "width 0",
    )
    pictures.refuse(
        "bad-png-depth.png",
        png.SIGNATURE + png.header(WIDTH, HEIGHT, 4, 2) + png.chunk(b"IDAT", body) + end,
        "colour of 4 bits, which does not exist",
    )
    pictures.refuse(
        "bomb-png-65500.png",
        png.SIGNATURE + png.header(65500, 65500, 8, 2) + png.chunk(b"IDAT", body) + end,
        "declares 65500 × 65500",
    )
    pictures.refuse(
        "bomb-png-400-mp.png", one_color(20000, 20000), "20000 × 20000 of one colour, complete"
    )
    pictures.refuse(
        "bomb-png-limit.png", one_color(10001, 10000), "one column more than 100,000,000 pixels"
    )


def one_color(width, height):
    """A complete 1-bit PNG of nothing but white."""
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return (
        png.SIGNATURE
        + png.header(width, height, 1, 0)
        + png.chunk(b"IDAT", body)
        + png.chunk(b"IEND", b"")
    )


def write_strangers(pictures):
    pictures.refuse("bad-text.jpg", b"This is not a picture, whatever its name says.\n", "text")
    pictures.refuse("bad-empty.png", b"", "no byte at all")
    out = io.BytesIO()
    Image.fromarray(scene()).save(out, "GIF")
    pictures.refuse("bad-gif.png", out.getvalue(), "a GIF")


def main(arguments):
    if len(arguments) != 1:
        sys.exit("usage: make_pictures.py OUTDIR")
    folder = pathlib.Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    pictures = Pictures(folder)
    write_jpegs(pictures)
    write_pngs(pictures)
    write_damaged_jpegs(pictures)
    write_damaged_pngs(pictures)
    write_strangers(pictures)
    pictures.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
