"""Devices that register and fetch through the fronts of a cluster whose servers die, and what each of them knows.

A device does one thing after the other, each on a new connection. When an attempt fails it makes the next one at
once: at the other front, if the connection to its front was lost, else at the same one. It notes every attempt;
whether it may have failed is judged by cluster_verdict.py.
"""

import collections
import hashlib
import random
import time

from crash import IDENTITY_KINDS, KINDS
from forme_peer import NONE, Broken, Lost, Refused
from referred_peer import ReferredPeer

NAMES_PER_DEVICE = 3
# Attempts after the second one do not come faster than that; a device's own.
LATER_SECONDS = 0.1
# A form that is being made by a server that died is made by another one when its lease is over.
PENDING_SECONDS = 60
# Longer than anything is dead.
FAILING_SECONDS = 60
NOT_FOUND = 0x80

Attempt = collections.namedtuple("Attempt", "begin end front what failure")


class Wrong(Exception):
    """A server gave something else than it must."""


class Device:
    """One device, with names of its own and a key of its own at every front, or none."""

    def __init__(self, index, plan, keys, seed):
        self.index = index
        self.plan = plan
        self.keys = keys
        self.chance = random.Random(seed)
        self.identity = f"device {index}".encode()
        # A name's image and the least generation that it may have; no image yet: None.
        self.names = {f"device {index}/name {n}": (None, 0) for n in range(NAMES_PER_DEVICE)}
        self.attempts = []
        # A transfer that was cut: image, kind, digest as sent, the bytes that came.
        self.partial = None
        # What it does just now: idle, connecting, uploading or waiting; and what came meanwhile.
        self.phase, self.came = "idle", b""
        self.peer = None
        self.calm = None
        # By front: the number of kills at which the connection to it was lost.
        self.avoided = {}
        self.counts = collections.Counter()
        self.wrong = None

    @property
    def doing(self):
        """The phase, for telling what a kill met."""
        return "receiving" if self.phase == "waiting" and self.came else self.phase

    @property
    def may_register(self):
        return bool(self.keys)

    def run(self):
        """Until the plan says that it is over, or something is wrong."""
        try:
            while not self.plan.is_over:
                self.step()
        except (Wrong, Broken) as wrong:
            self.wrong = f"device {self.index}: {wrong}"
            self.plan.is_over = True
        finally:
            self.phase = "idle"

    def step(self):
        choices = [(self.fetch_known, 0.4)]
        if self.may_register:
            choices += [(self.fetch_own, 0.5), (self.put, 0.35), (self.list, 0.05), (self.remove, 0.03)]
        if self.partial:
            choices = [(self.go_on, 1)]
        work = self.chance.choices([each for each, _ in choices], [n for _, n in choices])[0]
        task = work()
        if task:
            self.insist(*task)
        else:
            time.sleep(0.01)

    def insist(self, what, kinds, act):
        """Tries until it is done; notes each attempt."""
        failed = 0
        failing_since = pending_since = None
        while True:
            front = self.choose_front()
            begin = time.monotonic()
            try:
                done = self.attempt(front, kinds, act)
            except (Lost, Refused) as failure:
                self.attempts.append(Attempt(begin, time.monotonic(), front.name, what, str(failure)))
                if isinstance(failure, Refused) and not failure.flags & 1:
                    raise Wrong(f"{what} at {front.name}: {failure}") from failure
                if isinstance(failure, Lost) and not self.was_elsewhere:
                    self.avoided[front.name] = self.plan.kill_count
                self.counts["failed attempts"] += 1
                failed += 1
                failing_since = failing_since or begin
                if time.monotonic() - failing_since > FAILING_SECONDS:
                    raise Wrong(f"{what} fails for {FAILING_SECONDS} s, at last: {failure}") from failure
                if failed > 1:
                    if self.plan.is_given_up:
                        return
                    time.sleep(LATER_SECONDS)
                continue
            finally:
                self.phase = "idle"
            self.attempts.append(Attempt(begin, time.monotonic(), front.name, what, None))
            if done:
                return
            # PENDING: not failed, and not there yet.
            self.counts["pending"] += 1
            pending_since = self.wait(what, pending_since or begin, 0.5)

    @staticmethod
    def wait(what, since, seconds):
        if time.monotonic() - since > PENDING_SECONDS:
            raise Wrong(f"{what}: not done for {PENDING_SECONDS} s")
        time.sleep(seconds)
        return since

    def choose_front(self):
        fronts = self.plan.fronts
        good = [each for each in fronts
                if self.avoided.get(each.name) != self.plan.kill_count] or fronts
        return self.chance.choice(good)

    @property
    def was_elsewhere(self):
        """The connection to the front stood when something was lost."""
        return self.peer is not None and self.peer.referrals > 0

    def attempt(self, front, kinds, act):
        self.phase, self.peer = "connecting", None
        # Nothing was dead then; whether anything died since, the number of kills tells.
        self.calm = None if self.plan.is_disturbed else self.plan.kill_count
        # Some take their time for a form.
        pause = self.chance.choice([0, 0, 0, 0.001, 0.004])
        with ReferredPeer(front.address, self.identity, [KINDS[kind] for kind in kinds],
                          self.keys.get(front.name), pause=pause) as peer:
            self.peer = peer
            return act(peer)

    # MARK: What it does

    def put(self):
        name = self.chance.choice(list(self.names))
        image = self.chance.choice(list(self.plan.reference.pictures))

        def act(peer):
            self.phase = "uploading"
            stored, generation = peer.put(
                name, self.plan.reference.pictures[image],
                declares_digest=self.chance.random() < 0.8, piece=self.chance.choice([512, 4_096, 65_535]))
            # It may have been done by an attempt that failed as well.
            if stored != image or generation <= self.names[name][1]:
                raise Wrong(f"{name}: STORED {generation} after {self.names[name][1]}")
            self.names[name] = (image, generation)
            self.plan.known.add(image)
            self.counts["registered"] += 1
            return True

        return f"PUT {name}", [], act

    def remove(self):
        name = self.chance.choice([each for each in self.names])
        if self.names[name][0] is None:
            return None
        attempts = 0

        def act(peer):
            nonlocal attempts
            attempts += 1
            self.phase = "uploading"
            try:
                peer.remove(name)
            except Refused as refusal:
                # The attempt before may have done it, although nobody was told; so may a back that died,
                # after which the front asked another one.
                was_calm = self.calm == self.plan.kill_count
                if refusal.code != NOT_FOUND or (attempts == 1 and was_calm):
                    raise
            self.names[name] = (None, self.names[name][1])
            self.counts["removed"] += 1
            return True

        return f"REMOVE {name}", [], act

    def list(self):
        def act(peer):
            listed = peer.list(f"device {self.index}/")
            standing = {name: image for name, (image, _) in self.names.items() if image}
            if listed != standing:
                raise Wrong(f"LIST gives {listed}, acknowledged was {standing}")
            self.counts["listed"] += 1
            return True

        return "LIST", [], act

    def fetch_own(self):
        name = self.chance.choice(list(self.names))
        image, generation = self.names[name]
        return self.get(name, image, generation) if image else None

    def fetch_known(self):
        known = sorted(set(self.plan.known))
        return self.get(None, self.chance.choice(known), 0) if known else None

    def go_on(self):
        partial, self.partial = self.partial, None
        return self.get(None, partial[0], 0, partial)

    def get(self, name, image, generation, partial=None):
        kinds = [partial[1]] if partial else self.chance.sample(list(KINDS), self.chance.choice([1, 1, 2]))
        what = f"GET {name or image.hex()} for {kinds[0]}"

        def act(peer):
            held = partial[3] if partial else bytearray()
            came = bytearray()
            self.phase, self.came = "waiting", came
            try:
                form, content = peer.get(
                    name or image, partial=partial[2] if partial else NONE, offset=len(held),
                    credit=self.chance.choice([512, 4_096, 1 << 20]), received=came)
            except Lost:
                if came and peer.form and peer.form.status == 0:
                    kind = kinds[peer.form.alternative]
                    kept = held[: peer.form.offset] + came
                    self.partial = (image, kind, peer.form.sent, kept)
                raise
            if peer.referrals:
                self.counts["referred"] += 1
            if form.status == 2:
                return False
            self.check(what, form, held, content, image, kinds, generation if name else 0)
            return True

        return what, kinds, act

    def check(self, what, form, held, content, image, kinds, generation):
        if form.status != 0:
            raise Wrong(f"{what}: status {form.status}")
        if form.generation != generation:
            raise Wrong(f"{what}: generation {form.generation}, acknowledged was {generation}")
        kind = kinds[form.alternative]
        etag, right = self.plan.reference.forms[image, kind]
        whole = bytes(held[: form.offset]) + content
        if form.sent != hashlib.sha256(whole).digest()[:16]:
            raise Wrong(f"{what}: the bytes are not those that were announced")
        if form.etag != etag or whole != right:
            raise Wrong(f"{what}: not the bytes of an undisturbed server")
        if kind in IDENTITY_KINDS and form.etag != form.sent:
            raise Wrong(f"{what}: a form without a codec has two digests")
        self.counts["fetched"] += 1
        if form.offset:
            self.counts["went on"] += 1
