"""What the client costs on a Cortex-M0+: makes the table of README.md, and checks it and the limits.

usage: size.py [--compiler CC] (--print | --check README | --write README)
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent
FLAGS = "-std=c99 -Os -mcpu=cortex-m0plus -mthumb -ffunction-sections -fdata-sections".split()
ALLOWED_SYMBOLS = {"memcpy", "memset"}
# Bytes of code and constants, and of state, that may not be passed.
CODE_WITHOUT_DIGESTS = 4096
CODE = 8192
STATE = 512

VARIANTS = [
    ("everything", ""),
    ("without keys", "-DFORME_WITH_KEYS=0"),
    ("without keys and patches", "-DFORME_WITH_KEYS=0 -DFORME_WITH_PATCH=0"),
    ("without keys, patches and watching", "-DFORME_WITH_KEYS=0 -DFORME_WITH_PATCH=0 -DFORME_WITH_WATCH=0"),
    ("without REFER", "-DFORME_WITH_REFER=0"),
    ("without SHA-256, so without keys and patches, and without REFER",
     "-DFORME_WITH_SHA256=0 -DFORME_WITH_REFER=0"),
    ("without SHA-256 and watching", "-DFORME_WITH_SHA256=0 -DFORME_WITH_WATCH=0"),
    ("the least: without SHA-256, watching, REFER and the CRC's table",
     "-DFORME_WITH_SHA256=0 -DFORME_WITH_WATCH=0 -DFORME_WITH_REFER=0 -DFORME_WITH_CRC_TABLE=0"),
]


def run(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def measure(compiler, defines, folder):
    """Bytes of code with constants, of struct forme, and of struct forme_referral."""
    tools = compiler.removesuffix("gcc")
    sources = ["forme.c"] + ([] if "SHA256=0" in defines else ["forme_sha256.c"])
    code, missing, defined = 0, set(), set()
    for source in sources:
        output = str(folder / (source + ".o"))
        run(compiler, *FLAGS, *defines.split(), "-c", str(FOLDER / source), "-o", output)
        for line in run(tools + "size", "-A", output).splitlines():
            if found := re.match(r"\.(text|rodata|data|bss)\S*\s+(\d+)", line):
                if found[1] in ("data", "bss") and int(found[2]) > 0:
                    sys.exit(f"{source} has variables of its own: {line}")
                code += int(found[2])
        for line in run(tools + "nm", output).splitlines():
            kind, name = line.split()[-2:]
            (missing if kind == "U" else defined).add(name)
    if extra := missing - defined - ALLOWED_SYMBOLS:
        sys.exit(f"more of a library is needed than may be: {sorted(extra)}")
    probe = folder / "state.c"
    refers = "REFER=0" not in defines
    probe.write_text(
        '#include "forme.h"\nchar state[sizeof(struct forme)];\n'
        + ("char referral[sizeof(struct forme_referral)];\n" if refers else ""))
    run(compiler, *FLAGS, *defines.split(), f"-I{FOLDER}", "-c", str(probe), "-o", str(folder / "state.o"))
    sizes = {
        line.split()[-1]: int(line.split()[1], 16)
        for line in run(tools + "nm", "-S", str(folder / "state.o")).splitlines()}
    return code, sizes["state"], sizes.get("referral", 0)


def table(compiler):
    lines = ["| built | code and constants | `struct forme` | `struct forme_referral` |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, defines in VARIANTS:
            code, state, referral = measure(compiler, defines, pathlib.Path(folder))
            limit = CODE_WITHOUT_DIGESTS if "SHA256=0" in defines else CODE
            if code > limit or state + referral > STATE:
                sys.exit(
                    f"{name}: {code} bytes of code (limit {limit}), {state} + {referral} of state (limit {STATE})")
            lines.append(f"| {name} | {code:,} | {state} | {referral or '–'} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", default="arm-none-eabi-gcc")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--print", action="store_true")
    action.add_argument("--check", metavar="README")
    action.add_argument("--write", metavar="README")
    arguments = parser.parse_args()
    made = table(arguments.compiler)
    if arguments.print:
        return print(made, end="")
    path = pathlib.Path(arguments.check or arguments.write)
    text = path.read_text()
    begin, end = "<!-- size table -->\n", "<!-- end -->"
    before, rest = text.split(begin)
    now, after = rest.split(end)
    if arguments.write:
        path.write_text(before + begin + made + end + after)
    elif now != made:
        # Another compiler may make other numbers; the limits hold for it too, and were checked.
        version = run(arguments.compiler, "-dumpfullversion").strip()
        if version in text:
            sys.exit(f"{path}'s size table is not what {version} makes: run make size-table\n{made}")


main()
