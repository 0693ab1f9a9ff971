"""Fields 02, 04 to 07, 09 and 0A, each value at its edges and one past them."""
from building import DescriptorFile

GRAY2, GRAY4, GRAY8, GRAY16 = (("gray", bits, 0) for bits in (2, 4, 8, 16))
RGB565, RGB888 = ("rgb", 5, 6, 5, 0, 16, 0), ("rgb", 8, 8, 8, 0, 24, 0)
RGB444 = ("rgb", 4, 4, 4, 0, 12, 0)
CMYK1, CMYK8 = ("cmyk", 1), ("cmyk", 8)
RGB666 = ("rgb", 6, 6, 6, 0, 24, 2)
RED = ("palette", 2, ((0, 0, 0, 0), (1, 255, 255, 255), (2, 255, 0, 0)))


def resolution(f):
    for x, y in ((1, 1), (65535, 65535), (203, 203), (300, 600)):
        f.valid(f"{x} x {y} dots per inch", resolution=(x, y))
    for x, y in ((0, 1), (1, 0), (0, 65535), (300, 0)):
        f.value(f"{x} x {y} dots per inch", "resolution.x", resolution=(x, y))


def layout(f):
    def valid(title, color=("gray", 1, 0), **values):
        f.valid(title, color=color, layout=values)

    def refused(title, field, color=("gray", 1, 0), **values):
        f.value(title, f"layout.{field}", color=color, layout=values)

    for field, last in (("bitOrder", 1), ("byteOrder", 1), ("padBit", 1), ("scan", 3),
                        ("mirror", 3), ("planes", 2)):
        for value in (last + 1, 255):
            refused(f"{field} {value}", field, **{field: value})
    for value in (0, 2, 4, 255):
        valid(f"rowAlign {value}", rowAlign=value)
    valid("padBit 1", padBit=1)
    for value in (1, 2, 3):
        valid(f"scan {value}", scan=value)
        valid(f"mirror {value}", mirror=value)
        refused(f"scan {value} of two bits", "scan", GRAY2, scan=value)
        valid(f"scan {value} of two bits in planes", GRAY2, scan=value, planes=1)
        valid(f"scan {value} of cmyk of one bit in planes", CMYK1, scan=value, planes=2)
        refused(f"scan {value} of cmyk of eight bits in planes", "scan", CMYK8, scan=value,
                planes=1)
        refused(f"scan {value} with rowAlign 2", "rowAlign", scan=value, rowAlign=2)
        refused(f"scan {value} with rowAlign 0", "rowAlign", scan=value, rowAlign=0)
        refused(f"scan {value} with lsb", "bitOrder", scan=value, bitOrder=1)
    for value in (1, 2):
        refused(f"planes {value} of one bit", "planes", planes=value)
        refused(f"planes {value} of channels in bytes of their own", "planes", RGB666,
                planes=value)
        for what, color in (("gray of 2 bits", GRAY2), ("gray of 16 bits", GRAY16),
                            ("a palette of 2 bits", RED), ("RGB565", RGB565), ("cmyk", CMYK8),
                            ("an adaptive palette", ("adaptive", 4, 16, 1))):
            valid(f"planes {value} of {what}", color, planes=value)
    refused("planes of an adaptive palette of one bit", "planes", ("adaptive", 1, 2, 1), planes=1)
    for what, color in (("1 bit", ("gray", 1, 0)), ("2 bits", GRAY2), ("4 bits", GRAY4),
                        ("RGB444", RGB444), ("cmyk of 1 bit", CMYK1)):
        valid(f"lsb of {what}", color, bitOrder=1)
    for what, color in (("8 bits", GRAY8), ("16 bits", GRAY16), ("RGB565", RGB565),
                        ("RGB888", RGB888), ("cmyk of 8 bits", CMYK8)):
        refused(f"lsb of {what}", "bitOrder", color, bitOrder=1)
    valid("lsb of 8 bits in planes of one", GRAY8, bitOrder=1, planes=1)
    valid("lsb of RGB565 in planes of five and six", RGB565, bitOrder=1, planes=1)
    refused("lsb of RGB888 in planes of eight", "bitOrder", RGB888, bitOrder=1, planes=1)
    for what, color in (("gray of 16 bits", GRAY16), ("RGB565", RGB565), ("RGB888", RGB888),
                        ("cmyk of 8 bits", CMYK8), ("an RGB565 table", ("adaptive", 4, 16, 3))):
        valid(f"little of {what}", color, byteOrder=1)
    for what, color in (("1 bit", ("gray", 1, 0)), ("8 bits", GRAY8), ("RGB444", RGB444),
                        ("an RGB888 table", ("adaptive", 4, 16, 1)), ("cmyk of 1 bit", CMYK1)):
        refused(f"little of {what}", "byteOrder", color, byteOrder=1)
    refused("little of 16 bits in planes of one", "byteOrder", GRAY16, byteOrder=1, planes=1)
    refused("little of RGB888 in planes of eight", "byteOrder", RGB888, byteOrder=1, planes=1)
    valid("little of channels of 16 bits in planes", ("rgb", 16, 16, 16, 0, 48, 0), byteOrder=1,
          planes=1)
    for split in (1, 400, 799):
        valid(f"split {split} of 800 columns", split=split)
    for split in (800, 65535):
        refused(f"split {split} of 800 columns", "split", split=split)


def fit(f):
    for field, last in (("mode", 4), ("gravity", 8), ("rotate", 4)):
        for value in range(1, last + 1):
            f.valid(f"{field} {value}", fit={field: value})
        for value in (last + 1, 255):
            f.value(f"{field} {value}", f"fit.{field}", fit={field: value})
    for background in (b"\0\0\0", b"\xff\xff\xfe", b"\x12\x34\x56"):
        f.valid(f"background {background.hex()}", fit={"background": background})
    for margins in ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (799, 0, 0, 0),
                    (0, 479, 0, 0), (400, 240, 399, 239), (0, 0, 799, 479)):
        f.valid(f"margins {margins}", fit={"margins": margins})
    for margins in ((800, 0, 0, 0), (400, 0, 400, 0), (65535, 0, 65535, 0), (0, 480, 0, 0),
                    (0, 240, 0, 240), (0, 0, 0, 65535)):
        f.value(f"margins {margins}", "fit.margins.left", fit={"margins": margins})
    f.valid("margins above and below a roll", size=(576, 0), fit={"margins": (0, 65535, 0, 65535)})
    f.value("margins beside a roll", "fit.margins.left", size=(576, 0),
            fit={"margins": (288, 0, 288, 0)})


def tone_and_halftone(f):
    for gamma in (26, 255, 257, 2560):
        f.valid(f"gamma {gamma}", tone={"gamma": gamma})
    for gamma in (0, 25, 2561, 65535):
        f.value(f"gamma {gamma}", "tone.gamma", tone={"gamma": gamma})
    for field in ("contrast", "brightness"):
        for value in (-100, -1, 1, 100):
            f.valid(f"{field} {value}", tone={field: value})
        for value in (-128, -101, 101, 127):
            f.value(f"{field} {value}", f"tone.{field}", tone={field: value})
    for method in range(1, 14):
        f.valid(f"method {method}", halftone={"method": method})
    for method in (14, 255):
        f.unknown(f"method {method}", "halftone.method", halftone={"method": method})
    for strength in (0, 1, 99):
        f.valid(f"strength {strength}", halftone={"strength": strength})
    for strength in (101, 255):
        f.value(f"strength {strength}", "halftone.strength", halftone={"strength": strength})
    for flags in (0, 2, 3):
        f.valid(f"halftone flags {flags}", halftone={"flags": flags})
    for flags in (4, 5, 0x80):
        f.value(f"halftone flags {flags:02X}", "halftone.flags", halftone={"flags": flags})


def codecs_and_limits(f):
    identity, packbits = (0, 0), (1, 0)
    f.valid("PackBits", codecs=(identity, packbits))
    for bits in range(9, 16):
        f.valid(f"zlib of {bits} bits", codecs=(identity, (2, bits)))
    f.valid("every codec there is", codecs=(identity, packbits, *((2, b) for b in range(9, 16))))
    for codec in ((2, 0), (2, 8), (2, 16), (2, 255), (1, 1), (3, 0), (255, 0)):
        refuse = f.value if codec[0] in (0, 1, 2) else f.unknown
        refuse(f"codec {codec[0]} with parameter {codec[1]}", "codecs 1",
               codecs=(identity, codec))
    f.value("identity with parameter 1", "codecs 0", codecs=((0, 1),))
    f.value("PackBits alone", "codecs 0", codecs=(packbits,))
    f.value("zlib before PackBits", "codecs 2", codecs=(identity, (2, 9), packbits))
    f.value("windows descending", "codecs 2", codecs=(identity, (2, 10), (2, 9)))
    f.value("PackBits twice", "codecs 2", codecs=(identity, packbits, packbits))
    f.value("identity twice", "codecs 1", codecs=(identity, identity))
    f.value("identity last", "codecs 0", codecs=(packbits, identity))
    for count in (1, 1_048_576, 2 ** 32 - 1):
        f.valid(f"at most {count} bytes", limits=count)


def write_all():
    f = DescriptorFile()
    resolution(f)
    layout(f)
    fit(f)
    tone_and_halftone(f)
    codecs_and_limits(f)
    f.write("fields", "Resolution, layout, fit, tone, halftone, codecs and limits")
