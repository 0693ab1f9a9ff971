"""Adaptive palettes beside those of Pillow and pngquant, all dithered, all from one scaled target."""

import io
import os
import resource
import statistics
import subprocess
import time

import numpy as np
from PIL import Image

from forme_oracle import light, measure

TITLE = "Adaptive palettes: filtered PSNR in dB (σ 1.5, linear light), processor time in ms"

FOLDER = "/usr/share/backgrounds/mate"
PICTURES = [
    "nature/Aqua.jpg", "nature/Garden.jpg", "nature/FreshFlower.jpg",
    "nature/LadyBird.jpg", "nature/Storm.jpg", "abstract/Elephants.jpg",
]  # fmt: skip
SIZE = (800, 480)
ROUNDS = 5
METHODS = {
    "median cut": Image.Quantize.MEDIANCUT,
    "maximum coverage": Image.Quantize.MAXCOVERAGE,
    "octree": Image.Quantize.FASTOCTREE,
}


def _profile(color, container):
    size = {"width": SIZE[0], "height": SIZE[1]}
    return {"size": size, "color": color, "fit": {"mode": "cover"}, "container": {"id": container}}


def _adaptive(count):
    bits = max(1, (count - 1).bit_length())
    return {"model": "adaptive", "bits": next(n for n in (1, 2, 4, 8) if n >= bits), "colors": count}


RGB = {"model": "rgb", "red": 8, "green": 8, "blue": 8, "pixelBits": 24}


def _picture(png):
    return Image.open(io.BytesIO(png)).convert("RGB")


def _linear(picture):
    return light.linear(np.asarray(picture, float) / 255)


def _pillow(target, count, method):
    """Its best way: a palette by any method, its Floyd–Steinberg over that palette."""
    palette = target.quantize(count, method=method)
    return target.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).convert("RGB")


def _pngquant(png, count):
    result = subprocess.run(
        ["pngquant", "--speed", "1", str(count), "-"], input=png, capture_output=True, check=True
    )
    return _picture(result.stdout)


def _pillow_from_jpeg(file, count, method):
    picture = Image.open(file)
    picture = picture.convert("RGB")
    scale = max(SIZE[0] / picture.width, SIZE[1] / picture.height)
    picture = picture.resize(
        (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
    )
    left, top = (picture.width - SIZE[0]) // 2, (picture.height - SIZE[1]) // 2
    return _pillow(picture.crop((left, top, left + SIZE[0], top + SIZE[1])), count, method)


def _own_time(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def _child_time(work):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _form_time(forme, file, count):
    """Of the server, for one form of a picture that it holds."""
    name = forme.register(file)
    before = forme.processor_seconds()
    forme.fetch(name, _profile(_adaptive(count), "raw"))
    return forme.processor_seconds() - before


def _times(forme, file, png, count):
    """Medians, measured in turn."""
    works = {"forme": lambda: _form_time(forme, file, count)}
    for name, method in METHODS.items():
        works[name] = lambda method=method: _own_time(
            lambda: _pillow_from_jpeg(file, count, method)
        )
    works["pngquant"] = lambda: _child_time(lambda: _pngquant(png, count))
    taken = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            taken[name].append(work())
    return {name: statistics.median(values) * 1_000 for name, values in taken.items()}


def rows(forme):
    yield "Times of Forme and Pillow are from JPEG, pngquant's is without decoding and scaling."
    yield ""
    yield "| picture | colours | Forme | Pillow | pngquant | Forme ms | Pillow ms | pngquant ms |"
    yield "|---|---|---|---|---|---|---|---|"
    gains = []
    for picture in PICTURES:
        file = os.path.join(FOLDER, picture)
        name = forme.register(file)
        png = forme.fetch(name, _profile(RGB, "png"))
        target = _picture(png)
        wanted = _linear(target)
        for count in (16, 64, 256):
            ours = _picture(forme.fetch(name, _profile(_adaptive(count), "png")))
            score = measure.filtered_psnr(_linear(ours), wanted)
            scores = {
                method: measure.filtered_psnr(_linear(_pillow(target, count, number)), wanted)
                for method, number in METHODS.items()
            }
            best = max(scores, key=scores.get)
            theirs = measure.filtered_psnr(_linear(_pngquant(png, count)), wanted)
            times = _times(forme, file, png, count)
            gains.append(score - max(scores[best], theirs))
            fastest = min(times[method] for method in METHODS)
            yield (
                f"| {os.path.basename(picture)} | {count} | {score:.2f} | {scores[best]:.2f} {best} "
                f"| {theirs:.2f} | {times['forme']:.0f} | {fastest:.0f} | {times['pngquant']:.0f} |"
            )
    yield ""
    yield (
        f"Forme less the better of the two: {min(gains):+.2f} dB at the least, "
        f"{statistics.mean(gains):+.2f} dB in the mean; better in {sum(g > 0 for g in gains)} "
        f"of {len(gains)}."
    )
