"""Judges one form against the picture it was made from.

usage: judge.py FORM PROFILE.json PICTURE [options]

Prints one JSON object on one line. Exit status: 0 right, 1 wrong (the key "wrong" says why), 2
usage.
Keys: bytes, expectedBytes, width, height, dithered, psnr, filteredPSNR, bias (all three in linear
light; those of a palette against the target mapped into the palette's hull, and again as
unmappedPSNR against the target itself), and for channels maxCodeError (against
floor(encoded · max + ½)) and maxExcess (how far outside the interval that rounds to its code a
target lies, in 1/255 of the range), for undithered palettes maxExcess (how much farther than the
nearest entry, in --metric's unit); maxExcess of ordered methods: how far a target lies beyond
the threshold that spec/FORMS.md gives the pixel, in 1/255 of the range, or for palettes how much
farther than the entry nearest to the displaced target.

What must hold, besides exact length, legal codes and right padding:
 - undithered channels of 8 bits and more: maxCodeError ≤ --tolerance (default 1 code)
 - undithered channels of fewer bits: maxExcess ≤ --tolerance
 - undithered forms with --psnr: psnr ≥ it, in place of the two above (a decoder that shrank)
 - jpeg: psnr ≥ that of Pillow's JPEG of the same target, the same quality (referencePSNR), less 0.5
 - undithered palettes: maxExcess ≤ --excess, if given
 - bayer8, clustered-dot8 and blue-noise: maxExcess ≤ --tolerance, or for palettes ≤ --excess, if given
 - dithered forms: filteredPSNR ≥ --psnr (default 25 dB; Floyd–Steinberg in linear light reaches
   36 and more), and bias ≤ --bias, if given
 - with --preview: a PNG with the very pixels that the form's bytes show
"""

import argparse
import json
import pathlib
import sys

import numpy as np
from PIL import Image

from forme_oracle import Wrong, light, measure, ordered, pictures, profile, target, unpack


def _codes_of(form, encoded):
    """The codes that an undithered form of channels should have, and the target in code units."""
    color = form.color
    if color.model == "cmyk":
        black = 1 - encoded.max(axis=2, keepdims=True)
        room = np.where(black < 1, 1 - black, 1)
        encoded = np.concatenate([(1 - encoded - black) / room, black], axis=2)
    if form.effective_method == "threshold":
        # The nearest of black and white in linear light.
        encoded = (light.linear(encoded) >= 0.5).astype(float)
    if color.model == "gray" and color.black:
        # Rounded as a shade, then turned round.
        top = unpack.maxima(color)
        return top - np.floor(encoded * top + 0.5), top - encoded * top
    scaled = encoded * unpack.maxima(color)
    return np.floor(scaled + 0.5), scaled


def _judge_inks(codes, encoded, report):
    """Near black the inks of a colour are arbitrary, so what they show is judged, in codes."""
    paper = 1 - codes / 255
    shown = paper[:, :, :3] * paper[:, :, 3:]
    report["maxCodeError"] = int(np.abs(np.floor(shown * 255 + 0.5) - encoded * 255).max())
    report["maxExcess"] = 0.0


def _judge_channels(form, codes, encoded, report):
    if form.color.model == "cmyk" and form.color.bits == 8:
        return _judge_inks(codes, encoded, report)
    wanted, scaled = _codes_of(form, encoded)
    tops = unpack.maxima(form.color)
    report["maxCodeError"] = int(np.abs(codes - wanted).max())
    outside = (np.abs(codes - scaled) - 0.5) * 255 / tops
    if form.effective_method == "threshold":
        # Only a target this near to one half may fall on either side.
        distance = np.abs(encoded - light.encoded(0.5)) * 255
        outside = np.where(codes == wanted, 0, distance)
    report["maxExcess"] = round(max(0.0, float(outside.max())), 4)


def _entries(form, unpacked):
    if form.color.model == "adaptive":
        return unpacked.table[: form.color.colors] / 255
    return np.array(list(form.color.entries.values())) / 255


def _judge_ordered(form, unpacked, encoded, shown, report):
    """Dots of a mask can be foretold one by one."""
    if form.color.model == "palette":
        excess = ordered.palette_excess(form, encoded, shown, _entries(form, unpacked))
    elif form.color.model == "cmyk":
        excess = ordered.ink_excess(form, unpacked.codes, encoded).max()
    else:
        tops = unpack.maxima(form.color)
        excess = ordered.channel_excess(form, shown, encoded, tops).max()
    report["maxExcess"] = round(max(0.0, float(excess)), 6)


def _wrong_halftone(form, report, options):
    """What a dithered form does not reach, or None."""
    limit = options.excess if form.color.model == "palette" else options.tolerance
    if limit is not None and report.get("maxExcess", 0) > limit:
        return f"a target lies {report['maxExcess']} beyond its pixel's threshold"
    floor = 25 if options.psnr is None else options.psnr
    if report["filteredPSNR"] < floor:
        return f"filtered PSNR {report['filteredPSNR']} dB is below {floor}"
    if options.bias is not None and report["bias"] > options.bias:
        return f"bias {report['bias']} is above {options.bias}"
    return None


def _wrong_codes(form, report, options):
    """What an undithered form does not reach, or None."""
    floor = report["referencePSNR"] - 0.5 if "referencePSNR" in report else options.psnr
    if floor is not None:
        if report["psnr"] < floor:
            return f"PSNR {report['psnr']} dB is below {floor}"
        return None
    if form.color.model in ("palette", "adaptive"):
        if options.excess is not None and report["maxExcess"] > options.excess:
            return f"a colour is {report['maxExcess']} farther than the nearest one"
        return None
    fewest = int(unpack.maxima(form.color).min()).bit_length()
    if form.effective_method == "threshold" or fewest < 8:
        if report["maxExcess"] > options.tolerance:
            return f"a target lies {report['maxExcess']} / 255 outside its code"
    elif report["maxCodeError"] > options.tolerance:
        return f"a code is {report['maxCodeError']} off"
    return None


def _check_preview(path, shown):
    pixels = np.floor(shown * 255 + 0.5).astype(int)
    preview = np.asarray(Image.open(path).convert("RGB"), int)
    if preview.shape[:2] != pixels.shape[:2]:
        raise Wrong(f"the preview has {preview.shape[1]} × {preview.shape[0]} pixels")
    differing = (preview != pixels).any(axis=2)
    if differing.any():
        y, x = np.argwhere(differing)[0]
        raise Wrong(
            f"the preview differs at {differing.sum()} pixels, first at ({x}, {y}):"
            f" {preview[y, x].tolist()} for {np.broadcast_to(pixels[y, x], 3).tolist()}"
        )


def judge(form_bytes, form, picture, options, report):
    """Fills `report`; raises `Wrong` with the first thing that does not hold."""
    report["bytes"] = len(form_bytes)
    encoded = target.target(form, picture)
    height, width = encoded.shape[:2]
    report["width"], report["height"] = width, height
    if form.container == "raw":
        report["expectedBytes"] = unpack.raw_byte_count(form, height)
    unpacked = unpack.unpack(form, form_bytes, height)
    report["expectedBytes"] = unpacked.expected_bytes
    report["dithered"] = form.is_dithered

    shown = unpack.shown(form, unpacked)
    wanted = light.linear(encoded)
    is_palette = form.color.model in ("palette", "adaptive")
    if form.color.model == "palette" and len(form.color.entries) <= 64:
        entries = _entries(form, unpacked)
        report["unmappedPSNR"] = round(measure.filtered_psnr(light.linear(shown), wanted), 3)
        wanted = measure.into_hull(encoded, light.linear(entries), measure.HULLS[options.hull])
    report["psnr"] = round(measure.psnr(light.linear(shown), wanted), 3)
    report["filteredPSNR"] = round(measure.filtered_psnr(light.linear(shown), wanted), 3)
    report["bias"] = round(measure.bias(light.linear(shown), wanted), 6)

    if form.container == "jpeg":
        lost = pictures.through_jpeg(form, encoded)
        report["referencePSNR"] = round(measure.psnr(light.linear(lost), wanted), 3)
    if form.is_dithered:
        if ordered.ranks(form.effective_method) is not None:
            _judge_ordered(form, unpacked, encoded, shown, report)
        wrong = _wrong_halftone(form, report, options)
    else:
        if is_palette:
            excess = measure.palette_excess(
                options.metric, encoded, shown, _entries(form, unpacked)
            )
            report["maxExcess"] = round(excess, 6)
        else:
            _judge_channels(form, unpacked.codes, encoded, report)
        wrong = _wrong_codes(form, report, options)
    if options.picture:
        codes = np.floor(shown * 255 + 0.5).astype(np.uint8)
        Image.fromarray(np.broadcast_to(codes, (height, width, 3)).copy()).save(options.picture)
    if wrong:
        raise Wrong(wrong)
    if options.preview:
        _check_preview(options.preview, shown)


def main(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("form", type=pathlib.Path)
    parser.add_argument("profile", type=pathlib.Path)
    parser.add_argument("source", metavar="PICTURE", type=pathlib.Path)
    parser.add_argument("--alternative", type=int, default=0, help="of the profile, from 0")
    parser.add_argument("--tolerance", type=float, default=1)
    parser.add_argument("--psnr", type=float)
    parser.add_argument("--bias", type=float)
    parser.add_argument("--excess", type=float)
    parser.add_argument("--metric", choices=measure.METRICS, default="luminance")
    parser.add_argument(
        "--hull",
        choices=measure.HULLS,
        default="weighted",
        help="which point of a palette's hull is the nearest",
    )
    parser.add_argument("--preview", type=pathlib.Path, help="a PNG that must show the same")
    parser.add_argument("--picture", type=pathlib.Path, help="write what the bytes show")
    options = parser.parse_args(arguments)
    report = {}
    try:
        form = profile.parse(options.profile.read_text(encoding="utf-8"), options.alternative)
        judge(options.form.read_bytes(), form, options.source.read_bytes(), options, report)
    except (Wrong, OSError) as fault:
        report["wrong"] = str(fault)
    print(json.dumps(report))
    return 1 if "wrong" in report else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
