#!/usr/bin/python3
"""Measures the roles under load, side by side in one run: a standalone server, a front that refers and one that
relays, both with two backs, all over one PostgreSQL: roles.py PROGRAMS LOAD [--output FILE.md]

PROGRAMS is the folder of forme-server, LOAD the program of load.c. Every device asks for a stored form of
48,000 bytes (800 × 480 in one bit, no codec). The three are measured in turn, in --rounds rounds, and medians are
written: a ratio in one run says more than a figure. A form of 384,000 bytes is measured beside it. Then slow devices hold forms at each server, and its memory is
looked at before, during and after. --embedded: one back with a store of its own, and no PostgreSQL.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

tools = pathlib.Path(__file__).resolve().parents[2] / "Tests/SystemTests/Tools"
sys.path.insert(0, str(tools))

from cluster import Cluster, Failure, Node, resident_kilobytes  # noqa: E402
from crash import png  # noqa: E402
from forme_peer import descriptor, form_key  # noqa: E402
from postgres import PostgresMissing  # noqa: E402
from referred_peer import ReferredPeer  # noqa: E402

# 800 × 480 in one bit and in eight, no codec.
FORMS = {48_000: descriptor(800, 480, [1, 1, 0]), 384_000: descriptor(800, 480, [1, 8, 0])}
SMALL = 48_000
# So many that both backs are preferred by some.
NAMES = 16
CONNECTIONS = 64
TICKS = os.sysconf("SC_CLK_TCK")
ROLES = ["standalone", "refer", "relay"]
QUIET = ["--log-level", "warning"]


def processor_seconds(node):
    with open(f"/proc/{node.process.pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Measurement:
    def __init__(self, options, folder):
        self.options = options
        program = str(options.programs / "forme-server")
        self.cluster = Cluster(program, folder, options.embedded, QUIET, QUIET)
        self.standalone = Node(program, folder, "standalone", [*self.cluster.store, *QUIET])
        self.cluster.nodes.append(self.standalone)
        self.cluster.start()
        refer, relay = self.cluster.fronts
        self.entries = {"standalone": self.standalone, "refer": refer, "relay": relay}
        self.servers = {"standalone": [self.standalone],
                        "refer": [refer, *self.cluster.backs], "relay": [relay, *self.cluster.backs]}
        self.rounds = {(byte_count, role): [] for byte_count in FORMS for role in ROLES}
        self.alone = {role: [] for role in ROLES}
        self.memory = {}

    def warm(self):
        """Registers the pictures, and fetches each form once through every server that devices ask."""
        pictures = [png(400, 240, 7_000 + index) for index in range(NAMES)]
        places = ["refer", "standalone"] if self.options.embedded else ["refer"]
        for place in places:
            with ReferredPeer(self.entries[place].address, b"warm", []) as peer:
                for index, picture in enumerate(pictures):
                    peer.put(f"load/{index}", picture)
        forms = {}
        for role in ROLES:
            for byte_count, panel in FORMS.items():
                with ReferredPeer(self.entries[role].address, b"warm", [panel]) as peer:
                    for index in range(NAMES):
                        form, content = peer.get(f"load/{index}")
                        while form.status == 2:
                            time.sleep(0.5)
                            form, content = peer.get(f"load/{index}")
                        right = forms.setdefault((index, byte_count), content)
                        if len(content) != byte_count or right != content:
                            raise Failure(f"{role} gives another form of load/{index}")

    def load(self, role, byte_count, seconds, connections, *more):
        return [
            str(self.options.load), "--server", self.entries[role].address, "--key",
            form_key(FORMS[byte_count]).hex(), "--bytes", str(byte_count), "--names", str(NAMES),
            "--connections", str(connections), "--seconds", str(seconds), *more]

    def finish(self, process, role):
        output, errors = process.communicate(timeout=120)
        if not output:
            raise Failure(f"{role}: {errors}")
        result = json.loads(output)
        if result["failures"] or not result["requests"]:
            raise Failure(f"{role}: {result['failures']} failures: {result['firstFailure']}")
        return result

    def measure(self, role, byte_count, seconds, connections):
        before = [processor_seconds(node) for node in self.servers[role]]
        process = subprocess.Popen(
            self.load(role, byte_count, seconds, connections), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        result = self.finish(process, role)
        spent = [processor_seconds(node) - start
                 for node, start in zip(self.servers[role], before)]
        # Of the server that devices ask, and of those behind it.
        result["entry"] = spent[0] / result["requests"] * 1e6
        result["behind"] = sum(spent[1:]) / result["requests"] * 1e6
        return result

    def run(self):
        self.warm()
        for role in ROLES:
            self.measure(role, SMALL, 1, CONNECTIONS)
        seconds = self.options.seconds
        for number in range(self.options.rounds):
            # In turn, and another one first each time.
            for role in ROLES[number % 3 :] + ROLES[: number % 3]:
                for byte_count in FORMS:
                    self.rounds[byte_count, role].append(
                        self.measure(role, byte_count, seconds, CONNECTIONS))
                self.alone[role].append(self.measure(role, SMALL, max(1, seconds / 2), 1))
        for role in ROLES:
            self.memory[role] = self.hold(role)

    def hold(self, role):
        """The memory of the server that devices ask, in KiB, while slow ones hold a form each."""
        options = self.options
        entry = self.entries[role]
        result = {"before": resident_kilobytes(entry.process.pid)}
        process = subprocess.Popen(
            self.load(role, SMALL, options.slow_seconds, options.slow_devices, "--slow", "2000"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        highest = 0
        while process.poll() is None:
            highest = max(highest, resident_kilobytes(entry.process.pid))
            time.sleep(0.2)
        output, errors = process.communicate()
        if not output:
            raise Failure(f"{role}, slow devices: {errors}")
        report = json.loads(output)
        if report["failures"] or report["atOnce"] < options.slow_devices * 0.95:
            raise Failure(f"{role}, slow devices: {report}")
        time.sleep(5)
        result.update(during=highest, after=resident_kilobytes(entry.process.pid),
                      peak=resident_kilobytes(entry.process.pid, "VmHWM"), held=report["atOnce"])
        return result

    # MARK: What is written

    def table(self):
        backs = len(self.cluster.backs)
        backs = "one back" if backs == 1 else f"{backs} backs"
        store = "stores of their own" if self.options.embedded else "one PostgreSQL"
        lines = [
            "# Roles under load", "",
            f"`make measure-roles` wrote this on {platform.machine()} with {os.cpu_count()} processors, which servers, "
            f"PostgreSQL and load shared; {self.options.build} build, {backs}, {store}.", "",
            f"{NAMES} names, {CONNECTIONS} devices at once, each with its next request as soon as it has its form, which is "
            f"stored; medians of {self.options.rounds} rounds of {self.options.seconds:g} s in turn. A device that is "
            "referred makes a new connection for each form. Processor time is user and system time for one form.",
        ]

        def row(text, values):
            lines.append(f"| {text} | " + " | ".join(values) + " |")

        for byte_count in FORMS:
            lines += ["", f"| {byte_count:,} bytes | standalone | front, refer | front, relay |",
                      "|---|---|---|---|"]
            rounds = {role: self.rounds[byte_count, role] for role in ROLES}
            median = {
                role: {key: statistics.median(each[key] for each in rounds[role])
                       for key in ("perSecond", "p50", "p99", "entry", "behind")} for role in ROLES
            }
            base = median["standalone"]["perSecond"]
            row("forms a second", [f"{median[role]['perSecond']:,.0f}" for role in ROLES])
            row("ratio to standalone", [f"{median[role]['perSecond'] / base:.2f}" for role in ROLES])
            row("least and most of the rounds", [
                f"{min(each['perSecond'] for each in rounds[role]):,.0f} to "
                f"{max(each['perSecond'] for each in rounds[role]):,.0f}" for role in ROLES])
            row("median, ms", [f"{median[role]['p50'] / 1_000:.2f}" for role in ROLES])
            row("99 %, ms", [f"{median[role]['p99'] / 1_000:.2f}" for role in ROLES])
            if byte_count == SMALL:
                row("median of one device alone, ms", [
                    f"{statistics.median(each['p50'] for each in self.alone[role]) / 1_000:.2f}"
                    for role in ROLES])
            row("processor time of the server that is asked, µs",
                [f"{median[role]['entry']:,.0f}" for role in ROLES])
            row("processor time of the backs, µs",
                ["–"] + [f"{median[role]['behind']:,.0f}" for role in ROLES[1:]])
        lines += [
            "", f"Memory of the server that is asked (MiB resident), with {self.options.slow_devices} devices that take "
            f"2,000 bytes a second of {SMALL:,} each, after the load above.", "",
            "| | standalone | front, refer | front, relay |", "|---|---|---|---|",
        ]
        row("forms under way at once", [str(self.memory[role]["held"]) for role in ROLES])
        for text, key in (("before", "before"), ("during, at most", "during"), ("5 s after", "after"),
                          ("most since its start", "peak")):
            row(text, [f"{self.memory[role][key] / 1_024:.1f}" for role in ROLES])
        return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("load", type=pathlib.Path)
    parser.add_argument("--build", default="release", help="what is written about the programs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--slow-devices", type=int, default=500)
    parser.add_argument("--slow-seconds", type=float, default=15)
    parser.add_argument("--embedded", action="store_true")
    parser.add_argument("--output", type=pathlib.Path)
    options = parser.parse_args()
    # The program of load.c inherits it.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = tempfile.mkdtemp(prefix="forme-roles-")
    measurement = None
    try:
        measurement = Measurement(options, folder)
        measurement.run()
        text = measurement.table()
    except (Failure, PostgresMissing) as failure:
        sys.exit(f"roles.py: {failure}")
    finally:
        if measurement:
            measurement.cluster.abandon()
        shutil.rmtree(folder, ignore_errors=True)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
