"""Reads bytes as a description for Kaitai Struct says; of that language only what spec/forme.ksy uses.

The compiler of Kaitai Struct is in neither Debian nor PyPI. This is a second reading of its
documentation, so that a wrong size, name or order in the description cannot stay unseen.
"""

import re

import yaml

INTEGERS = {"u1": (1, False), "s1": (1, True), "u2": (2, False), "u4": (4, False), "u8": (8, False)}
ATTRIBUTES = {
    "id", "type", "size", "size-eos", "repeat", "repeat-expr", "if", "enum", "contents", "valid", "doc",
}  # fmt: skip


class Fault(Exception):
    """The bytes are not what the description says."""


class Reader:
    """Bytes and how far they were read, in bits."""

    def __init__(self, data):
        self.data = data
        self.bit = 0

    def rest(self):
        return len(self.data) - (self.bit + 7) // 8

    def bytes(self, count):
        if self.bit % 8 or count < 0 or count > self.rest():
            raise Fault(f"{count} bytes at bit {self.bit} of {len(self.data)} bytes")
        start = self.bit // 8
        self.bit += 8 * count
        return self.data[start : start + count]

    def bits(self, count):
        if self.bit + count > 8 * len(self.data):
            raise Fault(f"{count} bits at bit {self.bit}")
        whole = int.from_bytes(self.data, "big") >> (8 * len(self.data) - self.bit - count)
        self.bit += count
        return whole & ((1 << count) - 1)


class Structure:
    """A description, ready to read."""

    def __init__(self, text):
        self.root = yaml.safe_load(text)
        self.types = self.root["types"]
        self.enums = self.root["enums"]

    def read(self, data):
        """All of the bytes, as nested dictionaries."""
        return self._sequence(self.root, Reader(data))

    def _sequence(self, kind, reader):
        values = {}
        instances = {name: each["value"] for name, each in kind.get("instances", {}).items()}
        for attribute in kind["seq"]:
            if unknown := attribute.keys() - ATTRIBUTES:
                raise ValueError(f"{attribute['id']}: not read here: {unknown}")
            if "if" in attribute and not self._value(attribute["if"], values, instances):
                continue
            values[attribute["id"]] = self._repeated(attribute, reader, values, instances)
        return values

    def _repeated(self, attribute, reader, values, instances):
        repeat = attribute.get("repeat")
        if repeat is None:
            return self._single(attribute, reader, values, instances)
        found = []
        if repeat == "expr":
            for _ in range(self._value(attribute["repeat-expr"], values, instances)):
                found.append(self._single(attribute, reader, values, instances))
        elif repeat == "eos":
            while reader.rest():
                found.append(self._single(attribute, reader, values, instances))
        else:
            raise ValueError(f"repeat: {repeat}")
        return found

    def _single(self, attribute, reader, values, instances):
        kind = attribute.get("type")
        if isinstance(kind, dict):
            kind = self._case(kind, values)
        if "contents" in attribute:
            wanted = attribute["contents"].encode()
            if (found := reader.bytes(len(wanted))) != wanted:
                raise Fault(f"{attribute['id']} is {found}")
            return found
        if kind in INTEGERS:
            size, signed = INTEGERS[kind]
            return self._checked(int.from_bytes(reader.bytes(size), "big", signed=signed), attribute)
        if kind and re.fullmatch(r"b[1-8]", kind):
            return reader.bits(int(kind[1:]))
        if "size" not in attribute and not attribute.get("size-eos"):
            return self._sequence(self.types[kind], reader)
        size = reader.rest() if attribute.get("size-eos") else attribute["size"]
        data = reader.bytes(self._value(size, values, instances))
        if kind is None:
            return data
        if kind == "str":
            return data.decode("utf-8")
        inner = Reader(data)
        found = self._sequence(self.types[kind], inner)
        if inner.rest():
            raise Fault(f"{inner.rest()} bytes after {kind}")
        return found

    def _case(self, kind, values):
        enum = {name.split("::")[0] for name in kind["cases"]}.pop()
        name = self.enums[enum].get(values[kind["switch-on"]])
        return kind["cases"].get(f"{enum}::{name}")

    def _checked(self, value, attribute):
        valid = attribute.get("valid", {})
        if not isinstance(valid, dict):
            valid = {"min": valid, "max": valid}
        if not valid.get("min", value) <= value <= valid.get("max", value):
            raise Fault(f"{attribute['id']} is {value}")
        if value not in valid.get("any-of", [value]):
            raise Fault(f"{attribute['id']} is {value}")
        return value

    def _value(self, expression, values, instances):
        """A number, a name, a difference, an equality, or a choice."""
        text = str(expression).strip()
        if text.startswith("(") and text.endswith(")"):
            text = text[1:-1]
        if choice := re.fullmatch(r"([\w.]+) \? (.+?) : (.+)", text):
            branch = choice[2] if self._value(choice[1], values, instances) else choice[3]
            return self._value(branch, values, instances)
        for sign, apply in ((" - ", int.__sub__), (" == ", int.__eq__)):
            if sign in text:
                left, right = (self._value(part, values, instances) for part in text.split(sign))
                return apply(left, right)
        if text.isdigit():
            return int(text)
        if text in instances:
            return self._value(instances[text], values, instances)
        for name in text.split("."):
            values = values[name]
        return values
