"""Reads a container from its first byte to its last; whatever differs is `Wrong`."""

import numpy as np

from . import Wrong


class Stream:
    """A position in a form's bytes. `name` is the container's, for what is said of a fault."""

    def __init__(self, data, name):
        self.data, self.name, self.position = bytes(data), name, 0

    def wrong(self, text):
        return Wrong(f"{self.name}: at byte {self.position}: {text}")

    def take(self, count):
        part = self.data[self.position : self.position + count]
        if len(part) != count:
            raise self.wrong(f"{count} bytes were expected, {len(part)} are left")
        self.position += count
        return part

    def expect(self, wanted):
        """These bytes, and no others."""
        found = self.data[self.position : self.position + len(wanted)]
        if found != wanted:
            raise self.wrong(f"{found.hex(' ')} instead of {wanted.hex(' ')}")
        self.position += len(wanted)

    def number(self, count, order="little"):
        return int.from_bytes(self.take(count), order)

    def expect_number(self, wanted, count, what, order="little"):
        found = self.number(count, order)
        if found != wanted:
            raise self.wrong(f"{what} is {found}, not {wanted}")

    def until(self, wanted):
        """What stands before these bytes, which are taken too."""
        end = self.data.find(wanted, self.position)
        if end < 0:
            raise self.wrong(f"{wanted!r} is missing")
        part = self.data[self.position : end]
        self.position = end + len(wanted)
        return part

    def finish(self):
        """Nothing is left."""
        left = len(self.data) - self.position
        if left:
            raise self.wrong(f"{left} bytes are left over")


def row_bytes(width, bits=1, align=1):
    """Bytes of a row of `width` pixels, a multiple of `align`."""
    return -(-width * bits // (8 * align)) * align


def bit_rows(data, width, height, name, unused=0, align=1, bits=1):
    """Rows of padded bytes, leftmost pixel highest, as height × width integers."""
    length = row_bytes(width, bits, align)
    if len(data) != length * height:
        raise Wrong(f"{name}: {len(data)} bytes for {height} rows of {length}")
    rows = np.unpackbits(np.frombuffer(data, np.uint8)).reshape(height, length * 8)
    if (rows[:, width * bits :] != unused).any():
        raise Wrong(f"{name}: an unused bit is not {unused}")
    rows = rows[:, : width * bits].reshape(height, width, bits)
    weights = 1 << np.arange(bits - 1, -1, -1)
    return (rows * weights).sum(axis=2) if bits > 1 else rows[:, :, 0].astype(np.int64)
