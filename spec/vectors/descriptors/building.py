"""A descriptor from its fields, as the tables of spec/DESCRIPTOR.md have them."""
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from framing import Fields, form_key, write  # noqa: E402

DEFAULTS = {
    "size": (800, 480),
    "resolution": (0, 0),
    "color": ("gray", 1, 0),
    "layout": {"bitOrder": 0, "byteOrder": 0, "rowAlign": 1, "padBit": 0, "scan": 0, "mirror": 0,
               "planes": 0, "split": 0},
    "fit": {"mode": 0, "gravity": 0, "background": b"\xff\xff\xff", "rotate": 0,
            "margins": (0, 0, 0, 0)},
    "tone": {"gamma": 256, "contrast": 0, "brightness": 0},
    "halftone": {"method": 0, "strength": 100, "flags": 1},
    "container": {"id": 0},
    "codecs": ((0, 0),),
    "limits": 0,
}
TYPES = {name: index + 1 for index, name in enumerate(DEFAULTS)}

WITH_AFFIXES = (16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26)


def container(number, prefix=b"", suffix=b"", **parameters):
    """A container with all its parameters."""
    value = {"id": number, **parameters}
    if number in WITH_AFFIXES:
        value |= {"prefix": prefix, "suffix": suffix}
    return value


def model(**changes):
    """A descriptor's fields; layout, fit, tone and halftone may be given in part."""
    fields = dict(DEFAULTS)
    for name, value in changes.items():
        fields[name] = DEFAULTS[name] | value if name in ("layout", "fit", "tone", "halftone") \
            else value
    return fields


def put_color(p, color):
    kind, *rest = color
    if kind == "gray":
        p.u8("color.model", 1)
        p.u8("color.bits", rest[0])
        p.u8("color.black", rest[1])
    elif kind == "palette":
        bits, entries = rest
        p.u8("color.model", 2)
        p.u8("color.bits", bits)
        p.u8("color.count", len(entries) & 0xFF)
        for index, entry in enumerate(entries):
            p.raw(f"color.entries {index}", bytes(entry))
    elif kind == "adaptive":
        p.u8("color.model", 3)
        p.u8("color.bits", rest[0])
        p.u16("color.colors", rest[1])
        p.u8("color.table", rest[2])
    elif kind == "rgb":
        p.u8("color.model", 4)
        for name, value in zip(("red", "green", "blue", "alpha", "pixelBits", "flags"), rest):
            p.u8(f"color.{name}", value)
    else:
        p.u8("color.model", 5 if kind == "cmyk" else kind)
        p.u8("color.bits", rest[0])


def put_container(p, value):
    p.u8("container.id", value["id"])
    widths = {"stripRows": p.u16, "margin": p.u16}
    for name, parameter in value.items():
        if name == "id":
            continue
        if isinstance(parameter, bytes):
            p.u8(f"container.{name} length", len(parameter))
            p.raw(f"container.{name}", parameter)
        else:
            widths.get(name, p.u8)(f"container.{name}", parameter)


def put_value(p, name, value):
    if name == "size":
        p.u16("size.width", value[0])
        p.u16("size.height", value[1])
    elif name == "resolution":
        p.u16("resolution.x", value[0])
        p.u16("resolution.y", value[1])
    elif name == "color":
        put_color(p, value)
    elif name == "layout":
        for key, number in value.items():
            (p.u16 if key == "split" else p.u8)(f"layout.{key}", number)
    elif name == "fit":
        p.u8("fit.mode", value["mode"])
        p.u8("fit.gravity", value["gravity"])
        p.raw("fit.background", value["background"])
        p.u8("fit.rotate", value["rotate"])
        for side, number in zip(("left", "top", "right", "bottom"), value["margins"]):
            p.u16(f"fit.margins.{side}", number)
    elif name == "tone":
        p.u16("tone.gamma", value["gamma"])
        p.i8("tone.contrast", value["contrast"])
        p.i8("tone.brightness", value["brightness"])
    elif name == "halftone":
        for key, number in value.items():
            p.u8(f"halftone.{key}", number)
    elif name == "container":
        put_container(p, value)
    elif name == "codecs":
        for index, codec in enumerate(value):
            p.raw(f"codecs {index}", bytes(codec))
    else:
        p.u32("limits.maxBytes", value)


def put_field(p, name, value, longer=0):
    """One field; its length is that of the value and `longer` bytes more or less."""
    inner = Fields(p.end + 3)
    put_value(inner, name, value)
    data = inner.data[:longer] if longer < 0 else inner.data + bytes(longer)
    p.u8(f"{name} type", TYPES[name])
    p.u16(f"{name} length", len(data))
    kept = p.end + len(data)
    p.notes += [note for note in inner.notes if note["at"] + note["length"] <= kept]
    p.data += data


def encoded(fields, with_defaults=(), without=(), order=None):
    """The descriptor: defaults are left out, but for those in `with_defaults`."""
    p = Fields(0)
    for name in order or DEFAULTS:
        is_default = fields[name] == DEFAULTS[name] and name not in ("size", "color")
        if name not in without and (not is_default or name in with_defaults):
            put_field(p, name, fields[name])
    return p


def value_of(fields):
    """The fields that are not at their defaults, in numbers."""
    kind, *rest = fields["color"]
    color = {
        "gray": lambda: {"model": 1, "bits": rest[0], "black": rest[1]},
        "palette": lambda: {"model": 2, "bits": rest[0],
                            "entries": [list(entry) for entry in rest[1]]},
        "adaptive": lambda: {"model": 3, "bits": rest[0], "colors": rest[1], "table": rest[2]},
        "rgb": lambda: {"model": 4, **dict(zip(
            ("red", "green", "blue", "alpha", "pixelBits", "flags"), rest))},
        "cmyk": lambda: {"model": 5, "bits": rest[0]},
    }[kind]()
    fit = fields["fit"]
    value = {
        "size": list(fields["size"]),
        "resolution": list(fields["resolution"]),
        "color": color,
        "layout": fields["layout"],
        "fit": fit | {"background": fit["background"].hex(), "margins": list(fit["margins"])},
        "tone": fields["tone"],
        "halftone": fields["halftone"],
        "container": {key: value.hex() if isinstance(value, bytes) else value
                      for key, value in fields["container"].items()},
        "codecs": [list(codec) for codec in fields["codecs"]],
        "limits": fields["limits"],
    }
    return {name: value[name] for name in value
            if name in ("size", "color") or fields[name] != DEFAULTS[name]}


class DescriptorFile:
    def __init__(self):
        self.cases = []

    def valid(self, title, noted=False, **changes):
        """A descriptor that is taken, with its fields and its form key."""
        fields = model(**changes)
        p = encoded(fields)
        self.cases.append({
            "title": title, "requirements": ["FORME-5.3-8"], "hex": p.data.hex(),
            **({"fields": p.notes} if noted else {}), "value": value_of(fields),
            "key": form_key(p.data).hex()})

    def refused(self, title, p, code, reason, at=None):
        """Bytes that are no descriptor, or not one that can be served."""
        requirement = {"UNSUPPORTED_FIELD": ["FORME-5.3-10", "FORME-5.3-13"],
                       "FORM_TOO_LARGE": ["FORME-5.3-11", "FORME-5.3-13", "FORME-12-5"],
                       "INVALID_DESCRIPTOR": ["FORME-5.3-12", "FORME-5.3-13"]}[code]
        data = p if isinstance(p, bytes) else p.data
        error = {"code": code, "reason": reason}
        if at is not None:
            error["offset"] = at
        self.cases.append({
            "title": title, "requirements": requirement, "hex": data.hex(), "error": error})

    def value(self, title, field, **changes):
        """A value that is out of its range, or refused in this combination; `field` says where."""
        p = encoded(model(**changes))
        self.refused(title, p, "INVALID_DESCRIPTOR", "value", p.at(field) if field else None)

    def unknown(self, title, field, **changes):
        """A number that some server may know, where `field` stands."""
        p = encoded(model(**changes))
        self.refused(title, p, "UNSUPPORTED_FIELD", "unknown", p.at(field))

    def too_large(self, title, **changes):
        self.refused(title, encoded(model(**changes)), "FORM_TOO_LARGE", "size")

    def write(self, name, title):
        write(FOLDER / f"{name}.json", title, self.cases)
