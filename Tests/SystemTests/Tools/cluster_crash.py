#!/usr/bin/python3
"""Kills the servers of a cluster one at a time, and starts each again after up to two seconds, while devices
register and fetch through both fronts: cluster_crash.py --server PATH [--kills N] [--seed N] [--embedded]

Two backs share a PostgreSQL, a front refers and another relays. What is killed: a back, a front, and PostgreSQL
with all of its processes. With --embedded there is one back with a store of its own.

What must hold is in cluster_verdict.py; besides, every registration that was acknowledged is there at the end
under its name and generation, through both fronts, and every form that anybody fetched has the bytes that a
server over another folder makes, which nobody disturbs.

Prints one line of JSON; on a violation it lists all of them, exits 1 and keeps the folder. Plans are repeated by
--seed; what the processes' threads make of it is not.
"""

import argparse
import collections
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

import cluster_verdict
import crash_oracle
from cluster import Cluster, Failure, resident_kilobytes
from cluster_devices import Device, Wrong
from cluster_verdict import Kill
from crash import KINDS, Finding, Reference
from forme_peer import Broken, Lost, Refused
from postgres import PostgresMissing
from referred_peer import ReferredPeer

KEYED_DEVICES, KEYLESS_DEVICES = 3, 3
PICTURES = 8
# Less than the forms of all pictures weigh, so that forms are made again and again.
BACK_OPTIONS = ["--form-megabytes", "1", "--memory-megabytes", "1", "--grace-seconds", "5"]
FRONT_OPTIONS = ["--open-retrieval", "--grace-seconds", "5"]
DOWN_SECONDS = 2.0
VIOLATIONS_SHOWN = 30


class Plan:
    """What the devices share."""

    def __init__(self, cluster, reference):
        self.fronts = cluster.fronts
        self.reference = reference
        # Images that were acknowledged.
        self.known = set()
        self.kill_count = 0
        # Something is dead, or not ready again.
        self.is_disturbed = False
        self.is_over = False
        # Nothing will come back any more.
        self.is_given_up = False


class Harness:
    def __init__(self, options, folder):
        self.chance = random.Random(options.seed)
        self.reference = Reference(options.server, folder, options.seed, PICTURES)
        self.cluster = Cluster(
            options.server, folder, options.embedded, BACK_OPTIONS, FRONT_OPTIONS)
        self.kills = []
        self.memory = collections.defaultdict(list)
        self.started_at = {}
        self.plan = Plan(self.cluster, self.reference)
        self.violations = []
        self.devices = []
        for index in range(KEYED_DEVICES + KEYLESS_DEVICES):
            keys = {}
            if index < KEYED_DEVICES:
                keys = {front.name: self.cluster.add_key(front, f"device-{index}", "register,retrieve")
                        for front in self.cluster.fronts}
            self.devices.append(Device(index, self.plan, keys, options.seed * 100 + index))
        self.cluster.start()
        for node in self.cluster.nodes:
            self.started_at[node.name] = time.monotonic()

    def run(self, kill_count):
        threads = [threading.Thread(target=device.run) for device in self.devices]
        for thread in threads:
            thread.start()
        try:
            # Something is registered before anything dies.
            deadline = time.monotonic() + 30
            while len(self.plan.known) < 2 and time.monotonic() < deadline and not self.plan.is_over:
                time.sleep(0.02)
            while len(self.kills) < kill_count and not self.plan.is_over:
                self.kill()
            time.sleep(0.5)
        except BaseException:
            self.plan.is_given_up = True
            raise
        finally:
            self.plan.is_over = True
            for thread in threads:
                thread.join()

    def targets(self):
        weights = {back: 0.5 / len(self.cluster.backs) for back in self.cluster.backs}
        weights.update({front: 0.3 / len(self.cluster.fronts) for front in self.cluster.fronts})
        if self.cluster.postgres:
            weights[self.cluster.postgres] = 0.2
        return weights

    def choose(self):
        """Each once, then as the seed says."""
        weights = self.targets()
        if len(self.kills) < len(weights):
            return list(weights)[len(self.kills)]
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def kill(self):
        target = self.choose()
        is_postgres = target is self.cluster.postgres
        name = "postgres" if is_postgres else target.name
        time.sleep(self.chance.uniform(0.1, 0.9))
        if not is_postgres and target in self.cluster.backs and self.chance.random() < 0.7:
            self.wait_for_work()
        self.sample_memory()
        phases = collections.Counter(device.doing for device in self.devices)
        self.plan.is_disturbed = True
        self.plan.kill_count += 1
        at = time.monotonic()
        target.kill()
        time.sleep(self.chance.uniform(0, DOWN_SECONDS))
        target.start()
        if not is_postgres:
            target.wait_until_ready()
            self.started_at[name] = time.monotonic()
        ready = time.monotonic()
        self.plan.is_disturbed = False
        is_alone = is_postgres or self.cluster.backs == [target]
        self.kills.append(Kill(len(self.kills), name, is_alone, at, ready, phases))
        if sys.stderr.isatty():
            print(f"\r{len(self.kills)} kills", end="", file=sys.stderr, flush=True)

    def wait_for_work(self):
        """A form is made or on its way."""
        wanted = self.chance.choice(["waiting", "receiving"])
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline and not self.plan.is_over:
            if any(device.doing == wanted for device in self.devices):
                return
            time.sleep(0.001)

    def sample_memory(self):
        for node in self.cluster.nodes:
            if not node.is_running:
                raise Failure(f"{node.name} ended by itself: {node.tail()}")
            age = time.monotonic() - self.started_at[node.name]
            self.memory[node.name].append((age, resident_kilobytes(node.process.pid)))

    # MARK: Looking

    def look(self):
        """After all kills: everything acknowledged, through every front, and what was noted meanwhile."""
        found = self.violations
        found += [device.wrong for device in self.devices if device.wrong]
        found += cluster_verdict.judge_attempts(self.devices, self.kills)
        for front in self.cluster.fronts:
            try:
                self.look_through(front)
            except (Wrong, Broken, Lost, Refused) as wrong:
                found.append(f"at the end, {front.name}: {wrong}")
        self.sample_memory()
        found += [f"{name} did not end well" for name in self.end()]
        for node in self.cluster.nodes:
            found += cluster_verdict.judge_folder(node, KEYED_DEVICES * PICTURES)
            found += self.judge_complaints(node)
        found += cluster_verdict.judge_renders(self.cluster.backs)
        found += cluster_verdict.judge_memory(self.memory)
        if not self.cluster.postgres:
            try:
                crash_oracle.check(self.cluster.backs[0].data)
            except crash_oracle.Wrong as wrong:
                found.append(f"the back's folder: {wrong}")
        return found

    def look_through(self, front):
        kind = "gray"
        for device in self.devices:
            if not device.may_register:
                continue
            with ReferredPeer(front.address, device.identity, [KINDS[kind]],
                              device.keys[front.name]) as peer:
                standing = {name: image for name, (image, _) in device.names.items() if image}
                listed = peer.list(f"device {device.index}/")
                if listed != standing:
                    raise Wrong(f"LIST gives {listed}, acknowledged was {standing}")
                for name, (image, generation) in device.names.items():
                    if not image:
                        continue
                    form, content = peer.get(name)
                    deadline = time.monotonic() + 30
                    while form.status == 2 and time.monotonic() < deadline:
                        time.sleep(0.5)
                        form, content = peer.get(name)
                    device.check(f"GET {name}", form, b"", content, image, [kind], generation)

    def end(self):
        """Ends everything; what PostgreSQL holds is looked at before it goes."""
        wrong = [node.name for node in reversed(self.cluster.nodes) if node.stop() != 0]
        if self.cluster.postgres:
            claims = self.cluster.postgres.query(
                "SELECT count(*) FROM claim WHERE lease_until > clock_timestamp()")
            if claims != [["0"]]:
                self.violations.append(f"rule 5: {claims[0][0]} claims are held by nobody")
        self.cluster.stop_postgres()
        return wrong

    def judge_complaints(self, node):
        """Errors that a server logged although everything that it needs was there."""
        windows = [(kill.at, kill.ready + 1) for kill in self.kills if kill.target != node.name]
        return [f"{node.name} logged: {text}" for now, text in node.complaints
                if not any(begin <= now <= end for begin, end in windows)]

    def report(self, options, begin):
        totals = sum((device.counts for device in self.devices), collections.Counter())
        phases = sum((kill.phases for kill in self.kills), collections.Counter())
        rendered = {node.name: len(node.decodes) for node in self.cluster.backs}
        return {
            "seed": options.seed, "kills": len(self.kills),
            "killsByTarget": dict(collections.Counter(kill.target for kill in self.kills)),
            "devicesAtKills": dict(phases), "done": dict(totals), "decodes": rendered,
            "attempts": sum(len(device.attempts) for device in self.devices),
            "medianWindowSeconds": round(sorted(
                kill.ready - kill.at for kill in self.kills)[len(self.kills) // 2], 2)
            if self.kills else 0,
            "residentMegabytes": {name: round(samples[-1][1] / 1_024)
                                  for name, samples in self.memory.items()},
            "seconds": round(time.monotonic() - begin, 1),
        }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--embedded", action="store_true")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1_000_000)
    options.server = os.path.abspath(options.server)
    print(f"cluster_crash.py: seed {options.seed}", file=sys.stderr, flush=True)
    folder = tempfile.mkdtemp(prefix="forme-cluster-")
    begin = time.monotonic()
    harness, found = None, []
    try:
        harness = Harness(options, folder)
        harness.run(options.kills)
        found = harness.look()
    except (Finding, Failure, PostgresMissing) as finding:
        found = [*(harness.violations if harness else []), str(finding)]
    finally:
        if harness:
            harness.cluster.abandon()
    if found:
        print(f"cluster_crash.py: {len(found)} violations", file=sys.stderr)
        for each in found[:VIOLATIONS_SHOWN]:
            print(f"  {each}", file=sys.stderr)
        if len(found) > VIOLATIONS_SHOWN:
            print(f"  and {len(found) - VIOLATIONS_SHOWN} more", file=sys.stderr)
        print(f"seed {options.seed}; the folder is kept: {folder}", file=sys.stderr)
        if harness:
            print(json.dumps(harness.report(options, begin)), file=sys.stderr)
        sys.exit(1)
    print(json.dumps(harness.report(options, begin)))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
