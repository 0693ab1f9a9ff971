"""What registering a picture costs when forms of it are pending: the server's processor time for one
registration with all kinds of --profiles known and render-after 0, and with none, against djpeg's for
one full decode of the same file.

usage: measure-fanout.py PROGRAMS [--photo FILE.jpg] [--rounds N] [--profiles NAME,…]

PROGRAMS is the folder of forme-server and forme-device. Measured in turn, medians printed; a ratio
of two programs on one machine says more than seconds. Without --photo a large picture of Debian's
mate-backgrounds is taken if it is there, else one is made with a photograph's spectrum.
"""

import argparse
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

DEBIAN_PHOTO = pathlib.Path("/usr/share/backgrounds/mate/abstract/Elephants_5640x3172.jpg")
# Twelve panels and printers, from lamps to 1024 × 600 in colour.
PROFILES = [
    "wled-16x16", "hub75-64x32", "ssd1306-128x64", "st7789-240x240", "ili9488-480x320",
    "waveshare-4in2-v2-partial", "waveshare-7in5b-v2", "waveshare-7in3e", "it8951-6in",
    "receipt-576", "linux-fb-1024x600", "waveshare-7in5-v2",
]  # fmt: skip
TICKS = os.sysconf("SC_CLK_TCK")


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"measure-fanout: {command[0]}: {result.stderr.strip()}")
    return result.stdout


def processor_seconds(process):
    """User and system time of a running process so far."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Server:
    def __init__(self, programs, folder, *options):
        self.device = str(programs / "forme-device")
        self.process = subprocess.Popen(
            [programs / "forme-server", "serve", "--listen", "127.0.0.1:0", "--data", folder, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        line = self.process.stdout.readline()
        if not line.startswith("forme-server ready on "):
            sys.exit(f"measure-fanout: the server did not start: {self.process.stderr.read().strip()}")
        self.address = line.split()[-1]

    def register(self, file, name):
        """Registers a picture; returns the processor time that the server took for it."""
        before = processor_seconds(self.process)
        run(self.device, "register", str(file), "--name", name, "--server", self.address)
        return processor_seconds(self.process) - before

    def fetch(self, name, profile):
        run(self.device, "fetch", name, "--profile", profile, "--server", self.address)

    def stop(self):
        """Ends the server; returns what it logged."""
        self.process.terminate()
        _, log = self.process.communicate(timeout=30)
        return log


def variant(photo, folder, number):
    """The same pixels as another picture: a comment behind the start of the JPEG."""
    data = photo.read_bytes()
    if data[:2] != b"\xff\xd8":
        sys.exit(f"measure-fanout: {photo} is no JPEG")
    comment = f"variant {number}".encode()
    path = folder / f"photo-{number}.jpg"
    path.write_bytes(data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:])
    return path


def djpeg_seconds(photo):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run("djpeg", "-outfile", os.devnull, str(photo))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def find_photo(given, folder):
    if given:
        return given
    if DEBIAN_PHOTO.exists():
        return DEBIAN_PHOTO
    photo = folder / "photo.jpg"
    maker = pathlib.Path(__file__).parent.parent / "Tests/SystemTests/Tools/make_photo.py"
    run(sys.executable, str(maker), "4000", "3000", str(photo))
    return photo


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--photo", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profiles", type=lambda text: text.split(","), default=PROFILES)
    options = parser.parse_args()
    if not shutil.which("djpeg"):
        sys.exit("measure-fanout: djpeg is missing (Debian: libjpeg-turbo-progs)")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        photo = find_photo(options.photo, folder)
        full = Server(options.programs, folder / "full", "--render-after", "0")
        bare = Server(options.programs, folder / "bare")
        small = folder / "small.png"
        run(full.device, "testcard", "--width", "160", "--height", "120", "--output", str(small))
        full.register(small, "known")
        for profile in options.profiles:
            full.fetch("known", profile)
        costs = {"djpeg": [], "bare": [], "full": []}
        for number in range(options.rounds):
            file = variant(photo, folder, number)
            costs["djpeg"].append(djpeg_seconds(file))
            costs["bare"].append(bare.register(file, f"p{number}"))
            costs["full"].append(full.register(file, f"p{number}"))
        bare.stop()
        forms = re.findall(r"forms=(\d+).*\bdecoded", full.stop())
    if forms[-options.rounds :] != [str(len(options.profiles))] * options.rounds:
        sys.exit(f"measure-fanout: the decodes made {forms} forms, not {len(options.profiles)} each")
    median = {key: statistics.median(values) for key, values in costs.items()}
    print(f"{photo.name}, {options.rounds} rounds in turn, medians of user and system time:")
    for key, text in [
        ("djpeg", "djpeg, one full decode"),
        ("bare", "registering, no kind known"),
        ("full", f"registering, {len(options.profiles)} forms made"),
    ]:
        spread = f"{min(costs[key]):.2f} to {max(costs[key]):.2f}"
        ratio = median[key] / median["djpeg"]
        print(f"  {text:<28} {median[key]:6.2f} s  ({spread})  {ratio:5.2f} × djpeg")


main()
