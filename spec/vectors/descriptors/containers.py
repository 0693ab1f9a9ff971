"""Field 08: every container, its parameters, and what it takes."""
from building import WITH_AFFIXES, DescriptorFile, container

NAMES = {
    1: "pnm", 2: "bmp", 3: "png", 4: "wbmp", 5: "lvgl", 6: "pwg", 7: "urf", 16: "escpos-gs-v-0",
    17: "escpos-gs-8-l", 18: "escpos-bit-image", 19: "zpl-gfa", 20: "zpl-z64", 21: "epl-gw",
    22: "tspl-bitmap", 23: "cpcl-eg", 24: "brother-ql", 25: "star-raster", 26: "dymo",
    27: "openepaperlink", 28: "jpeg"}


def palette(bits):
    return ("palette", bits, ((0, 255, 255, 255), (1, 0, 0, 0)))


def adaptive(bits):
    return ("adaptive", bits, 2, 1)


def rgb(red, green, blue, alpha, bits, flags=0):
    return ("rgb", red, green, blue, alpha, bits, flags)


COLORS = {
    **{f"gray {bits}": ("gray", bits, 0) for bits in (1, 2, 4, 8, 16)},
    **{f"palette {bits}": palette(bits) for bits in range(1, 9)},
    **{f"adaptive {bits}": adaptive(bits) for bits in (1, 2, 4, 8)},
    "rgb 565 in 16": rgb(5, 6, 5, 0, 16), "rgb 444 in 12": rgb(4, 4, 4, 0, 12),
    "rgb 888 in 24": rgb(8, 8, 8, 0, 24), "rgb 888 in 32": rgb(8, 8, 8, 0, 32),
    "rgb 8888 in 32": rgb(8, 8, 8, 8, 32), "rgb 16 16 16 in 48": rgb(16, 16, 16, 0, 48),
    "bgr 888 in 24": rgb(8, 8, 8, 0, 24, 1), "rgb 888 in bytes": rgb(8, 8, 8, 0, 24, 2),
    "cmyk 1": ("cmyk", 1), "cmyk 8": ("cmyk", 8)}

GRAYS = {bits: f"gray {bits}" for bits in (1, 2, 4, 8, 16)}
ALL_PALETTES = {f"palette {bits}" for bits in range(1, 9)}
LVGL = {f"{model} {bits}" for model in ("palette", "adaptive") for bits in (1, 2, 4, 8)}
# The second table of "Combinations that are refused".
TAKES = {
    1: {*GRAYS.values(), "rgb 444 in 12", "rgb 888 in 24", "rgb 888 in 32", "rgb 16 16 16 in 48"},
    2: {"gray 1", "gray 4", "gray 8", *ALL_PALETTES, "adaptive 1", "adaptive 4", "adaptive 8",
        "rgb 565 in 16", "rgb 888 in 24", "rgb 8888 in 32"},
    3: {"gray 1", "gray 2", "gray 4", "gray 8", *ALL_PALETTES, "adaptive 1", "adaptive 2",
        "adaptive 4", "adaptive 8", "rgb 888 in 24", "rgb 8888 in 32"},
    4: {"gray 1"},
    5: {"gray 1", "gray 2", "gray 4", "gray 8", *LVGL, "rgb 565 in 16", "rgb 888 in 24",
        "rgb 888 in 32", "rgb 8888 in 32"},
    6: {"gray 1", "gray 8", "rgb 888 in 24", "cmyk 8"},
    7: {"gray 8", "rgb 888 in 24"},
    **{number: {"gray 1"} for number in (16, 18, 19, 20, 21, 22, 23, 25, 26)},
    **{number: {"gray 1", "palette 2"} for number in (17, 27)},
    24: {"gray 1"},
    28: {"gray 8", "rgb 888 in 24"},
}
# The third column: black of gray by bits; None: either.
BLACK = {
    **dict.fromkeys((2, 3, 4, 5, 7, 21, 22, 28), lambda bits: 0),
    **dict.fromkeys((16, 17, 18, 19, 20, 24, 25, 26, 27), lambda bits: 1),
    1: lambda bits: 1 if bits == 1 else 0, 6: lambda bits: 1 if bits == 1 else None,
    23: lambda bits: None}
LABEL = dict(modelClass=0, mediaType=0x0A, mediaWidth=62, mediaLength=0, margin=35, cut=1)


def plain(number, **changes):
    """The container with ordinary parameters, and what else its descriptor needs."""
    parameters = {16: {"stripRows": 255}, 24: LABEL, 28: {"quality": 90}}.get(number, {})
    fields = {"size": (400, 300), "container": container(number, **parameters)}
    if number in (6, 7):
        fields["resolution"] = (300, 300)
    return fields | changes


def colors(f):
    for number, name in NAMES.items():
        for what, color in COLORS.items():
            black = BLACK[number](color[1]) if color[0] == "gray" else None
            if black is not None:
                color = ("gray", color[1], black)
            if what in TAKES[number]:
                f.valid(f"{name} of {what}", **plain(number, color=color))
            else:
                f.value(f"{name} of {what}", "color.model", **plain(number, color=color))
            if color[0] != "gray" or what not in TAKES[number]:
                continue
            other = ("gray", color[1], 1 - color[2])
            title = f"{name} of {what}, black {other[2]}"
            if black is None:
                f.valid(title, **plain(number, color=other))
            else:
                f.value(title, "color.black", **plain(number, color=other))
    for model_class, taken in ((0, False), (1, True), (2, False)):
        label = container(24, **LABEL | {"modelClass": model_class})
        title = f"brother-ql of the class {model_class}, a palette of 2 bits"
        fields = {"size": (400, 300), "color": palette(2), "container": label}
        if taken:
            f.valid(title, **fields)
        else:
            f.value(title, "color.model", **fields)


def first_gray(number):
    """A gray that the container takes."""
    bits = next(bits for bits, name in GRAYS.items() if name in TAKES[number])
    return ("gray", bits, BLACK[number](bits) or 0)


def parameters(f):
    for number in WITH_AFFIXES:
        base = plain(number, color=first_gray(number))
        for prefix, suffix in ((b"\x1b@", b"\x1dV\0"), (b"p" * 255, b"s" * 255), (b"", b"\n")):
            f.valid(f"{NAMES[number]} between {len(prefix)} and {len(suffix)} bytes",
                    **base | {"container": base["container"]
                              | {"prefix": prefix, "suffix": suffix}})
    for number in (*range(8, 16), 29, 255):
        f.unknown(f"container {number}", "container.id", container={"id": number})

    receipt = {"size": (576, 0), "color": ("gray", 1, 1)}
    for rows in (1, 65535):
        f.valid(f"strips of {rows} rows", **receipt, container=container(16, stripRows=rows))
    f.value("strips of 0 rows", "container.stripRows", **receipt,
            container=container(16, stripRows=0))

    for quality in (1, 100):
        f.valid(f"quality {quality}", color=("gray", 8, 0), container=container(
            28, quality=quality))
    for quality in (0, 101, 255):
        f.value(f"quality {quality}", "container.quality", color=("gray", 8, 0),
                container=container(28, quality=quality))

    label = {"size": (696, 0), "color": ("gray", 1, 1)}
    for changes in ({"modelClass": 1}, {"modelClass": 2}, {"mediaType": 0x0B, "mediaLength": 29},
                    {"mediaType": 0x0B, "mediaLength": 255}, {"mediaWidth": 1},
                    {"mediaWidth": 255}, {"margin": 0}, {"margin": 65535}, {"cut": 0}):
        f.valid(f"brother-ql with {changes}", **label, container=container(24, **LABEL | changes))
    for changes, field in (
            ({"modelClass": 3}, "modelClass"), ({"mediaType": 0x09}, "mediaType"),
            ({"mediaType": 0x0C}, "mediaType"), ({"mediaWidth": 0}, "mediaWidth"),
            ({"cut": 2}, "cut"), ({"mediaLength": 1}, "mediaLength"),
            ({"mediaType": 0x0B}, "mediaLength")):
        f.value(f"brother-ql with {changes}, refused", f"container.{field}", **label,
                container=container(24, **LABEL | changes))


def limits(f):
    columns = {17: 2047, 18: 2047, 26: 2040}
    for number, limit in columns.items():
        f.valid(f"{NAMES[number]} of {limit} columns",
                **plain(number, size=(limit, 8), color=("gray", 1, 1)))
        f.value(f"{NAMES[number]} of {limit + 1} columns", "size.width",
                **plain(number, size=(limit + 1, 8), color=("gray", 1, 1)))
    f.valid("jpeg of 65,500 columns", **plain(28, size=(65500, 8), color=("gray", 8, 0)))
    f.value("jpeg of 65,501 columns", "size.width",
            **plain(28, size=(65501, 8), color=("gray", 8, 0)))
    for bits, limit in ((16, 32767), (24, 21845), (32, 16383)):
        color = {16: rgb(5, 6, 5, 0, 16), 24: rgb(8, 8, 8, 0, 24), 32: rgb(8, 8, 8, 8, 32)}[bits]
        f.valid(f"lvgl of {limit} columns of {bits} bits",
                **plain(5, size=(limit, 8), color=color))
        f.value(f"lvgl of {limit + 1} columns of {bits} bits", "size.width",
                **plain(5, size=(limit + 1, 8), color=color))
    f.valid("lvgl of 65,535 columns of 8 bits", **plain(5, size=(65535, 8), color=("gray", 8, 0)))
    for model_class, limit, rows in ((0, 720, 11811), (1, 720, 11811), (2, 1296, 35433)):
        label = container(24, **LABEL | {"modelClass": model_class})
        base = {"color": ("gray", 1, 1), "container": label}
        f.valid(f"brother-ql of the class {model_class}, {limit} x {rows}", size=(limit, rows),
                **base)
        f.value(f"brother-ql of the class {model_class}, {limit + 1} columns", "size.width",
                size=(limit + 1, rows), **base)
        f.too_large(f"brother-ql of the class {model_class}, {rows + 1} rows",
                    size=(limit, rows + 1), **base)
    f.valid("escpos-gs-8-l of 1,662 rows", **plain(17, size=(400, 1662), color=("gray", 1, 1)))
    f.too_large("escpos-gs-8-l of 1,663 rows",
                **plain(17, size=(400, 1663), color=("gray", 1, 1)))
    f.valid("jpeg of 65,500 rows", **plain(28, size=(8, 65500), color=("gray", 8, 0)))
    f.too_large("jpeg of 65,501 rows", **plain(28, size=(8, 65501), color=("gray", 8, 0)))


def combinations(f):
    for number in (2, 16, 28):
        base = plain(number, color=first_gray(number))
        f.valid(f"{NAMES[number]} mirrored", **base, layout={"mirror": 2})
        for field, value in (("bitOrder", 1), ("byteOrder", 1), ("rowAlign", 4), ("padBit", 1),
                             ("scan", 1), ("planes", 1), ("split", 8)):
            f.value(f"{NAMES[number]} with {field} {value}", f"layout.{field}", **base,
                    layout={field: value})
    for number in (6, 7):
        for resolution in ((0, 0), (0, 300)):
            f.value(f"{NAMES[number]} of {resolution[0]} x {resolution[1]} dots per inch",
                    "size.width" if resolution == (0, 0) else "resolution.x",
                    **plain(number, color=first_gray(number), resolution=resolution))
    f.valid("pwg of 300 x 600 dots per inch",
            **plain(6, color=("gray", 8, 0), resolution=(300, 600)))
    f.value("urf of 300 x 600 dots per inch", "resolution.x",
            **plain(7, color=("gray", 8, 0), resolution=(300, 600)))


def write_all():
    f = DescriptorFile()
    colors(f)
    parameters(f)
    limits(f)
    combinations(f)
    f.write("containers", "Containers")
