"""Field 03, section "Color"."""
from building import DescriptorFile


def gray(f):
    for bits in (1, 2, 4, 8, 16):
        for black in (0, 1):
            f.valid(f"gray of {bits} bits, black {black}", color=("gray", bits, black))
    for bits in (0, 3, 5, 7, 9, 15, 17, 32, 255):
        f.value(f"gray of {bits} bits", "color.bits", color=("gray", bits, 0))
    for black in (2, 255):
        f.value(f"black {black}", "color.black", color=("gray", 1, black))


def palette(f):
    def entries(*codes):
        return tuple((code, code, 255 - code, 128) for code in codes)

    for bits in range(1, 9):
        f.valid(f"a palette of {bits} bits, all codes", size=(16, 16),
                color=("palette", bits, entries(*range(2 ** bits))))
        if bits < 8:
            f.value(f"a palette of {bits} bits, one code too high", "color.entries 1",
                    color=("palette", bits, entries(0, 2 ** bits)))
    f.valid("a palette of one colour", color=("palette", 1, entries(1)))
    f.valid("a palette that skips codes", color=("palette", 3, entries(0, 2, 7)))
    f.valid("two codes of one colour", color=("palette", 2, ((0, 1, 2, 3), (1, 1, 2, 3))))
    for bits in (0, 9, 255):
        f.value(f"a palette of {bits} bits", "color.bits",
                color=("palette", bits, entries(0) if bits else entries(0)))
    f.value("a palette with its codes descending", "color.entries 1",
            color=("palette", 2, entries(1, 0)))
    f.value("a palette with a code twice", "color.entries 1", color=("palette", 2, entries(1, 1)))


def adaptive(f):
    for bits in (1, 2, 4, 8):
        for colors in sorted({2, 2 ** bits}):
            f.valid(f"{colors} adaptive colours in {bits} bits",
                    color=("adaptive", bits, colors, 1))
        for colors in (0, 1, 2 ** bits + 1, 65535):
            f.value(f"{colors} adaptive colours in {bits} bits", "color.colors",
                    color=("adaptive", bits, colors, 1))
    for bits in (0, 3, 5, 16):
        f.value(f"adaptive colours in {bits} bits", "color.bits", color=("adaptive", bits, 2, 1))
    for table in (2, 3):
        f.valid(f"an adaptive palette as table {table}", color=("adaptive", 8, 256, table))
    for table in (0, 4):
        f.value(f"an adaptive palette as table {table}", "color.table",
                color=("adaptive", 8, 256, table))


def rgb(f):
    good = {
        "RGB332": (3, 3, 2, 0, 8, 0), "RGB444 in 12 bits": (4, 4, 4, 0, 12, 0),
        "RGB444 in 16 bits": (4, 4, 4, 0, 16, 0), "RGB565": (5, 6, 5, 0, 16, 0),
        "BGR565": (5, 6, 5, 0, 16, 1), "ARGB1555": (5, 5, 5, 1, 16, 0),
        "RGB888": (8, 8, 8, 0, 24, 0), "BGR888": (8, 8, 8, 0, 24, 1),
        "RGB888 in 32 bits": (8, 8, 8, 0, 32, 0), "ARGB8888": (8, 8, 8, 8, 32, 0),
        "RGB666, each in a byte": (6, 6, 6, 0, 24, 2),
        "BGR666, each in a byte": (6, 6, 6, 0, 24, 3),
        "RGB666 packed in 24 bits": (6, 6, 6, 0, 24, 0),
        "ARGB6666, each in a byte": (6, 6, 6, 6, 32, 2),
        "RGB888, each in a byte": (8, 8, 8, 0, 24, 2),
        "RGB of 16 bits each": (16, 16, 16, 0, 48, 0), "one bit each": (1, 1, 1, 0, 8, 0),
        "unequal channels": (16, 1, 1, 16, 48, 0)}
    for what, parts in good.items():
        f.valid(what, size=(320, 240), color=("rgb", *parts))
    for index, name in enumerate(("red", "green", "blue")):
        for bits in (0, 17):
            parts = [8, 8, 8, 0, 48, 0]
            parts[index] = bits
            f.value(f"{name} of {bits} bits", f"color.{name}", color=("rgb", *parts))
    f.value("alpha of 17 bits", "color.alpha", color=("rgb", 8, 8, 8, 17, 48, 0))
    for bits in (0, 7, 9, 15, 18, 20, 40, 64):
        f.value(f"a pixel of {bits} bits", "color.pixelBits", color=("rgb", 1, 1, 1, 0, bits, 0))
    for parts in ((5, 6, 6, 0, 16, 0), (8, 8, 8, 1, 24, 0), (4, 4, 5, 0, 12, 0),
                  (16, 16, 16, 1, 48, 0), (3, 3, 3, 0, 8, 0)):
        f.value(f"{sum(parts[:4])} bits of channels in {parts[4]}", "color.pixelBits",
                color=("rgb", *parts))
    for flags in (4, 8, 0x80, 0xFF):
        f.value(f"flags {flags:02X}", "color.flags", color=("rgb", 8, 8, 8, 0, 24, flags))
    for what, parts in {
            "channels in bytes of their own, one of 9 bits": (9, 7, 8, 0, 24, 2),
            "three channels in bytes of their own, in 32 bits": (8, 8, 8, 0, 32, 2),
            "three channels in bytes of their own, in 16 bits": (5, 6, 5, 0, 16, 2),
            "four channels in bytes of their own, in 48 bits": (8, 8, 8, 8, 48, 3)}.items():
        f.value(what, "color.flags", color=("rgb", *parts))


def write_all():
    f = DescriptorFile()
    gray(f)
    palette(f)
    adaptive(f)
    rgb(f)
    for bits in (1, 8):
        f.valid(f"cmyk of {bits} bits", color=("cmyk", bits))
    for bits in (0, 2, 4, 7, 16):
        f.value(f"cmyk of {bits} bits", "color.bits", color=("cmyk", bits))
    for number in (0, 6, 255):
        f.unknown(f"color model {number}", "color.model", color=(number, 1))
    f.write("colors", "Colors")
