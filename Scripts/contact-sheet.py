"""Draws the previews of one picture's forms on one sheet, and prints the table of their weights.

usage: contact-sheet.py FOLDER SHEET.png [--title TEXT]

FOLDER holds, for each form, NN.png (the preview), NN.json (what `forme-device fetch --json` says),
NN.form (the form's bytes) and NN.name (the label). The sheet adds nothing to a preview: small ones
are enlarged by whole factors, so that a panel's pixel stays a sharp square, and large ones are
averaged in linear light, since a halftone scaled by its encoded values would come out too dark.
"""

import argparse
import json
import pathlib
import sys

from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH, CELL_HEIGHT = 400, 300
LABEL_HEIGHT = 80
GAP = 28
BORDER = 40
TITLE_HEIGHT = 76
PAPER, INK, FADED, FRAME = "#f4f2ed", "#1d1d1b", "#6a6861", "#c9c5ba"


class Fault(Exception):
    """What the person at the terminal is told."""


class Form:
    """One device's form: what it was told, and what it shows."""

    def __init__(self, stem):
        self.name = stem.with_suffix(".name").read_text().strip()
        report = json.loads(stem.with_suffix(".json").read_text())
        try:
            self.status = report["status"]
            self.width, self.height = report["width"], report["height"]
            self.codec = report["codec"]
            self.sent, self.held = report["bytesAsSent"], report["bytes"]
        except KeyError as missing:
            raise Fault(f"{self.name}: fetch --json did not report {missing}") from None
        if self.status != "ok":
            raise Fault(f"{self.name}: status is {self.status}, not ok")
        on_disk = stem.with_suffix(".form").stat().st_size
        if on_disk != self.held:
            raise Fault(f"{self.name}: {self.held} bytes were reported and {on_disk} written")
        self.preview = Image.open(stem.with_suffix(".png")).convert("RGB")
        if self.preview.size != (self.width, self.height):
            raise Fault(
                f"{self.name}: the preview is {self.preview.size}, the form"
                f" {(self.width, self.height)}"
            )

    @property
    def pixels(self):
        return f"{self.width} × {self.height}"

    @property
    def weight(self):
        if self.codec == "identity":
            return f"{self.sent:,} bytes"
        return f"{self.sent:,} bytes as {self.codec}, {self.held:,} unpacked"


def read_forms(folder):
    """The forms of `folder`, in the order of their numbers."""
    forms = [Form(path.with_suffix("")) for path in sorted(folder.glob("*.json"))]
    if not forms:
        raise Fault(f"no form in {folder}")
    return forms


def print_table(forms):
    """One line a form, on standard output."""
    rows = [("device", "pixels", "codec", "as sent", "as held")]
    rows += [(f.name, f.pixels, f.codec, f"{f.sent:,}", f"{f.held:,}") for f in forms]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        texts = [row[column].ljust(widths[column]) for column in range(3)]
        numbers = [row[column].rjust(widths[column]) for column in (3, 4)]
        print("   " + "  ".join(texts + numbers))


def averaged(picture, size):
    """`picture` scaled down in linear light; box-filtered, so every panel pixel counts once."""
    to_linear = [_linear(code / 255) for code in range(256)]
    channels = []
    for channel in picture.split():
        light = channel.point(to_linear, "F").resize(size, Image.Resampling.BOX)
        # "L" rounds down, so half a code is added.
        channels.append(_map(light, lambda v: 255 * _encoded(v) + 0.5).convert("L"))
    return Image.merge("RGB", channels)


def _map(picture, function):
    result = Image.new("F", picture.size)
    result.putdata([function(value) for value in picture.getdata()])
    return result


def _linear(encoded):
    return encoded / 12.92 if encoded <= 0.04045 else ((encoded + 0.055) / 1.055) ** 2.4


def _encoded(linear):
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def fitted(picture):
    """The preview as it stands in its cell, and a word about its scale."""
    width, height = picture.size
    factor = min(CELL_WIDTH // width, CELL_HEIGHT // height)
    if factor >= 1:
        size = (width * factor, height * factor)
        return picture.resize(size, Image.Resampling.NEAREST), f"{factor} : 1"
    ratio = min(CELL_WIDTH / width, CELL_HEIGHT / height)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return averaged(picture, size), f"1 : {1 / ratio:.3g}"


def font(size, bold=False):
    """DejaVu, which the demo installs; Pillow's own bitmap letters where it is missing."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    try:
        return ImageFont.truetype(f"/usr/share/fonts/truetype/dejavu/{name}", size)
    except OSError:
        return ImageFont.load_default()


def shortened(draw, text, face, width):
    """`text`, cut to `width` pixels."""
    if draw.textlength(text, font=face) <= width:
        return text
    while text and draw.textlength(text + "…", font=face) > width:
        text = text[:-1]
    return text + "…"


def column_count(form_count):
    """The grid whose last row is fullest, near to the shape of a screen."""
    candidates = [count for count in (4, 3, 5) if count <= form_count] or [form_count]
    return min(candidates, key=lambda count: (-form_count % count, abs(count - 4)))


def draw_sheet(forms, title):
    columns = column_count(len(forms))
    rows = -(-len(forms) // columns)
    step_x, step_y = CELL_WIDTH + GAP, CELL_HEIGHT + LABEL_HEIGHT + GAP
    sheet = Image.new(
        "RGB",
        (2 * BORDER + columns * step_x - GAP, BORDER + TITLE_HEIGHT + rows * step_y - GAP + BORDER),
        PAPER,
    )
    draw = ImageDraw.Draw(sheet)
    draw.text((BORDER, BORDER - 6), title, font=font(34, bold=True), fill=INK)
    for index, form in enumerate(forms):
        row, column = divmod(index, columns)
        x = BORDER + column * step_x
        y = BORDER + TITLE_HEIGHT + row * step_y
        picture, scale = fitted(form.preview)
        left = x + (CELL_WIDTH - picture.width) // 2
        top = y + (CELL_HEIGHT - picture.height) // 2
        draw.rectangle(
            (left - 1, top - 1, left + picture.width, top + picture.height), outline=FRAME
        )
        sheet.paste(picture, (left, top))
        y += CELL_HEIGHT + 10
        face = font(17, bold=True)
        draw.text((x, y), shortened(draw, form.name, face, CELL_WIDTH), font=face, fill=INK)
        face = font(14)
        for line in (f"{form.pixels} pixels, shown {scale}", form.weight):
            y += 22 if line == form.weight else 26
            draw.text((x, y), shortened(draw, line, face, CELL_WIDTH), font=face, fill=FADED)
    return sheet


def main():
    parser = argparse.ArgumentParser(description="Draws previews of forms on one sheet.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("sheet", type=pathlib.Path)
    parser.add_argument("--title", default="Forms")
    arguments = parser.parse_args()
    try:
        forms = read_forms(arguments.folder)
        print_table(forms)
        draw_sheet(forms, arguments.title).save(arguments.sheet)
    except (Fault, OSError, ValueError) as fault:
        sys.exit(f"contact-sheet.py: {fault}")


if __name__ == "__main__":
    main()
