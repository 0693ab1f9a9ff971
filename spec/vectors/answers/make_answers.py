#!/usr/bin/env python3
"""Writes the cases of this folder from spec/PROTOCOL.md alone: what a device must not believe."""
import pathlib
import struct
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from framing import LAST, digest, form_key, frame, sha256, write  # noqa: E402

ZEROS = bytes(16)
PANEL = bytes.fromhex("01000400800008 030003010100")
PACKBITS_PANEL = bytes.fromhex("01000400800008 030003010100 09000400000100")
ROLL = bytes.fromhex("01000400800000 030003010100")
OLD, NEW = digest(b"old"), digest(b"new")
PICTURE = bytes(100)


def string(text):
    data = text.encode()
    return bytes([len(data)]) + data


def get(shown=ZEROS, partial=ZEROS, offset=0, credit=4096):
    return frame(0x10, b"\x01" + string("lobby") + shown + partial
                 + struct.pack(">II", offset, credit), 1)


def form(status=0, alternative=0, etag=NEW, sent=NEW, total=128, offset=0, length=None,
         size=(128, 8), codec=(0, 0), generation=3, next_poll=0, request=1):
    length = total - offset if length is None else length
    return frame(0x11, bytes([status, alternative]) + etag + sent
                 + struct.pack(">IIIHHBBII", total, offset, length, *size, *codec, generation,
                               next_poll), request)


def data(count, last=False, request=1):
    return frame(0x12, bytes(count), request, LAST if last else 0)


def put(declared=True):
    return frame(0x20, string("lobby") + struct.pack(">I", len(PICTURE))
                 + (sha256(PICTURE) if declared else bytes(32)), 1)


def ready(next_offset=0, credit=4096):
    return frame(0x21, struct.pack(">II", next_offset, credit), 1)


def stored(image=digest(PICTURE)):
    return frame(0x22, image + struct.pack(">I", 1), 1)


def list_names(prefix="", after=""):
    return frame(0x23, string(prefix) + string(after), 1)


def listing(*names, last=True):
    return frame(0x24, b"".join(string(name) + NEW + bytes(8) for name in names), 1,
                 LAST if last else 0)


def watch(*names):
    return frame(0x30, b"".join(string(name) for name in names), 1)


def notify(name, request=0):
    return frame(0x31, string(name) + NEW + struct.pack(">I", 4), request)


def error(code, flags, request=1):
    return frame(0x7F, bytes([code, flags, 0, 0, 0]), request)


def welcome(flags):
    return frame(0x02, struct.pack(">BBHHQ", 0, flags, 8192, 300, 0) + bytes(32))


def refer(request=1):
    return frame(0x44, struct.pack(">HB4sH", 60, 4, bytes([192, 0, 2, 7]), 3676) + b"\x03abc", request)


OK = frame(0x3F, b"", 1)


class AnswerFile:
    def __init__(self):
        self.cases = []

    def case(self, title, requirements, request, answer, before=(), descriptors=(PANEL,),
             state="open", form_limit=None, ticket=None):
        case = {"title": title, "requirements": [f"FORME-{n}" for n in requirements.split()],
                "from": "server", "maxFrame": 8192, "state": state,
                "descriptors": [one.hex() for one in descriptors]}
        if form_limit:
            case["formLimit"] = form_limit
        if ticket:
            case["ticket"] = ticket.hex()
        if request:
            case["request"] = request.hex()
        case["before"] = [one.hex() for one in before]
        case["hex"] = answer.hex()
        self.cases.append(case)
        return case

    def taken(self, *parts, **context):
        self.case(*parts, **context)["taken"] = True

    def closes(self, *parts, code=None, **context):
        """`code`: that of the ERROR, where the text gives one."""
        self.case(*parts, **context)["closes"] = {"code": code} if code else {}

    def write(self, name, title):
        write(FOLDER / f"{name}.json", title, self.cases)


def forms():
    f = AnswerFile()
    f.taken("a whole form", "11-3 6.1-9", get(), form())
    f.closes("a total of 0", "11-3", get(), form(total=0))
    f.closes("a total of 67,108,865", "11-3", get(), form(total=67_108_865))
    f.closes("a total above the device's own limit", "11-3", get(), form(), form_limit=127)
    f.taken("a total at the device's own limit", "11-3", get(), form(), form_limit=128)
    f.closes("the alternative 1 of one", "11-4", get(), form(alternative=1))
    f.taken("the alternative 1 of two", "11-4", get(), form(alternative=1),
            descriptors=(PANEL, PACKBITS_PANEL))
    f.closes("a codec that was not listed", "11-5", get(), form(codec=(1, 0)))
    f.closes("a codec that another alternative lists", "11-5", get(), form(codec=(1, 0)),
             descriptors=(PANEL, PACKBITS_PANEL))
    f.taken("a codec that was listed", "11-5", get(), form(codec=(1, 0)),
            descriptors=(PACKBITS_PANEL,))
    for size in ((127, 8), (129, 8), (128, 7), (128, 9), (8, 128), (0, 0), (128, 0)):
        f.closes(f"{size[0]} x {size[1]} pixels of 128 x 8", "11-6", get(), form(size=size))
    for rows in (1, 65535):
        f.taken(f"{rows} rows of a roll", "11-6", get(), form(size=(128, rows)),
                descriptors=(ROLL,))
    f.closes("no rows of a roll", "11-6", get(), form(size=(128, 0)), descriptors=(ROLL,))
    f.closes("a roll of another width", "11-6", get(), form(size=(127, 8)), descriptors=(ROLL,))

    shown = get(shown=NEW)
    f.taken("NOT_MODIFIED", "11-7", shown, form(status=1, length=0))
    f.closes("NOT_MODIFIED of another etag", "11-7", shown,
             form(status=1, etag=OLD, length=0))
    f.closes("NOT_MODIFIED, and nothing is shown", "11-7", get(), form(status=1, length=0))
    f.closes("NOT_MODIFIED of zeros, and nothing is shown", "11-7 3.3-14", get(),
             form(status=1, etag=ZEROS, length=0))
    f.closes("NOT_MODIFIED with an offset", "11-7", shown, form(status=1, offset=1, length=0))
    f.closes("NOT_MODIFIED with a length", "11-7", shown, form(status=1, length=128))
    pending = dict(status=2, etag=ZEROS, sent=ZEROS, total=0, offset=0, length=0, size=(0, 0),
                   codec=(0, 0), generation=0, next_poll=5)
    f.taken("PENDING", "11-8", get(), form(**pending))
    for what, change in (
            ("alternative", {"alternative": 1}), ("etag", {"etag": NEW}), ("sent", {"sent": NEW}),
            ("total", {"total": 1}), ("offset", {"offset": 1}), ("length", {"length": 1}),
            ("width", {"size": (1, 0)}), ("height", {"size": (0, 1)}), ("codec", {"codec": (1, 0)}),
            ("generation", {"generation": 1})):
        f.closes(f"PENDING with {what}", "11-8", get(), form(**pending | change),
                 descriptors=(PACKBITS_PANEL, PANEL))

    part = get(partial=NEW, offset=64)
    f.taken("the rest of a form", "11-9 11-10", part, form(offset=64))
    f.closes("another offset than that of the part", "11-9", part, form(offset=63))
    f.closes("the whole, though the part is of it", "11-9", part, form())
    f.taken("another form, from its beginning", "11-9", part, form(sent=OLD))
    f.closes("another form, from the part's offset on", "11-9", part, form(sent=OLD, offset=64))
    f.closes("an offset, and there is no part", "11-9", get(), form(offset=64))
    f.closes("an offset, and the part is of zeros", "11-9 3.3-14", get(offset=64),
             form(sent=ZEROS, offset=64))
    for offset in (128, 129, 2 ** 32 - 1):
        f.taken(f"from the beginning, when {offset} bytes are there of 128", "11-9",
                get(partial=NEW, offset=offset), form())
    for length in (0, 127, 129, 2 ** 32 - 1):
        f.closes(f"{length} bytes of 128", "11-10", get(), form(length=length))
    f.closes("more than the rest", "11-10", part, form(offset=64, length=128))

    old = get(shown=OLD)
    f.taken("PATCH", "11-11 11-12", old, form(status=3, sent=OLD, offset=100, length=28))
    f.taken("PATCH of every byte", "11-12", old, form(status=3))
    f.closes("PATCH, and nothing is shown", "11-11", get(), form(status=3, length=1))
    f.closes("PATCH to what is shown", "11-11", shown, form(status=3, length=1))
    f.closes("PATCH with PackBits", "11-12", old, form(status=3, codec=(1, 0), length=1),
             descriptors=(PACKBITS_PANEL,))
    f.closes("PATCH of no bytes", "11-12", old, form(status=3, length=0))
    f.closes("PATCH a byte beyond the form", "11-12", old, form(status=3, offset=100, length=29))
    f.closes("PATCH far beyond the form", "11-12", old,
             form(status=3, offset=2 ** 32 - 1, length=2 ** 32 - 1))
    f.taken("PATCH, though the device holds a part of a form", "6.1-22",
            get(shown=OLD, partial=NEW, offset=64), form(status=3, sent=OLD, offset=7, length=9))
    f.write("form", "FORM and the GET that it answers, sections 6.1 and 11")


def transfers():
    f = AnswerFile()
    f.taken("a form in one DATA", "6.2-7", get(), data(128, True), before=[form()])
    f.taken("a form in two", "6.2-7 6.2-1", get(credit=128), data(64, True),
            before=[form(), data(64)])
    f.closes("a byte past the end", "6.2-8", get(), data(129, True), before=[form()],
             code="MALFORMED")
    f.closes("a byte past the end of the second", "6.2-8", get(), data(65, True),
             before=[form(), data(64)], code="MALFORMED")
    f.closes("last before the end", "6.2-9", get(), data(127, True), before=[form()],
             code="MALFORMED")
    f.closes("the last byte without last", "6.2-10", get(), data(128), before=[form()],
             code="MALFORMED")
    for last in (False, True):
        f.closes(f"empty DATA{', the last' if last else ''}", "6.2-11", get(), data(0, last),
                 before=[form()], code="MALFORMED")
    f.closes("a byte more than the credit", "11-13 6.2-3", get(credit=64), data(65),
             before=[form()], code="CREDIT_OVERFLOW")
    f.taken("as much as the credit", "11-13 6.2-3", get(credit=64), data(64), before=[form()])
    f.closes("more in two than the credit", "11-13 6.2-3", get(credit=100), data(37),
             before=[form(), data(64)], code="CREDIT_OVERFLOW")
    f.closes("DATA after all credit is used", "11-13 6.2-3", get(credit=64), data(64, True),
             before=[form(), data(64)], code="CREDIT_OVERFLOW")
    f.taken("the bytes of a patch", "6.1-10 6.2-7", get(shown=OLD), data(28, True),
            before=[form(status=3, offset=100, length=28)])
    f.closes("more than the bytes of a patch", "6.2-8", get(shown=OLD), data(29, True),
             before=[form(status=3, offset=100, length=28)], code="MALFORMED")
    late = "UNEXPECTED_MESSAGE"
    f.closes("DATA after the last one", "11-17", get(), data(1, True),
             before=[form(), data(128, True)], code=late)
    f.closes("DATA after NOT_MODIFIED", "11-17 6.1-10", get(shown=NEW), data(128, True),
             before=[form(status=1, length=0)], code=late)
    f.closes("DATA before FORM", "11-17", get(), data(128, True), code=late)
    f.closes("DATA of another request", "11-17", get(), data(128, True, 2), before=[form()],
             code=late)
    f.closes("FORM a second time", "11-17", get(), form(), before=[form()], code=late)
    f.closes("FORM of another request", "11-17", get(), form(request=2), code=late)
    f.closes("FORM, and nothing was asked", "11-17", None, form(), code=late)
    f.closes("OK for GET", "11-17", get(), OK, code=late)
    f.closes("LISTING for GET", "11-17", get(), listing(), code=late)

    f.taken("READY at the beginning", "11-18 6.3-5", put(), ready())
    f.taken("READY in the middle", "11-18 6.3-5", put(), ready(64))
    f.taken("READY at the end", "11-18 6.3-5", put(), ready(100, 0))
    f.closes("READY a byte past the end", "11-18 6.3-5", put(), ready(101))
    f.closes("READY in the middle of what has no digest", "11-18 6.3-6", put(False), ready(1))
    f.taken("READY at the beginning of what has no digest", "11-18 6.3-6", put(False), ready())
    f.taken("READY with the most credit", "11-18", put(), ready(credit=2 ** 31 - 1))
    f.closes("READY with a byte more", "11-18 6.2-2", put(), ready(credit=2 ** 31),
             code="CREDIT_OVERFLOW")
    f.taken("STORED", "6.3-14 3.3-13", put(), stored(), before=[ready()])
    f.closes("STORED of another image", "6.3-14", put(), stored(NEW), before=[ready()])
    f.closes("STORED before READY", "11-17", put(), stored(), code=late)
    f.closes("STORED with the last 16 bytes of the digest", "6.3-14 3.3-13", put(),
             stored(sha256(PICTURE)[16:]), before=[ready()])
    f.write("transfers", "DATA, READY and STORED, sections 6.2, 6.3 and 11")


def names():
    f = AnswerFile()
    f.taken("names in order", "11-14 6.4-3", list_names(), listing("a", "ab", "b"))
    f.closes("names out of order", "11-14 6.4-3", list_names(), listing("b", "a"))
    f.closes("a name twice", "11-14 6.4-3", list_names(), listing("a", "a"))
    f.taken("capitals before small letters", "3.3-12 11-14", list_names(), listing("Z", "a"))
    f.closes("small letters before capitals", "3.3-12 11-14", list_names(), listing("a", "Z"))
    f.taken("an accented letter as two code points before one", "3.3-12 11-14", list_names(),
            listing("e\u0301", "f", "\u00e9"))
    f.taken("both forms of an accented letter: two names", "3.3-12", list_names(),
            listing("e\u0301", "\u00e9"))
    f.taken("U+FFFD before U+10000, which UTF-16 orders otherwise", "3.3-12 11-14",
            list_names(), listing("\ufffd", "\U00010000"))
    f.closes("U+10000 before U+FFFD", "3.3-12 11-14", list_names(),
             listing("\U00010000", "\ufffd"))
    f.taken("a name after `after`", "11-14 6.4-2", list_names(after="b"), listing("b\u0300"))
    for name in ("b", "a"):
        f.closes(f"the name {name} after b", "11-14 6.4-2", list_names(after="b"), listing(name))
    f.taken("names with the prefix", "11-14 6.4-2", list_names("shop/"),
            listing("shop/", "shop/a"))
    f.closes("a name without the prefix", "11-14 6.4-2", list_names("shop/"),
             listing("shop/a", "shoq"))
    f.closes("a name that is shorter than the prefix", "11-14 6.4-2", list_names("shop/"),
             listing("shop"))
    f.closes("a prefix that is equal in another form", "3.3-12 6.4-2", list_names("\u00e9"),
             listing("e\u0301a"))
    f.taken("no names, and none follow", "11-15 6.4-5", list_names(), listing())
    f.closes("no names, and more follow", "11-15 6.4-4", list_names(), listing(last=False))
    f.taken("one name, and more follow", "11-15 6.4-4", list_names(), listing("a", last=False))

    f.taken("NOTIFY of a watched name", "11-16 11-2", watch("a", "b"), notify("b"), before=[OK])
    f.closes("NOTIFY of another name", "11-16 6.6-13", watch("a"), notify("b"), before=[OK])
    f.closes("NOTIFY of a name that is equal in another form", "11-16 3.3-12", watch("\u00e9"),
             notify("e\u0301"), before=[OK])
    f.closes("NOTIFY before OK", "11-16 6.6-14", watch("a"), notify("a"))
    f.closes("NOTIFY, and nothing was watched", "11-16", None, notify("a"))
    f.closes("NOTIFY with a number", "4.1-4", watch("a"), notify("a", 1), before=[OK],
             code="MALFORMED")
    f.closes("OK a second time", "11-17", watch("a"), OK, before=[OK], code="UNEXPECTED_MESSAGE")
    f.write("names", "LISTING and NOTIFY, sections 6.4, 6.6 and 11")


def errors():
    f = AnswerFile()
    f.taken("a request that failed", "7-5", get(), error(0x80, 0))
    f.taken("a code that is not known, without flag 2", "7-3", get(), error(0xBF, 1))
    f.taken("a code above C0 that is not known, without flag 2", "7-3", get(), error(0xFE, 0))
    f.taken("unknown flags", "7-3", get(), error(0x8A, 0xFD))
    f.taken("a transfer that failed", "7-5 4.2-7", get(), error(0x8D, 0), before=[form()])
    for request in (0, 2):
        f.closes(f"a request that failed, with the number {request}", "7-11", get(),
                 error(0x80, 0, request), code="UNEXPECTED_MESSAGE")
    f.closes("a failure, and nothing was asked", "7-11", None, error(0x80, 0),
             code="UNEXPECTED_MESSAGE")
    f.closes("a failure twice", "7-11 4.2-7", get(), error(0x80, 0), before=[error(0x80, 0)],
             code="UNEXPECTED_MESSAGE")
    for request in (0, 1, 9):
        f.closes(f"the connection failed, with the number {request}", "7-10", get(),
                 error(0xC0, 2, request))
    f.closes("flag 2 of a code that is not known", "7-3 7-10", get(), error(0xBF, 2))
    f.closes("flag 2 of a code of request scope", "7-10", get(), error(0x80, 2))
    f.closes("a code of connection scope without flag 2", "7-10", get(), error(0xC0, 0))
    f.closes("the connection failed between requests", "7-10", None, error(0xC9, 2, 0))
    for reason in (0, 1, 9):
        f.closes(f"GOAWAY, reason {reason}", "7-13 7-12" if reason == 9 else "7-13", None,
                 frame(0x43, bytes([reason, 0, 0, 0, 60])))

    keys = [form_key(PANEL), form_key(PACKBITS_PANEL)]
    both = dict(descriptors=(PANEL, PACKBITS_PANEL), state="capabilities")

    def accepted(*of):
        return frame(0x04, b"".join(of))

    f.taken("the keys of HELLO", "5.3-9", None, accepted(*keys), **both)
    f.closes("in another order", "5.3-9", None, accepted(*keys[::-1]), **both)
    f.closes("one of two", "5.3-9", None, accepted(keys[0]), **both)
    f.closes("one too many", "5.3-9", None, accepted(*keys, keys[0]), **both)
    f.closes("another key", "5.3-9", None, accepted(keys[0], form_key(ROLL)), **both)
    f.closes("ACCEPTED a second time", "3.1-3", None, accepted(*keys),
             before=[accepted(*keys)], **both, code="UNEXPECTED_MESSAGE")
    f.taken("capabilities that are refused", "5.3-13 7-11", None, error(0x83, 0, 0), **both)
    f.closes("capabilities that are refused, with a number", "7-11 7-4", None, error(0x83, 0, 1),
             **both, code="UNEXPECTED_MESSAGE")
    start = dict(state="start")
    f.closes("capabilities are wanted of a device without", "5.3-16", None, welcome(1),
             descriptors=(), **start)
    f.closes("a key is wanted of a device without", "5.3-17", None, welcome(2), **start,
             code="NOT_PROVEN")
    f.closes("WELCOME a second time", "3.1-3", None, welcome(0), before=[welcome(0)], **start,
             code="UNEXPECTED_MESSAGE")
    f.closes("ACCEPTED before WELCOME", "3.1-3", None, accepted(keys[0]), **start,
             code="UNEXPECTED_MESSAGE")
    f.closes("ACCEPTED, and nothing was offered", "3.1-3", None, accepted(keys[0]),
             before=[welcome(0)], **start, code="UNEXPECTED_MESSAGE")
    f.write("errors-and-handshake", "ERROR, GOAWAY, WELCOME and ACCEPTED, sections 5, 7 and 11")


def referrals():
    f = AnswerFile()
    unexpected, ticket = "UNEXPECTED_MESSAGE", b"abc"
    f.taken("REFER instead of FORM", "6.7-2 4.2-7", get(), refer())
    f.taken("REFER to a device that shows a form", "6.7-2", get(shown=OLD), refer())
    f.taken("REFER to a device that has a part", "6.7-2", get(partial=NEW, offset=64), refer())
    f.closes("REFER of a server that was shown a ticket", "6.7-8 6.7-4", get(), refer(), ticket=ticket,
             code="MALFORMED")
    f.taken("the form of a server that was shown a ticket", "6.7-7", get(), form(), ticket=ticket)
    f.closes("REFER twice", "4.2-7 11-17", get(), refer(), before=[refer()], code=unexpected)
    f.closes("FORM after REFER", "4.2-7 11-17", get(), form(), before=[refer()], code=unexpected)
    f.closes("REFER after FORM", "4.2-7 3.1-3", get(), refer(), before=[form()], code=unexpected)
    f.closes("REFER after PENDING", "4.2-7 11-17", get(),
             refer(), before=[form(2, 0, ZEROS, ZEROS, 0, 0, 0, (0, 0), (0, 0), 0, 5)], code=unexpected)
    for request in (0, 2):
        f.closes(f"REFER with the number {request}", "11-17 4.1-2", get(), refer(request),
                 code=unexpected)
    for name, asked in (("PUT", put()), ("LIST", list_names()), ("WATCH", watch("a"))):
        f.closes(f"REFER in answer to {name}", "6.7-2 3.1-3", asked, refer(), code=unexpected)
    f.closes("REFER, and nothing was asked", "11-17", None, refer(), code=unexpected)
    f.write("referrals", "REFER, sections 6.7 and 11")


forms()
transfers()
names()
errors()
referrals()
