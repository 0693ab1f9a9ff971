"""What the files of this folder have in common: one frame each, valid or not."""
import csv
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from framing import CRC, HEADER, LAST, Fields, frame, write  # noqa: E402

with open(FOLDER.parent.parent / "registry/messages.csv", encoding="utf-8", newline="") as file:
    TYPES = {row["name"]: (int(row["number"], 16), row["sender"]) for row in csv.DictReader(file)}

REQUESTS = {"GET", "PUT", "LIST", "REMOVE", "WATCH"}
# FORME-4.1-4.
WITHOUT_NUMBER = {
    "HELLO", "WELCOME", "PROVE", "PROVEN", "CAPABILITIES", "ACCEPTED", "NOTIFY", "ORIGIN"}
LISTED = ["FORME-3.1-1", "FORME-2.1-1", "FORME-2.1-2", "FORME-2.1-3", "FORME-2.1-4"]

ZEROS = bytes(16)


def counted(first, count=16):
    """`count` bytes that ascend from `first`."""
    return bytes(first + index & 0xFF for index in range(count))


def fields():
    """An empty payload."""
    return Fields(HEADER)


class MessageFile:
    """The cases of one message.

    `table` is the requirement that gives its fields; `state` the one in which a receiver meets what
    is refused here, `valid_state` the one in which it takes what is not, if there is a single one.
    """

    def __init__(self, name, table=None, state="open", valid_state=None):
        self.name = name
        self.number, sender = TYPES[name]
        self.side = "server" if sender == "server" else "device"
        self.other_side = None if sender == "both" else {
            "server": "device", "device": "server"}[sender]
        self.table = [table] if table else []
        self.state = state
        self.valid_state = valid_state
        self.request = 0 if name in WITHOUT_NUMBER or name == "GOAWAY" else 1
        self.cases = []

    def case(self, title, requirements, payload, flags, request, side, state):
        data = payload if isinstance(payload, bytes) else payload.data
        notes = [] if isinstance(payload, bytes) else payload.notes
        request = self.request if request is None else request
        sent = frame(self.number, data, request, flags)
        side = side or self.side
        short = len(sent) <= HEADER + 248 and (side == "server" or self.name == "HELLO")
        case = {
            "title": title, "requirements": requirements, "from": side,
            "maxFrame": 248 if short else 8192}
        if state:
            case["state"] = state
        case["hex"] = sent.hex()
        case["fields"] = [note for note in notes if note["at"] + note["length"] <= len(sent)]
        self.cases.append(case)
        return case

    def valid(self, title, requirements, payload, value, flags=0, request=None, side=None,
              state=None):
        """A frame that is this message with these fields."""
        state = self.valid_state if state is None else state
        case = self.case(title, self.table + requirements, payload, flags, request, side, state)
        request = self.request if request is None else request
        case["value"] = {
            "message": self.name, "flags": flags, "request": request, "payload": value}

    def invalid(self, title, requirements, payload, code, reason, at, flags=0, request=None,
                side=None, state=None):
        """A frame that is refused, because of the field that begins at `at`."""
        case = self.case(
            title, requirements, payload, flags, request, side, state or self.state)
        case["error"] = {"code": code, "reason": reason, "offset": at}

    def malformed(self, title, requirements, payload, reason, at, **context):
        self.invalid(title, requirements, payload, "MALFORMED", reason, at, **context)

    def common(self, payload, value, flags=0, tail=None):
        """What holds for every message.

        A payload that ends in a list has a `tail`: how the names of the fields begin and end with
        which an element begins. It may end before each of them.
        """
        data = payload.data
        self.valid("all fields", LISTED, payload, value, flags)
        self.valid("the same with a CRC-32", ["FORME-2.2-3", "FORME-2.5-1"]
                   if self.side == "device" else ["FORME-2.2-3"], payload, value, flags | CRC)
        self.valid("the same with ignored flags", ["FORME-2.2-8", "FORME-9-3"]
                   if self.side == "device" else ["FORME-2.2-8"], payload, value, flags | 0xF0)
        if self.name not in ("DATA", "LISTING"):
            self.valid("the same with flag last, which means nothing here", ["FORME-2.2-2"],
                       payload, value, LAST)
        for note in payload.notes:
            name = note["name"]
            begins = tail and name.startswith(tail[0]) and name.endswith(tail[1])
            if note["length"] == 0 or begins:
                continue
            end = note["at"] - HEADER + note["length"] - 1
            self.malformed(f"ends inside {name}", ["FORME-3.3-1"],
                           cut(payload, end), "truncated", note["at"], flags=flags)
        if tail is None:
            self.malformed("a byte after the last field", ["FORME-3.3-2"], data + b"\0",
                           "trailing", payload.end, flags=flags)
        if self.other_side:
            self.invalid(f"from the {self.other_side}, which does not send it", ["FORME-3.1-2"],
                         payload, "UNEXPECTED_MESSAGE", "side", 0, flags=flags,
                         side=self.other_side, state="open")
        if self.name in REQUESTS:
            self.malformed("request 0", ["FORME-4.1-1"], payload, "request", 4, request=0)
            self.valid("the highest request number", ["FORME-4.1-1"], payload, value,
                       request=65535)
        if self.name in WITHOUT_NUMBER:
            self.malformed("a request number", ["FORME-4.1-4"], payload, "request", 4, request=1)

    def write(self, title):
        write(FOLDER / f"{self.name.lower()}.json", title, self.cases)


def cut(payload, count):
    """The first `count` bytes, with the notes that are left whole."""
    part = fields()
    part.data = payload.data[:count]
    part.notes = [note for note in payload.notes
                  if note["at"] + note["length"] <= HEADER + count]
    return part
