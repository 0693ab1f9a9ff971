#!/usr/bin/env python3
"""Writes the pictures of CodecsTests, and beside each what it should decode to.

    python3 make-fixtures.py        # needs Pillow, numpy, cjpeg

The oracle is not the code under test: PNG samples are the ones written here, JPEG samples are those
Pillow decodes, and light is computed from them in double precision by the formulas of the standards.
For a picture NAME.EXT, NAME.EXT.light holds r, g, b and luminance of each pixel as little-endian UInt16.
manifest.csv says what the headers of each are, and how far from the oracle it may be.
"""

import io
import pathlib
import struct
import subprocess
import zlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
WEIGHTS = np.array([0.2126, 0.7152, 0.0722])
BACKGROUND = np.array([12000, 40000, 60000])
D50 = np.array([0.9642, 1.0, 0.8249])
manifest = []


# ---- light ---------------------------------------------------------------------------------------


def srgb(encoded):
    """IEC 61966-2-1."""
    encoded = np.asarray(encoded, dtype=np.float64)
    return np.where(
        encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4
    )


def to16(light):
    return np.floor(np.clip(light, 0, 1) * 65535 + 0.5)


def with_luminance(light):
    """r, g, b to r, g, b, luminance. Light beyond the gamut counts for luminance as it is."""
    return np.concatenate([light, (light @ WEIGHTS)[..., None]], axis=-1)


def over_background(light, alpha):
    """Both h × w × 4 and h × w, 0...1."""
    background = with_luminance(BACKGROUND / 65535.0)
    return light * alpha[..., None] + background * (1 - alpha[..., None])


def record(name, extension, data, light, *, orientation=1, gray=False, alpha=False, whole=False,
           tolerance=1):
    """light: h × w × 4, 0...1."""
    (HERE / f"{name}.{extension}").write_bytes(data)
    height, width = light.shape[:2]
    file = f"{name}.{extension}"
    (HERE / f"{file}.light").write_bytes(to16(light).astype("<u2").tobytes())
    manifest.append((file, f"{file}.light", width, height, orientation, int(gray), int(alpha),
                     int(whole), tolerance))


def bradford(source_xyz, target_xyz):
    m = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    gains = (m @ target_xyz) / (m @ source_xyz)
    return np.linalg.inv(m) @ np.diag(gains) @ m


def xyz(x, y):
    return np.array([x / y, 1.0, (1 - x - y) / y])


def primaries_to_d50(white, red, green, blue):
    """Linear rgb to XYZ, adapted to the profile connection space's D50."""
    columns = np.column_stack([xyz(*red), xyz(*green), xyz(*blue)])
    scale = np.linalg.solve(columns, xyz(*white))
    return bradford(xyz(*white), D50) @ (columns * scale)


SRGB_PRIMARIES = ((0.3127, 0.3290), (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
WIDE_PRIMARIES = ((0.3127, 0.3290), (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))  # Adobe RGB (1998)
SRGB_TO_D50 = primaries_to_d50(*SRGB_PRIMARIES)
D50_TO_SRGB = np.linalg.inv(SRGB_TO_D50)


# ---- profiles ------------------------------------------------------------------------------------


def s15(value):
    return struct.pack(">i", int(round(value * 65536)))


def xyz_tag(values):
    return b"XYZ \0\0\0\0" + b"".join(s15(v) for v in values)


def gamma_tag(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, int(round(gamma * 256)))


def text_tag(text):
    body = text.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(body)) + body + bytes(4 + 4 + 2 + 1 + 67)


def lut16_tag(inputs, corners):
    """lut16Type of two nodes a channel: exact wherever the colour is affine in the samples.

    corners: 2^inputs rows of Lab, the first input changing slowest."""
    head = b"mft2\0\0\0\0" + bytes([inputs, 3, 2, 0])
    head += b"".join(s15(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    head += struct.pack(">HH", 2, 2) + struct.pack(">HH", 0, 65535) * inputs
    table = b""
    for lightness, a, b in corners:
        # Lab as version 2 codes it: FF00 is 100, 8000 is 0 of a and b.
        table += struct.pack(">HHH", *(int(round(v)) for v in
                                       (lightness * 652.8, (a + 128) * 256, (b + 128) * 256)))
    return head + table + struct.pack(">HH", 0, 65535) * 3


def profile(space, connection, kind, tags):
    """An ICC version 2 profile."""
    tags = dict(tags)
    tags.setdefault(b"desc", text_tag("Forme fixture"))
    tags.setdefault(b"cprt", b"text\0\0\0\0none\0")
    tags.setdefault(b"wtpt", xyz_tag(D50))
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02400000, kind, space, connection)
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(4 + 4 + 4 + 4 + 8)
    head += struct.pack(">I", 1) + b"".join(s15(v) for v in D50)
    head += bytes(128 - len(head))
    return head + struct.pack(">I", len(tags)) + table + body


def matrix_profile(gamma, to_d50):
    tags = {}
    for column, name in enumerate((b"r", b"g", b"b")):
        tags[name + b"XYZ"] = xyz_tag(to_d50[:, column])
        tags[name + b"TRC"] = gamma_tag(gamma)
    return profile(b"RGB ", b"XYZ ", b"mntr", tags)


def gray_profile(gamma):
    return profile(b"GRAY", b"XYZ ", b"mntr", {b"kTRC": gamma_tag(gamma)})


def lab_to_xyz(lab):
    fy = (lab[..., 0] + 16) / 116
    f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], axis=-1)
    return np.where(f > 24 / 116, f**3, (108 / 841) * (f - 16 / 116)) * D50


def affine_profile(space, kind, inputs, base, slopes):
    """Lab = base + slopes · samples. Returns the profile and the function to light."""
    corners = []
    for corner in range(2**inputs):
        bits = [(corner >> (inputs - 1 - i)) & 1 for i in range(inputs)]
        corners.append(base + np.array(bits) @ slopes)

    def light(samples, black_point=0.0):
        color = lab_to_xyz(base + samples @ slopes)
        black = D50 * black_point
        color = (color - black) * (D50 / (D50 - black))
        return np.clip(color @ D50_TO_SRGB.T, 0, 1)

    table = lut16_tag(inputs, corners)
    return profile(space, b"Lab ", kind, {b"A2B0": table, b"A2B1": table}), light


WIDE_GAMMA = 563 / 256  # what u8Fixed8 makes of 2.2
WIDE = matrix_profile(WIDE_GAMMA, primaries_to_d50(*WIDE_PRIMARIES))


def wide_light(encoded):
    # Colorants as the profile rounds them.
    colorants = np.round(primaries_to_d50(*WIDE_PRIMARIES) * 65536) / 65536
    return (encoded**WIDE_GAMMA) @ (D50_TO_SRGB @ colorants).T


# ---- PNG -----------------------------------------------------------------------------------------


def chunk(name, data=b""):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed_rows(samples, depth):
    """samples: h × w × channels."""
    height, width, channels = samples.shape
    rows = []
    for row in samples.reshape(height, width * channels):
        if depth == 16:
            rows.append(row.astype(">u2").tobytes())
        elif depth == 8:
            rows.append(row.astype(np.uint8).tobytes())
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in row)
            bits += "0" * (-len(bits) % 8)
            rows.append(bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)))
    return rows


def paeth(a, b, c):
    p = a + b - c
    distances = (abs(p - a), abs(p - b), abs(p - c))
    return (a, b, c)[distances.index(min(distances))]


def filtered(rows, step):
    """Filter types 0 to 4 in turn."""
    result = b""
    above = bytes(len(rows[0])) if rows else b""
    for y, row in enumerate(rows):
        kind = y % 5
        line = bytearray([kind])
        for i, value in enumerate(row):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            guess = (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind]
            line.append((value - guess) & 255)
        result += bytes(line)
        above = row
    return result


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def png(samples, depth, color_type, interlaced=False, chunks=(), idat_bytes=None):
    height, width, channels = samples.shape
    step = max(1, channels * depth // 8)
    passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [samples]
    raw = b"".join(filtered(packed_rows(p, depth), step) for p in passes if p.size)
    data = zlib.compress(raw, 9)
    idat_bytes = idat_bytes or len(data)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + b"".join(chunk(n, d) for n, d in chunks)
            + b"".join(chunk(b"IDAT", data[i:i + idat_bytes])
                       for i in range(0, len(data), idat_bytes))
            + chunk(b"IEND"))


def noise(height, width, channels, depth, seed):
    """Smooth ramps with noise, and both ends of the range."""
    generator = np.random.default_rng(seed)
    top = 2**depth - 1
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    ramp = (x * (c + 1) + y * 2) / (width * channels + height * 2)
    values = np.clip(ramp + generator.normal(0, 0.2, ramp.shape), 0, 1) * top
    values = np.round(values).astype(np.int64)
    values[0, 0], values[-1, -1] = 0, top
    return values


def gray_light(encoded, curve=srgb):
    return with_luminance(np.repeat(curve(encoded)[..., :1], 3, axis=-1))


def make_png_types(height=11, width=13):
    for interlaced in (False, True):
        suffix = "-interlaced" if interlaced else ""
        for depth in (1, 2, 4, 8, 16):
            samples = noise(height, width, 1, depth, depth)
            record(f"gray{depth}{suffix}", "png", png(samples, depth, 0, interlaced),
                   gray_light(samples / (2**depth - 1)), gray=True, whole=interlaced)
        for depth in (1, 2, 4, 8):
            entries = noise(1, 2**depth if depth < 8 else 200, 3, 8, depth)[0]
            samples = noise(height, width, 1, depth, 10 + depth) * (len(entries) - 1)
            samples //= 2**depth - 1
            data = png(samples, depth, 3, interlaced,
                       [(b"PLTE", entries.astype(np.uint8).tobytes())])
            light = with_luminance(srgb(entries / 255))[samples[..., 0]]
            record(f"palette{depth}{suffix}", "png", data, light, whole=interlaced)
        for depth in (8, 16):
            top = 2**depth - 1
            samples = noise(height, width, 3, depth, 20 + depth)
            record(f"rgb{depth}{suffix}", "png", png(samples, depth, 2, interlaced, (), 7),
                   with_luminance(srgb(samples / top)), whole=interlaced)
            samples = noise(height, width, 2, depth, 30 + depth)
            record(f"gray-alpha{depth}{suffix}", "png", png(samples, depth, 4, interlaced),
                   over_background(gray_light(samples[..., :1] / top), samples[..., 1] / top),
                   gray=True, alpha=True, whole=interlaced)
            samples = noise(height, width, 4, depth, 40 + depth)
            record(f"rgb-alpha{depth}{suffix}", "png", png(samples, depth, 6, interlaced),
                   over_background(with_luminance(srgb(samples[..., :3] / top)),
                                   samples[..., 3] / top),
                   alpha=True, whole=interlaced)


def make_png_transparency(height=9, width=10):
    for depth in (2, 8, 16):
        samples = noise(height, width, 1, depth, 50 + depth)
        key = int(samples[4, 5, 0])
        # Bits above the depth are to be masked off.
        stored = key | (0xFFFF << depth & 0xFFFF)
        alpha = np.where(samples[..., 0] == key, 0.0, 1.0)
        record(f"gray{depth}-key", "png",
               png(samples, depth, 0, False, [(b"tRNS", struct.pack(">H", stored))]),
               over_background(gray_light(samples / (2**depth - 1)), alpha), gray=True, alpha=True)
    for depth in (8, 16):
        samples = noise(height, width, 3, depth, 60 + depth)
        key = samples[4, 5].copy()
        samples[2, 3] = key
        samples[6, 1] = [key[0], key[1], key[2] ^ 1]
        alpha = np.where((samples == key).all(axis=-1), 0.0, 1.0)
        record(f"rgb{depth}-key", "png",
               png(samples, depth, 2, False, [(b"tRNS", struct.pack(">HHH", *map(int, key)))]),
               over_background(with_luminance(srgb(samples / (2**depth - 1))), alpha), alpha=True)
    entries = noise(1, 16, 3, 8, 70)[0]
    shares = np.array([0, 50, 128, 255, 200])
    samples = noise(height, width, 1, 4, 71)
    alpha = np.concatenate([shares, np.full(11, 255)]) / 255
    data = png(samples, 4, 3, False, [(b"PLTE", entries.astype(np.uint8).tobytes()),
                                      (b"tRNS", shares.astype(np.uint8).tobytes())])
    record("palette4-alpha", "png", data,
           over_background(with_luminance(srgb(entries / 255))[samples[..., 0]],
                           alpha[samples[..., 0]]), alpha=True)


def iccp(data):
    return (b"iCCP", b"fixture\0\0" + zlib.compress(data))


def gama(value):
    return (b"gAMA", struct.pack(">I", value))


def chrm(primaries):
    return (b"cHRM", struct.pack(">8I", *(int(round(v * 100000)) for p in primaries for v in p)))


def make_png_color(height=9, width=10):
    rgb8 = noise(height, width, 3, 8, 80)
    rgb16 = noise(height, width, 3, 16, 81)
    gray8 = noise(height, width, 1, 8, 82)
    gray16 = noise(height, width, 1, 16, 83)
    plain8 = with_luminance(srgb(rgb8 / 255))
    wide8, wide16 = with_luminance(wide_light(rgb8 / 255)), with_luminance(wide_light(rgb16 / 65535))
    srgb_chunk = (b"sRGB", b"\0")

    def both(name, chunks, light8, light16, tolerance=1):
        record(f"{name}-rgb8", "png", png(rgb8, 8, 2, False, chunks), light8, tolerance=tolerance)
        record(f"{name}-rgb16", "png", png(rgb16, 16, 2, False, chunks), light16,
               tolerance=tolerance)

    both("gamma-linear", [gama(100000)], with_luminance(rgb8 / 255.0),
         with_luminance(rgb16 / 65535.0))
    record("gamma-linear-gray16", "png", png(gray16, 16, 0, False, [gama(100000)]),
           gray_light(gray16 / 65535, lambda v: v), gray=True)
    record("gamma-nearly-srgb-rgb8", "png", png(rgb8, 8, 2, False, [gama(45355)]), plain8)
    record("gamma-not-srgb-rgb8", "png", png(rgb8, 8, 2, False, [gama(45354)]),
           with_luminance((rgb8 / 255) ** (100000 / 45354)))
    wide_matrix = D50_TO_SRGB @ primaries_to_d50(*WIDE_PRIMARIES)
    exponent = 100000 / 45455
    both("chromaticities", [gama(45455), chrm(WIDE_PRIMARIES)],
         with_luminance(((rgb8 / 255) ** exponent) @ wide_matrix.T),
         with_luminance(((rgb16 / 65535) ** exponent) @ wide_matrix.T), tolerance=2)
    record("chromaticities-gray8", "png",
           png(gray8, 8, 0, False, [gama(45455), chrm(WIDE_PRIMARIES)]),
           gray_light(gray8 / 255, lambda v: v**exponent), gray=True)
    record("srgb-over-gamma-rgb8", "png", png(rgb8, 8, 2, False, [srgb_chunk, gama(100000)]), plain8)
    both("profile", [iccp(WIDE)], wide8, wide16, tolerance=2)
    record("profile-over-gamma-rgb8", "png",
           png(rgb8, 8, 2, False, [iccp(WIDE), gama(100000), chrm(SRGB_PRIMARIES)]), wide8,
           tolerance=2)
    record("profile-gray8", "png", png(gray8, 8, 0, False, [iccp(gray_profile(1.5))]),
           gray_light(gray8 / 255, lambda v: v**1.5), gray=True)
    record("profile-gray16", "png", png(gray16, 16, 0, False, [iccp(gray_profile(1.5))]),
           gray_light(gray16 / 65535, lambda v: v**1.5), gray=True)
    record("profile-of-gray-rgb8", "png", png(rgb8, 8, 2, False, [iccp(gray_profile(1.5))]), plain8)
    record("profile-cut-rgb8", "png", png(rgb8, 8, 2, False, [iccp(WIDE[:-40])]), plain8)
    entries = noise(1, 4, 3, 8, 84)[0]
    indices = noise(height, width, 1, 2, 85)
    record("profile-palette2", "png",
           png(indices, 2, 3, False, [iccp(WIDE), (b"PLTE", entries.astype(np.uint8).tobytes())]),
           with_luminance(wide_light(entries / 255))[indices[..., 0]], tolerance=2)
    # Lightness 0 to 100, some chroma; black is black, so nothing is there to compensate.
    lut, light = affine_profile(b"RGB ", b"scnr", 3, np.zeros(3),
                                np.array([[30, 20, 5], [55, -30, 10], [15, 10, -15]], float))
    both("profile-table", [iccp(lut)], with_luminance(light(rgb8 / 255)),
         with_luminance(light(rgb16 / 65535)), tolerance=8)
    lut, light = affine_profile(b"RGB ", b"scnr", 3, np.array([20.0, 0, 0]),
                                np.array([[25, 10, 5], [45, -20, 10], [10, 10, -15]], float))
    black = lab_to_xyz(np.array([20.0, 0, 0]))[1]
    record("profile-black-point-rgb8", "png", png(rgb8, 8, 2, False, [iccp(lut)]),
           with_luminance(light(rgb8 / 255, black)), tolerance=8)


def tiff(orientation, order):
    head = b"MM" if order == ">" else b"II"
    return head + struct.pack(order + "HIH", 42, 8, 2) + struct.pack(
        order + "HHII", 0x0100, 4, 1, 99) + struct.pack(
        order + "HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(order + "I", 0)


def make_orientations():
    gray = noise(5, 7, 1, 8, 90)
    picture = Image.fromarray(gray[..., 0].astype(np.uint8))
    for orientation in range(1, 9):
        order = "<>"[orientation % 2]
        exif = tiff(orientation, order)
        record(f"orientation{orientation}", "png", png(gray, 8, 0, False, [(b"eXIf", exif)]),
               gray_light(gray / 255), gray=True, orientation=orientation)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=90, exif=b"Exif\0\0" + exif)
        record_jpeg(f"orientation{orientation}", out.getvalue(), orientation=orientation)


# ---- JPEG ----------------------------------------------------------------------------------------


def photo(height=19, width=26, channels=3, seed=100):
    return np.round(noise(height, width, channels, 8, seed)).astype(np.uint8)


def cjpeg(picture, *arguments):
    out = io.BytesIO()
    picture.save(out, "PPM")
    return subprocess.run(["cjpeg", *arguments], input=out.getvalue(), capture_output=True,
                          check=True).stdout


def decoded(data):
    picture = Image.open(io.BytesIO(data))
    return np.asarray(picture), picture.mode


def jpeg_light(samples, mode):
    if mode == "L":
        return gray_light(samples[..., None] / 255)
    if mode == "CMYK":
        ink = samples / 255
        return with_luminance(srgb((1 - ink[..., :3]) * (1 - ink[..., 3:])))
    return with_luminance(srgb(samples / 255))


def record_jpeg(name, data, light=None, **options):
    samples, mode = decoded(data)
    light = jpeg_light(samples, mode) if light is None else light
    record(name, "jpg", data, light, gray=mode == "L", **options)


def segments(data):
    """Splits before the first scan: the marker and the bytes of each segment; then the rest."""
    position, parts = 2, []
    while data[position + 1] != 0xDA:
        length = struct.unpack(">H", data[position + 2:position + 4])[0] + 2
        parts.append((data[position + 1], data[position:position + length]))
        position += length
    return parts, data[position:]


def joined(parts, rest):
    return b"\xff\xd8" + b"".join(p for _, p in parts) + rest


def segment(marker, body):
    return (marker, bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body)


def with_profile(data, icc, part_count=1):
    parts, rest = segments(data)
    size = -(-len(icc) // part_count)
    chunks = [segment(0xE2, b"ICC_PROFILE\0" + bytes([i + 1, part_count])
                      + icc[i * size:(i + 1) * size]) for i in range(part_count)]
    # In any order: the numbers count.
    return joined([parts[0]] + chunks[::-1] + parts[1:], rest)


def scan_starts(data):
    return [i for i in range(len(data) - 1) if data[i] == 0xFF and data[i + 1] == 0xDA]


def make_jpegs():
    color = Image.fromarray(photo())
    gray = Image.fromarray(photo(channels=1, seed=101)[..., 0])
    record_jpeg("gray", cjpeg(gray, "-quality", "85"))
    for name, sample in (("444", "1x1"), ("422", "2x1"), ("420", "2x2"), ("440", "1x2"),
                         ("411", "4x1"), ("410", "4x2")):
        record_jpeg(f"color{name}", cjpeg(color, "-quality", "85", "-sample", sample))
    record_jpeg("restart", cjpeg(color, "-quality", "85", "-restart", "1"))
    record_jpeg("optimized", cjpeg(color, "-quality", "85", "-optimize"))
    record_jpeg("rgb", cjpeg(color, "-quality", "85", "-rgb"))
    record_jpeg("arithmetic", cjpeg(color, "-quality", "85", "-arithmetic"))
    progressive = cjpeg(color, "-quality", "85", "-progressive")
    record_jpeg("progressive", progressive, whole=True)
    record_jpeg("progressive-gray", cjpeg(gray, "-quality", "85", "-progressive"), whole=True)
    script = HERE / "scans.txt"
    script.write_text("0; 1; 2;\n")
    sequential = cjpeg(color, "-quality", "85", "-scans", str(script))
    script.unlink()
    record_jpeg("scans", sequential, whole=True)
    make_cmyk_jpegs()
    base = cjpeg(color, "-quality", "85", "-sample", "1x1")
    samples, _ = decoded(base)
    light = with_luminance(wide_light(samples / 255))
    record_jpeg("profile", with_profile(base, WIDE), light, tolerance=2)
    record_jpeg("profile-parts", with_profile(base, WIDE, 3), light, tolerance=2)
    missing = segments(with_profile(base, WIDE, 3))
    record_jpeg("profile-part-missing", joined(missing[0][:1] + missing[0][2:], missing[1]))
    record_jpeg("profile-of-cmyk", with_profile(base, CMYK_PROFILE))
    make_refused_jpegs(base, progressive, sequential)


CMYK_SLOPES = np.array([[-25, -12, -15], [-20, 25, -4], [-5, -3, 30], [-50, -10, -11]], float)
CMYK_PROFILE, cmyk_profile_light = affine_profile(b"CMYK", b"scnr", 4, np.array([100.0, 0, 0]),
                                                  CMYK_SLOPES)


def make_cmyk_jpegs():
    out = io.BytesIO()
    Image.fromarray(photo(channels=4, seed=102), "CMYK").save(out, "JPEG", quality=90)
    adobe = out.getvalue()
    record_jpeg("cmyk", adobe)
    samples, _ = decoded(adobe)
    record_jpeg("cmyk-profile", with_profile(adobe, CMYK_PROFILE),
                with_luminance(cmyk_profile_light(samples / 255)), tolerance=8)
    parts, rest = segments(adobe)
    # Without Adobe's marker nothing is inverted; Pillow inverts all the same.
    record_jpeg("cmyk-upright", joined([p for p in parts if p[0] != 0xEE], rest),
                jpeg_light(255 - samples, "CMYK"))
    # The same samples as YCCK.
    ycck = [(m, p[:-1] + b"\x02") if m == 0xEE else (m, p) for m, p in parts]
    record_jpeg("ycck", joined(ycck, rest))


def make_refused_jpegs(base, progressive, sequential):
    def refused(name, data):
        (HERE / f"refused-{name}.jpg").write_bytes(data)

    frame = base.index(b"\xff\xc0")
    refused("precision12", base[:frame + 4] + b"\x0c" + base[frame + 5:])
    refused("lossless", base[:frame + 1] + b"\xc3" + base[frame + 2:])
    refused("scan-missing", progressive[:scan_starts(progressive)[-1]] + b"\xff\xd9")
    refused("component-missing", sequential[:scan_starts(sequential)[-1]] + b"\xff\xd9")
    # Two components: the third is dropped from the frame and from the scan.
    two = bytearray(base)
    assert two[frame + 9] == 3
    scan = scan_starts(base)[0]
    two[frame + 9], two[scan + 4] = 2, 2
    two[frame + 2:frame + 4] = struct.pack(">H", 14)
    two[scan + 2:scan + 4] = struct.pack(">H", 10)
    refused("two-components", bytes(two[:frame + 16] + two[frame + 19:scan + 9] + two[scan + 11:]))


def make_refused_pngs():
    def refused(name, data):
        (HERE / f"refused-{name}.png").write_bytes(data)

    samples = noise(6, 9, 1, 8, 110)
    good = png(samples, 8, 0)
    start = good.index(b"IDAT") - 4
    length = struct.unpack(">I", good[start:start + 4])[0]
    data = good[start + 8:start + 8 + length]
    head, tail = good[:start], chunk(b"IEND")
    refused("short-data", head + chunk(b"IDAT", zlib.compress(zlib.decompress(data)[:-3])) + tail)
    refused("long-data", head + chunk(b"IDAT", zlib.compress(zlib.decompress(data) + b"123")) + tail)
    refused("extra-bytes", head + chunk(b"IDAT", data + b"12345678") + tail)
    refused("extra-chunk", head + chunk(b"IDAT", data) + chunk(b"IDAT", b"123456789") + tail)
    refused("bad-adler", head + chunk(b"IDAT", data[:-1] + bytes([data[-1] ^ 1])) + tail)
    refused("no-end", head + chunk(b"IDAT", data))
    refused("no-data", head + tail)
    refused("text-checksum", head + chunk(b"tEXt", b"a\0b")[:-1] + b"\0" + chunk(b"IDAT", data)
            + tail)
    refused("no-palette", png(samples, 8, 3))
    refused("palette-index", png(np.minimum(samples, 3), 8, 3, False, [(b"PLTE", bytes(9))]))


def main():
    for old in HERE.iterdir():
        if old.suffix in (".png", ".jpg", ".light", ".csv"):
            old.unlink()
    make_png_types()
    make_png_transparency()
    make_png_color()
    make_orientations()
    make_jpegs()
    make_refused_pngs()
    header = "file,expected,width,height,orientation,gray,alpha,whole,tolerance"
    lines = [header] + [",".join(map(str, row)) for row in manifest]
    (HERE / "manifest.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
