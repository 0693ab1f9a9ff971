"""What must hold of a cluster whose servers were killed, judged from what devices noted and servers logged.

Kills do not overlap: a process is killed, started again after a while, and is ready; then comes the next. The
time from a kill to `ready` is its window.

1. An attempt of a device fails only if it was under way in some window. One that begins when the killed process
   is ready again succeeds, if no other window begins before it ends.
2. In the window of a front, and of a back beside which another one works, a device fails at most once: the next
   attempt succeeds at once, by the other front or the other back.
   PENDING is no failure: the device comes back as it is told, and is served within a minute.
3. In the window of the only back, and of PostgreSQL, attempts that begin inside it may fail; one that was under
   way when it began may, too.
4. No two servers decode one picture for the same kind of device at the same time.
5. A server that is not killed does not grow, and its folders hold no more than what is under way.
"""

import collections
import os
import re
import statistics

Kill = collections.namedtuple("Kill", "number target is_alone at ready phases")

# What a server may take more than it took, in KiB: what the allocator keeps, and caches that are full.
GROWTH_KILOBYTES = 65_536
GROWTH_FACTOR = 1.5


def judge_attempts(devices, kills):
    """The violations of rules 1 to 3, as texts."""
    found = []
    for device in devices:
        failures = [each for each in device.attempts if each.failure is not None]
        charged = set()
        for attempt in failures:
            text = f"device {device.index}, {attempt.what} at {attempt.front}: {attempt.failure}"
            windows = [kill for kill in kills if attempt.begin < kill.ready and attempt.end > kill.at]
            if not windows:
                before = [kill for kill in kills if kill.ready <= attempt.begin]
                since = (f"{attempt.begin - before[-1].ready:.2f} s after {before[-1].target} was ready"
                         if before else "before the first kill")
                found.append(f"rule 1: {text} ({since}, after {attempt.end - attempt.begin:.2f} s)")
                continue
            if any(kill.is_alone for kill in windows):
                continue
            # A slow attempt spans several windows; it counts for the first that has no failure yet.
            free = [kill for kill in windows if kill.number not in charged]
            if free:
                charged.add(free[0].number)
                continue
            kill = windows[-1]
            found.append(
                f"rule 2: {text}: one failure more than one in the window of kill {kill.number} "
                f"({kill.target}), begun {attempt.begin - kill.at:.2f} s after the kill, lasted "
                f"{attempt.end - attempt.begin:.2f} s")
    return found


def renders(node):
    """(begin, end, image, kinds) of each decode: the forms that a server tells of after a decode of the same
    picture came of it, the oldest first."""
    result = []
    open_decodes = collections.defaultdict(list)
    events = sorted([(each[0], 0, each) for each in node.decodes]
                    + [(each[0], 1, each) for each in node.forms], key=lambda each: each[:2])
    for now, is_form, event in events:
        if not is_form:
            _, seconds, image, count = event
            render = [now - seconds, now, image, set(), count]
            result.append(render)
            open_decodes[image].append(render)
            continue
        _, image, kind = event
        while open_decodes[image] and open_decodes[image][0][4] == 0:
            open_decodes[image].pop(0)
        if open_decodes[image]:
            render = open_decodes[image][0]
            render[3].add(kind)
            render[4] -= 1
    return [tuple(each[:4]) for each in result]


def judge_renders(nodes):
    """The violations of rule 4."""
    found = []
    by_image = collections.defaultdict(list)
    for node in nodes:
        for begin, end, image, kinds in renders(node):
            by_image[image].append((begin, end, kinds, node.name))
    for image, all_of_it in by_image.items():
        all_of_it.sort(key=lambda each: each[0])
        for index, (begin, end, kinds, name) in enumerate(all_of_it):
            for other_begin, other_end, other_kinds, other_name in all_of_it[index + 1 :]:
                if other_begin >= end:
                    break
                if name != other_name and kinds & other_kinds:
                    found.append(
                        f"rule 4: {name} and {other_name} decoded {image} for {kinds & other_kinds} at "
                        f"once, {min(end, other_end) - other_begin:.3f} s long")
    return found


def judge_memory(samples):
    """The violations of rule 5 that are memory. `samples`: by server, (seconds since its start, KiB)."""
    found = []
    for name, all_of_it in samples.items():
        # A server that has just started has not filled its caches.
        old = [kilobytes for age, kilobytes in all_of_it if age > 1]
        third = len(old) // 3
        if third < 3:
            continue
        first, last = statistics.median(old[:third]), statistics.median(old[-third:])
        if last > first * GROWTH_FACTOR + GROWTH_KILOBYTES:
            found.append(f"rule 5: {name} grew from {first:.0f} to {last:.0f} KiB")
    return found


def judge_folder(node, upload_limit):
    """The violations of rule 5 that are files, of a server that has ended."""
    found = []
    if not os.path.isdir(node.data):
        return [f"rule 5: {node.name} has no folder"]
    spool = f"{node.data}/spool"
    left = os.listdir(spool) if os.path.isdir(spool) else []
    if left:
        found.append(f"rule 5: {node.name} left {len(left)} files in its spool: {left[:3]}")
    incoming = f"{node.data}/incoming"
    left = os.listdir(incoming) if os.path.isdir(incoming) else []
    strange = [each for each in left if not re.fullmatch("[0-9a-f]{64}", each)]
    if strange:
        found.append(f"rule 5: {node.name} cannot resume {len(strange)} uploads: {strange[:3]}")
    # An upload that was cut waits for its device; there is one for each device and picture at most.
    if len(left) > upload_limit:
        found.append(f"rule 5: {node.name} holds {len(left)} uploads, there can be {upload_limit}")
    return found


# MARK: That the judge can say no


def self_test():
    """Every rule is broken once, and kept once just beside it."""
    Attempt = collections.namedtuple("Attempt", "begin end front what failure")
    Node = collections.namedtuple("Node", "name decodes forms")
    Device = collections.namedtuple("Device", "index attempts")
    back = Kill(0, "back-1", False, 10, 12, None)
    front = Kill(1, "front-refer", False, 20, 22, None)
    database = Kill(2, "postgres", True, 30, 32, None)

    def attempts(*spans):
        device = Device(0, [Attempt(begin, end, "front-relay", "GET", "lost") for begin, end in spans])
        return len(judge_attempts([device], [back, front, database]))

    assert attempts((9, 11)) == 0
    assert attempts((11, 11.5)) == 0
    assert attempts((9, 11), (11, 11.5)) == 1, "two failures in the window of one kill"
    assert attempts((8, 9)) == 1, "before any kill"
    assert attempts((12, 13)) == 1, "after the server was ready"
    assert attempts((11, 21), (21, 21.5)) == 0, "one in each of two windows"
    assert attempts((11, 21), (21, 21.5), (21.5, 21.6)) == 1
    assert attempts((29, 31), (31, 31.5), (31.5, 31.9)) == 0, "nothing else could serve it"
    assert attempts((31.9, 33), (33, 34)) == 1

    def servers(*decodes):
        nodes = [Node("a", [], []), Node("b", [], [])]
        for index, begin, end, image, kind in decodes:
            nodes[index].decodes.append((end, end - begin, image, 1))
            nodes[index].forms.append((end + 0.1, image, kind))
        return len(judge_renders(nodes))

    assert servers((0, 0, 2, "x", "k"), (1, 1, 3, "x", "k")) == 1
    assert servers((0, 0, 2, "x", "k"), (1, 2, 3, "x", "k")) == 0, "one after the other"
    assert servers((0, 0, 2, "x", "k"), (1, 1, 3, "x", "l")) == 0, "another kind"
    assert servers((0, 0, 2, "x", "k"), (1, 1, 3, "y", "k")) == 0, "another picture"
    assert servers((0, 0, 2, "x", "k"), (0, 1, 3, "x", "k")) == 0, "one server's own affair"

    flat = [(age, 50_000) for age in range(30)]
    steep = [(age, 50_000 + 10_000 * age) for age in range(30)]
    assert not judge_memory({"a": flat}) and judge_memory({"a": steep})


if __name__ == "__main__":
    self_test()
