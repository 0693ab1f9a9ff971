"""Profile files: one JSON object, absent keys are the defaults."""

import json
import re
from dataclasses import dataclass, field
from fractions import Fraction

from . import Wrong

GRAVITIES = "center north north-east east south-east south south-west west north-west".split()
DITHERS = {
    "floyd-steinberg",
    "jarvis-judice-ninke",
    "stucki",
    "burkes",
    "sierra",
    "sierra-two-row",
    "sierra-lite",
    "atkinson",
    "bayer8",
    "clustered-dot8",
    "blue-noise",
}
PLAIN_CONTAINERS = set("raw pnm bmp png wbmp lvgl pwg urf openepaperlink jpeg".split())
PRINTER_CONTAINERS = set(
    """escpos-gs-v-0 escpos-gs-8-l escpos-bit-image zpl-gfa zpl-z64 epl-gw tspl-bitmap cpcl-eg
    brother-ql star-raster dymo""".split()
)
METHODS = DITHERS | {"auto", "none", "threshold"}


@dataclass
class Color:
    """`model` decides which of the other fields mean anything."""

    model: str
    bits: int = 0
    black: int = 0
    entries: dict = field(default_factory=dict)  # code: (r, g, b), 0…255
    colors: int = 0
    table: str = "rgb888"
    red: int = 0
    green: int = 0
    blue: int = 0
    alpha: int = 0
    pixel_bits: int = 0
    order: str = "rgb"
    byte_top: bool = False

    @property
    def channels(self):
        """(name, bits) from the most significant bits of a pixel down; rgb and cmyk only."""
        if self.model == "cmyk":
            return [(ink, self.bits) for ink in "cmyk"]
        names = "rgb" if self.order == "rgb" else "bgr"
        widths = {"r": self.red, "g": self.green, "b": self.blue}
        top = [("a", self.alpha)] if self.alpha else []
        return top + [(name, widths[name]) for name in names]

    @property
    def bits_per_pixel(self):
        if self.model == "rgb":
            return self.pixel_bits
        return self.bits * 4 if self.model == "cmyk" else self.bits


@dataclass
class Profile:
    """Everything that decides a form's bytes; lengths in pixels."""

    width: int
    height: int  # 0: a roll
    color: Color
    dpi: tuple = (0, 0)
    bit_order: str = "msb"
    byte_order: str = "big"
    row_align: int = 1
    pad_bit: int = 0
    scan: str = "rows"
    mirror: str = "none"
    planes: str = "packed"
    split: int = 0
    mode: str = "contain"
    gravity: str = "center"
    background: tuple = (255, 255, 255)
    rotate: object = 0
    margins: tuple = (0, 0, 0, 0)  # left top right bottom
    gamma: Fraction = Fraction(1)
    contrast: int = 0
    brightness: int = 0
    method: str = "auto"
    strength: int = 100
    keep_edges: bool = False
    container: str = "raw"
    parameters: dict = field(default_factory=dict)  # of the container, prefix and suffix as bytes

    @property
    def is_roll(self):
        return self.height == 0

    @property
    def effective_method(self):
        """`auto` resolved: diffusion for palettes and for channels below 8 bits, else nothing."""
        if self.method != "auto":
            return self.method
        if self.color.model in ("palette", "adaptive"):
            return "floyd-steinberg"
        if self.color.model == "rgb":
            fewest = min(bits for name, bits in self.color.channels if name != "a")
        else:
            fewest = self.color.bits
        return "floyd-steinberg" if fewest < 8 else "none"

    @property
    def is_dithered(self):
        return self.effective_method in DITHERS


class _Reader:
    """One JSON object; every key must be asked for, else it is unknown."""

    def __init__(self, value, where):
        if not isinstance(value, dict):
            raise Wrong(f"profile: {where or 'the file'} is not an object")
        self.value, self.where, self.asked = value, where, set()

    def name(self, key):
        return f"{self.where}.{key}" if self.where else key

    def get(self, key, default=None, kind=int):
        self.asked.add(key)
        if key not in self.value:
            if default is None:
                raise Wrong(f"profile: {self.name(key)} is missing")
            return default
        value = self.value[key]
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not fits:
            raise Wrong(f"profile: {self.name(key)} has the wrong type")
        return value

    def word(self, key, words, default=None):
        value = self.get(key, default, str)
        if value not in words:
            raise Wrong(f"profile: {self.name(key)} is '{value}', not one of {sorted(words)}")
        return value

    def number(self, key, low, high, default=None):
        value = self.get(key, default)
        if not low <= value <= high:
            raise Wrong(f"profile: {self.name(key)} is {value}, not {low}…{high}")
        return value

    def inner(self, key):
        self.asked.add(key)
        return _Reader(self.value.get(key, {}), self.name(key))

    def finish(self):
        for key in self.value:
            if key not in self.asked:
                raise Wrong(f"profile: {self.name(key)} is unknown")


def _rgb(text, where):
    if not isinstance(text, str) or not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise Wrong(f"profile: {where} is not of the form #rrggbb")
    return tuple(bytes.fromhex(text[1:]))


def _color(reader):
    model = reader.word("model", {"gray", "palette", "adaptive", "rgb", "cmyk"})
    color = Color(model)
    if model != "rgb":
        color.bits = reader.number("bits", 1, 16)
    if model == "gray":
        color.black = reader.number("black", 0, 1, 0)
    elif model == "palette":
        for index, entry in enumerate(reader.get("entries", kind=list)):
            item = _Reader(entry, reader.name(f"entries[{index}]"))
            code = item.number("code", 0, (1 << color.bits) - 1)
            if color.entries and code <= max(color.entries):
                raise Wrong(f"profile: {item.name('code')} does not ascend")
            color.entries[code] = _rgb(item.get("rgb", kind=str), item.name("rgb"))
            item.finish()
        if not color.entries:
            raise Wrong("profile: color.entries is empty")
    elif model == "adaptive":
        color.colors = reader.number("colors", 2, 1 << color.bits)
        color.table = reader.word("table", {"rgb888", "bgra8888", "rgb565"}, "rgb888")
    elif model == "rgb":
        color.red, color.green, color.blue = (
            reader.number(key, 1, 16) for key in ("red", "green", "blue")
        )
        color.alpha = reader.number("alpha", 0, 16, 0)
        color.pixel_bits = reader.number("pixelBits", 8, 48)
        color.order = reader.word("order", {"rgb", "bgr"}, "rgb")
        color.byte_top = reader.get("byteTop", False, bool)
    reader.finish()
    return color


def _layout(profile, reader):
    profile.bit_order = reader.word("bitOrder", {"msb", "lsb"}, "msb")
    profile.byte_order = reader.word("byteOrder", {"big", "little"}, "big")
    profile.row_align = reader.number("rowAlign", 0, 255, 1)
    profile.pad_bit = reader.number("padBit", 0, 1, 0)
    profile.scan = reader.word(
        "scan", {"rows", "pages-lsb-top", "pages-msb-top", "columns"}, "rows"
    )
    profile.mirror = reader.word("mirror", {"none", "horizontal", "vertical", "both"}, "none")
    profile.planes = reader.word(
        "planes", {"packed", "planar-high-first", "planar-low-first"}, "packed"
    )
    profile.split = reader.number("split", 0, profile.width - 1, 0)
    reader.finish()


def _fit(profile, reader):
    profile.mode = reader.word("mode", {"contain", "cover", "stretch", "none", "shrink"}, "contain")
    profile.gravity = reader.word("gravity", set(GRAVITIES), "center")
    background = reader.get("background", "#ffffff", str)
    profile.background = _rgb(background, reader.name("background"))
    profile.rotate = reader.get("rotate", 0, (int, str))
    if profile.rotate not in (0, 90, 180, 270, "auto"):
        raise Wrong(f"profile: {reader.name('rotate')} is {profile.rotate}")
    margins = reader.inner("margins")
    profile.margins = tuple(
        margins.number(side, 0, 65535, 0) for side in ("left", "top", "right", "bottom")
    )
    margins.finish()
    reader.finish()


def _tone(profile, reader):
    gamma = reader.get("gamma", 1.0, (int, float))
    if not 0.1 <= gamma <= 10:
        raise Wrong(f"profile: {reader.name('gamma')} is {gamma}, not 0.1…10")
    # Rounded half up to 1/256, from the decimal as written.
    profile.gamma = Fraction((Fraction(str(gamma)) * 256 + Fraction(1, 2)).__floor__(), 256)
    profile.contrast = reader.number("contrast", -100, 100, 0)
    profile.brightness = reader.number("brightness", -100, 100, 0)
    reader.finish()


def _bytes(reader, key):
    text = reader.get(key, "", str)
    if not re.fullmatch("([0-9a-fA-F]{2}){0,255}", text):
        raise Wrong(f"profile: {reader.name(key)} is not of bytes")
    return bytes.fromhex(text)


def _container(profile, reader):
    name = profile.container = reader.word("id", PLAIN_CONTAINERS | PRINTER_CONTAINERS)
    found = profile.parameters
    if name in PRINTER_CONTAINERS:
        found["prefix"], found["suffix"] = _bytes(reader, "prefix"), _bytes(reader, "suffix")
    if name == "escpos-gs-v-0":
        found["stripRows"] = reader.number("stripRows", 1, 65535, 255)
    if name == "jpeg":
        found["quality"] = reader.number("quality", 1, 100)
    if name == "brother-ql":
        found["modelClass"] = reader.word("modelClass", {"ql-700", "ql-800", "ql-1050"})
        found["mediaType"] = reader.word("mediaType", {"continuous", "die-cut"})
        found["mediaWidth"] = reader.number("mediaWidth", 1, 255)
        found["mediaLength"] = reader.number("mediaLength", 0, 255, 0)
        found["margin"] = reader.number("margin", 0, 65535, 35)
        found["cut"] = reader.get("cut", True, bool)
    reader.finish()


def parse(text, alternative=0):
    """The profile of `text`, or its alternative of that number; `Wrong` names the key."""
    try:
        value = json.loads(text)
    except ValueError as fault:
        raise Wrong(f"profile: {fault}") from None
    if isinstance(value, dict) and "alternatives" in value:
        try:
            value = value["alternatives"][alternative]
        except (IndexError, TypeError):
            raise Wrong(f"profile: there is no alternative {alternative}") from None
    elif alternative:
        raise Wrong(f"profile: there is no alternative {alternative}")
    reader = _Reader(value, "")
    size = reader.inner("size")
    width = size.number("width", 1, 65535)
    height = size.number("height", 0, 65535, 0 if "height" not in size.value else None)
    size.finish()
    profile = Profile(width, height, _color(reader.inner("color")))
    resolution = reader.inner("resolution")
    profile.dpi = tuple(resolution.number(axis, 0, 65535, 0) for axis in ("x", "y"))
    resolution.finish()
    _layout(profile, reader.inner("layout"))
    _fit(profile, reader.inner("fit"))
    _tone(profile, reader.inner("tone"))
    halftone = reader.inner("halftone")
    profile.method = halftone.word("method", METHODS, "auto")
    profile.strength = halftone.number("strength", 0, 100, 100)
    halftone.get("serpentine", True, bool)
    profile.keep_edges = halftone.get("keepEdges", False, bool)
    halftone.finish()
    if "container" in value:
        _container(profile, reader.inner("container"))
    reader.get("name", "", str)
    reader.get("codecs", [], list)
    reader.inner("limits")
    reader.get("device", {}, (dict, str))
    reader.finish()
    return profile
