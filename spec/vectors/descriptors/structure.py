"""The order and the lengths of fields, and the size of a form."""
from building import DEFAULTS, TYPES, DescriptorFile, encoded, model, put_field
from framing import Fields

ALL = dict(
    resolution=(203, 204), layout={"mirror": 1}, fit={"mode": 1}, tone={"gamma": 300},
    halftone={"method": 13}, codecs=((0, 0), (1, 0), (2, 12)), limits=1_048_576,
    container={"id": 3})


def fields_in_order(f):
    f.valid("nothing but size and color", noted=True)
    f.valid("every field", noted=True, **ALL)
    f.valid("every field but layout", **{k: v for k, v in ALL.items() if k != "layout"})
    f.refused("nothing", b"", "INVALID_DESCRIPTOR", "missing")
    f.refused("no color", encoded(model(), without=("color",)), "INVALID_DESCRIPTOR", "missing")
    f.refused("no size", encoded(model(), without=("size",)), "INVALID_DESCRIPTOR", "missing")
    names = list(DEFAULTS)
    for first, second in zip(names, names[1:]):
        order = [name for name in names if name not in (first, second)]
        order[names.index(first):names.index(first)] = [second, first]
        p = encoded(model(**ALL), order=order)
        f.refused(f"{second} before {first}", p, "INVALID_DESCRIPTOR", "order",
                  p.at(f"{first} type"))
    for name in names:
        p = Fields(0)
        for other in names:
            put_field(p, other, model(**ALL)[other])
            if other == name:
                at = p.end
                put_field(p, other, model(**ALL)[other])
        f.refused(f"{name} twice", p, "INVALID_DESCRIPTOR", "order", at)
    for kind in (0x00, 0x0B, 0x0C, 0x7F, 0x80, 0xFF):
        base = encoded(model())
        data = bytes([kind, 0, 1, 0])
        if kind == 0:
            f.refused("a field of the type 00", data + base.data, "UNSUPPORTED_FIELD", "unknown", 0)
        else:
            f.refused(f"a field of the type {kind:02X}", base.data + data, "UNSUPPORTED_FIELD",
                      "unknown", base.end)
    f.refused("an empty field of the type 0B", encoded(model()).data + b"\x0b\0\0",
              "UNSUPPORTED_FIELD", "unknown", encoded(model()).end)
    for name in names[1:]:
        if name != "color":
            p = encoded(model(), with_defaults=(name,))
            f.refused(f"{name} with its default", p, "INVALID_DESCRIPTOR", "default",
                      p.at(f"{name} type"))


def lengths(f):
    for name in DEFAULTS:
        for longer in (-1, 1):
            p = Fields(0)
            for other in DEFAULTS:
                put_field(p, other, model(**ALL)[other], longer if other == name else 0)
            f.refused(f"{name} a byte too {'short' if longer < 0 else 'long'}", p,
                      "INVALID_DESCRIPTOR", "length", p.at(f"{name} length") + 2)
        base = encoded(model(**ALL), without=list(DEFAULTS)[TYPES[name] - 1:])
        f.refused(f"{name} empty", base.data + bytes([TYPES[name], 0, 0]),
                  "INVALID_DESCRIPTOR", "length", base.end + 3)
    whole = encoded(model())
    f.refused("a type and nothing else", whole.data + b"\x09", "INVALID_DESCRIPTOR", "truncated",
              whole.end + 1)
    f.refused("half of a length", whole.data + b"\x09\0", "INVALID_DESCRIPTOR", "truncated",
              whole.end + 1)
    f.refused("a length and no value", whole.data + b"\x09\0\x02", "INVALID_DESCRIPTOR",
              "truncated", whole.end + 3)
    f.refused("a value without its last byte", encoded(model(**ALL)).data[:-1],
              "INVALID_DESCRIPTOR", "truncated", encoded(model(**ALL)).at("limits length") + 2)
    f.refused("a length of 65,535", whole.data + b"\x09\xff\xff\0\0", "INVALID_DESCRIPTOR",
              "truncated", whole.end + 3)
    for count in (2048, 2049):
        rest = count - whole.end - 3
        data = whole.data + b"\x08" + rest.to_bytes(2, "big") + b"\x03" + bytes(rest - 1)
        if count == 2048:
            f.refused("2,048 bytes, of a field that is too long", data, "INVALID_DESCRIPTOR",
                      "length", whole.end + 3)
        else:
            f.refused("2,049 bytes", data, "INVALID_DESCRIPTOR", "value", 0)


def sizes(f):
    gray = ("gray", 1, 0)
    for size in ((1, 1), (65535, 1), (1, 65535), (65535, 1024), (8192, 8192), (1, 0), (65535, 0)):
        f.valid(f"{size[0]} x {size[1]}", size=size)
    f.valid("a roll", size=(576, 0))
    for size in ((0, 480), (0, 0)):
        f.value(f"{size[0]} x {size[1]}", "size.width", size=size)
    for size in ((8192, 8193), (65535, 1025), (65535, 65535), (1025, 65535)):
        f.too_large(f"{size[0]} x {size[1]}, too many pixels", size=size, color=gray)
    f.valid("67,108,864 pixels and bytes", size=(8192, 8192), color=("gray", 8, 0))
    f.valid("67,108,864 bytes of 33,554,432 pixels", size=(8192, 4096), color=("gray", 16, 0))
    f.too_large("a row of 16,384 bytes more", size=(8192, 4097), color=("gray", 16, 0))
    f.valid("67,107,840 bytes of RGB888", size=(8192, 2730), color=("rgb", 8, 8, 8, 0, 24, 0))
    f.too_large("a row of RGB888 more", size=(8192, 2731), color=("rgb", 8, 8, 8, 0, 24, 0))
    f.too_large("48 bits a pixel", size=(4096, 2731), color=("rgb", 16, 16, 16, 0, 48, 0))
    f.valid("48 bits a pixel, a row less", size=(4096, 2730), color=("rgb", 16, 16, 16, 0, 48, 0))
    f.valid("rows aligned to 64 bytes, 65,536 in a row", size=(65_473, 1024), color=("gray", 8, 0),
            layout={"rowAlign": 64})
    f.valid("67,086,250 bytes of as many pixels", size=(65_450, 1025), color=("gray", 8, 0))
    f.too_large("the same aligned to 255 bytes, 65,535 in a row", size=(65_450, 1025),
                color=("gray", 8, 0), layout={"rowAlign": 255})


def write_all():
    f = DescriptorFile()
    fields_in_order(f)
    lengths(f)
    sizes(f)
    f.write("structure", "Order, lengths and sizes")
