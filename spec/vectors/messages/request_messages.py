"""GET to NOTIFY, from sections 4 and 6."""
from building import LAST, ZEROS, MessageFile, counted, fields

IMAGE = counted(0x10)
CREDIT_LIMIT = 2 ** 31 - 1
FORM_LIMIT = 67_108_864


def get(name="lobby", image=None, kind=None, shown=ZEROS, partial=ZEROS, offset=0, credit=64):
    """GET of a name, or of an `image`; another `kind` is not one."""
    p = fields()
    if image is None:
        p.u8("reference kind", 1 if kind is None else kind)
        p.text("name", name)
        reference = {"kind": 1, "name": name}
    else:
        p.u8("reference kind", 0 if kind is None else kind)
        p.raw("image id", image)
        reference = {"kind": 0, "imageId": image.hex()}
    p.raw("shown", shown)
    p.raw("partial", partial)
    p.u32("offset", offset)
    p.u32("credit", credit)
    return p, {"reference": reference, "shown": shown.hex(), "partial": partial.hex(),
               "offset": offset, "credit": credit}


def write_get():
    f = MessageFile("GET", "FORME-6.1-1", valid_state="open")
    f.common(*get())
    f.valid("an image by its id", [], *get(image=IMAGE))
    f.valid("zeros as an image id", [], *get(image=ZEROS))
    f.valid("going on with a part", [],
            *get(shown=counted(1), partial=counted(0x20), offset=4096, credit=4096))
    for offset in (1, 2 ** 32 - 1):
        f.valid(f"offset {offset}", [], *get(offset=offset))
    for credit in (0, 1, CREDIT_LIMIT):
        f.valid(f"credit {credit}", ["FORME-6.1-2"], *get(credit=credit))
    for credit in (CREDIT_LIMIT + 1, 2 ** 32 - 1):
        p = get(credit=credit)[0]
        f.invalid(f"credit {credit}", ["FORME-6.1-2"], p, "CREDIT_OVERFLOW", "credit",
                  p.at("credit"))
    for kind in (2, 255):
        f.malformed(f"a reference of the kind {kind}", ["FORME-6.1-1", "FORME-3.3-3"],
                    get(kind=kind)[0], "range", 8)
    f.malformed("ends inside the image id", ["FORME-3.3-1"],
                get(image=IMAGE)[0].data[:16], "truncated", 9)
    f.malformed("an image id of 17 bytes", ["FORME-3.3-2"],
                get(image=IMAGE)[0].data + b"\0", "trailing", get(image=IMAGE)[0].end)
    bad_names(f, lambda name: get(name)[0])
    f.malformed("a wrong kind before a name that is none", ["FORME-3.3-4"],
                get(name="", kind=7)[0], "range", 8)
    f.invalid("a name that is none before a payload that ends", ["FORME-3.3-4", "FORME-3.3-10"],
              b"\x01\x00", "NAME_INVALID", "name", 9)
    f.write("GET, section 6.1")


def bad_names(f, payload, field="name"):
    """Three strings that are no names and one that is no string; names.json has all kinds."""
    at = payload("x").at(f"{field} length")
    f.invalid(f"an empty {field}", ["FORME-3.3-7", "FORME-3.3-10"], payload(""), "NAME_INVALID",
              "name", at)
    f.invalid(f"a {field} of 129 bytes", ["FORME-3.3-7", "FORME-3.3-10"], payload("n" * 129),
              "NAME_INVALID", "name", at)
    f.invalid(f"a {field} with a line feed", ["FORME-3.3-8", "FORME-3.3-10"], payload("a\nb"),
              "NAME_INVALID", "name", at)
    f.malformed(f"a {field} that is not UTF-8", ["FORME-3.3-6"], payload(b"a\xff"), "utf8", at + 1)


def form(status=0, alternative=0, etag=counted(1), sent=counted(0x21), total=48000, offset=0,
         length=48000, width=800, height=480, codec=(0, 0), generation=7, next_poll=600):
    """FORM, by default a whole one."""
    p = fields()
    p.u8("status", status)
    p.u8("alternative", alternative)
    p.raw("etag", etag)
    p.raw("sent", sent)
    p.u32("total", total)
    p.u32("offset", offset)
    p.u32("length", length)
    p.u16("width", width)
    p.u16("height", height)
    p.u8("codec", codec[0])
    p.u8("parameter", codec[1])
    p.u32("generation", generation)
    p.u32("next poll", next_poll)
    return p, {"status": status, "alternative": alternative, "etag": etag.hex(),
               "sent": sent.hex(), "total": total, "offset": offset, "length": length,
               "width": width, "height": height, "codec": codec[0], "parameter": codec[1],
               "generation": generation, "nextPoll": next_poll}


PENDING = dict(status=2, etag=ZEROS, sent=ZEROS, total=0, length=0, width=0, height=0,
               generation=0, next_poll=5)


def write_form():
    f = MessageFile("FORM", "FORME-6.1-3")
    f.common(*form())
    f.valid("NOT_MODIFIED", [], *form(status=1, length=0))
    f.valid("PENDING", [], *form(**PENDING))
    f.valid("PATCH", [], *form(status=3, offset=4000, length=200))
    f.valid("the rest of a form", [], *form(offset=4000, length=44000))
    f.valid("the largest form", [], *form(total=FORM_LIMIT, length=FORM_LIMIT, height=65535))
    for status in (4, 255):
        f.malformed(f"status {status}", ["FORME-6.1-3", "FORME-3.3-3"], form(status=status)[0],
                    "range", 8)
    for alternative in (1, 2, 3):
        f.valid(f"alternative {alternative}", [], *form(alternative=alternative))
    for alternative in (4, 255):
        f.malformed(f"alternative {alternative}", ["FORME-6.1-3", "FORME-3.3-3"],
                    form(alternative=alternative)[0], "range", 9)
    for codec in ((1, 0), (2, 9), (2, 12), (2, 15)):
        f.valid(f"codec {codec[0]} with parameter {codec[1]}", [], *form(codec=codec))
    for codec in ((0, 1), (1, 1), (2, 0), (2, 8), (2, 16), (3, 0), (255, 255)):
        p = form(codec=codec)[0]
        f.malformed(f"codec {codec[0]} with parameter {codec[1]}",
                    ["FORME-6.1-3", "FORME-3.3-3"], p, "range", p.at("codec"))
    f.malformed("a wrong status before a wrong alternative", ["FORME-3.3-4"],
                form(status=9, alternative=9)[0], "range", 8)
    f.malformed("status PENDING alone", ["FORME-3.3-1"], b"\x02", "truncated", 9)
    f.write("FORM, section 6.1")


def write_data():
    f = MessageFile("DATA")
    p = fields()
    p.raw("bytes", counted(0, 64))
    value = {"bytes": p.data.hex()}
    f.valid("64 bytes", ["FORME-3.1-1"], p, value)
    f.valid("64 bytes with a CRC-32", ["FORME-2.2-3"], p, value, 0x02)
    f.valid("the last bytes", ["FORME-2.2-1"], p, value, LAST)
    f.valid("the last bytes with a CRC-32 and ignored flags", ["FORME-2.2-3", "FORME-2.2-8"], p,
            value, 0xF3)
    f.valid("from the server", ["FORME-3.1-1"], p, value, side="server")
    f.valid("empty, as section 6.3 has it", ["FORME-3.1-1"], b"", {"bytes": ""}, LAST)
    longest = fields()
    longest.raw("bytes", bytes(248))
    f.valid("the longest that every device takes", ["FORME-2.4-4"], longest,
            {"bytes": longest.data.hex()}, side="server")
    f.write("DATA, section 3.1")


def number_message(name, parts, table=None, valid_state=None):
    """A message of numbers and digests: pairs of a name and a u32, or bytes."""
    f = MessageFile(name, table, valid_state=valid_state)

    def payload(**changes):
        p, value = fields(), {}
        for part, (key, default) in parts.items():
            content = changes.get(key, default)
            if isinstance(content, bytes):
                p.raw(part, content)
                value[key] = content.hex()
            else:
                p.u32(part, content)
                value[key] = content
        return p, value

    f.common(*payload())
    return f, payload


def write_numbers():
    f, payload = number_message("CREDIT", {"bytes": ("bytes", 4096)}, valid_state="open")
    for count in (1, CREDIT_LIMIT, 2 ** 32 - 1):
        f.valid(f"{count} bytes for no request, ignored", ["FORME-4.2-5"],
                *payload(bytes=count))
    f.valid("from the server", ["FORME-3.1-1"], *payload(), side="server", state="")
    for side in ("device", "server"):
        f.malformed(f"0 bytes, from the {side}", ["FORME-6.2-6", "FORME-3.3-3"],
                    payload(bytes=0)[0], "range", 8, side=side)
    f.write("CREDIT, sections 3.1 and 6.2")

    f, payload = number_message(
        "READY", {"nextOffset": ("nextOffset", 0), "credit": ("credit", 65536)})
    f.valid("everything is there", [], *payload(nextOffset=FORM_LIMIT, credit=0))
    f.valid("the most credit", [], *payload(credit=CREDIT_LIMIT))
    f.write("READY, section 3.1")

    f, payload = number_message(
        "STORED", {"image id": ("imageId", IMAGE), "generation": ("generation", 1)})
    f.valid("the last generation", [], *payload(generation=2 ** 32 - 1))
    f.write("STORED, section 3.1")


def write_put():
    f = MessageFile("PUT", "FORME-6.3-1", valid_state="open")

    def put(name="lobby", length=48000, digest=counted(0x30, 32)):
        p = fields()
        p.text("name", name)
        p.u32("length", length)
        p.raw("SHA-256", digest)
        return p, {"name": name, "length": length, "sha256": digest.hex()}

    f.common(*put())
    f.valid("a digest that is not known yet", [], *put(digest=bytes(32)))
    for length in (1, FORM_LIMIT):
        f.valid(f"{length} bytes", ["FORME-6.3-4"] if length > 1 else [], *put(length=length))
    p = put(length=0)[0]
    f.invalid("no bytes", ["FORME-6.3-3"], p, "PICTURE_REFUSED", "length", p.at("length"))
    for length in (FORM_LIMIT + 1, 2 ** 32 - 1):
        p = put(length=length)[0]
        f.invalid(f"{length} bytes", ["FORME-6.3-4"], p, "PICTURE_TOO_LARGE", "length",
                  p.at("length"))
    bad_names(f, lambda name: put(name)[0])
    f.write("PUT, section 6.3")


def write_list():
    f = MessageFile("LIST", "FORME-3.3-9", valid_state="open")

    def listing(prefix="", after=""):
        p = fields()
        p.text("prefix", prefix)
        p.text("after", after)
        return p, {"prefix": prefix, "after": after}

    f.common(*listing("shop/", "shop/kitchen"))
    f.valid("everything from the first name on", [], *listing())
    f.valid("a prefix alone", [], *listing("shop/"))
    f.valid("a name to go on after, which need not have the prefix", [], *listing("b", "a"))
    f.valid("both as long as names may be", ["FORME-3.3-7"], *listing("p" * 128, "é" * 64))
    for text, requirement in (("n" * 129, "FORME-3.3-7"), ("a\0", "FORME-3.3-8")):
        p = listing(prefix=text)[0]
        f.invalid(f"prefix of {len(text)} bytes from {text[:2]!a}",
                  [requirement, "FORME-3.3-9", "FORME-3.3-10"], p, "NAME_INVALID", "name", 8)
        p = listing(after=text)[0]
        f.invalid(f"after of {len(text)} bytes from {text[:2]!a}",
                  [requirement, "FORME-3.3-9", "FORME-3.3-10"], p, "NAME_INVALID", "name", 9)
    f.malformed("a prefix that is not UTF-8", ["FORME-3.3-6"], listing(b"\x80")[0], "utf8", 9)
    f.malformed("after is not UTF-8", ["FORME-3.3-6"], listing("a", b"\x80")[0], "utf8", 11)
    f.write("LIST, section 3.1")


def write_listing():
    f = MessageFile("LISTING")

    def listing(*entries):
        p, values = fields(), []
        for index, (name, image, size, time) in enumerate(entries):
            p.text(f"name {index}", name)
            p.raw(f"image id {index}", image)
            p.u32(f"size {index}", size)
            p.u32(f"time {index}", time)
            values.append({"name": name, "imageId": image.hex(), "size": size, "time": time})
        return p, {"entries": values}

    first = ("lobby", IMAGE, 181_204, 1_800_000_000)
    second = ("träger", counted(0x20), FORM_LIMIT, 2 ** 32 - 1)
    f.common(*listing(first, second), flags=LAST, tail=("name", " length"))
    f.valid("no name", ["FORME-3.1-1", "FORME-2.2-1"], *listing(), flags=LAST)
    f.valid("a page that is not the last", ["FORME-2.2-1"], *listing(first))
    f.valid("the longest name", ["FORME-3.3-7"], *listing(("n" * 128, IMAGE, 1, 0)), flags=LAST)
    for name, requirement in (("", "FORME-3.3-7"), ("n" * 129, "FORME-3.3-7"),
                              ("a\x7f", "FORME-3.3-8")):
        p = listing(first, (name, IMAGE, 1, 1))[0]
        f.malformed(f"a name of {len(name)} bytes that is none from {name[:2]!a}",
                    [requirement, "FORME-3.3-11"], p, "name", p.at("name 1 length"), flags=LAST)
    p = listing(("\u00e9", IMAGE, 1, 1))[0]
    f.malformed("a name that is not UTF-8", ["FORME-3.3-6"],
                p.data.replace(b"\xc3\xa9", b"\xc3\x28"), "utf8", 9, flags=LAST)
    f.write("LISTING, section 3.1")


def write_remove():
    f = MessageFile("REMOVE", valid_state="open")

    def remove(name):
        p = fields()
        p.text("name", name)
        return p

    f.common(remove("lobby"), {"name": "lobby"})
    f.malformed("nothing", ["FORME-3.3-1"], b"", "truncated", 8)
    f.write("REMOVE, section 3.1; names.json has all kinds of names")


def write_watch():
    f = MessageFile("WATCH", "FORME-6.6-1", valid_state="open")

    def watch(names):
        p = fields()
        for index, name in enumerate(names):
            p.text(f"name {index}", name)
        return p, {"names": list(names)}

    f.common(*watch(["lobby", "träger"]), tail=("name", " length"))
    f.valid("no names", [], *watch([]))
    f.valid("a name twice", ["FORME-6.6-2"], *watch(["a", "b", "a"]))
    f.valid("64 names", [], *watch([f"n{index}" for index in range(64)]))
    f.valid("64 names of 123 bytes", ["FORME-2.4-3"],
            *watch([f"{index:0123}" for index in range(64)]))
    p = watch([f"n{index}" for index in range(65)])[0]
    f.malformed("65 names", ["FORME-6.6-1", "FORME-3.3-3"], p, "range", p.at("name 64 length"))
    p = watch(["a"] * 65)[0]
    f.malformed("one name 65 times", ["FORME-6.6-1"], p, "range", p.at("name 64 length"))
    for name, requirement in (("", "FORME-3.3-7"), ("n" * 129, "FORME-3.3-7"),
                              ("\u009f", "FORME-3.3-8")):
        p = watch(["a", name])[0]
        f.invalid(f"a second name of {len(name)} bytes that is none from {name[:2]!a}",
                  [requirement, "FORME-3.3-10"], p, "NAME_INVALID", "name", 10)
    f.malformed("a second name that is not UTF-8", ["FORME-3.3-6"], watch(["a", b"\xfe"])[0],
                "utf8", 11)
    f.write("WATCH, section 6.6")


def write_notify():
    f = MessageFile("NOTIFY")

    def notify(name="lobby", image=IMAGE, generation=8):
        p = fields()
        p.text("name", name)
        p.raw("image id", image)
        p.u32("generation", generation)
        return p, {"name": name, "imageId": image.hex(), "generation": generation}

    f.common(*notify())
    f.valid("a name that was removed", [], *notify(image=ZEROS, generation=2 ** 32 - 1))
    for name, requirement in (("", "FORME-3.3-7"), ("n" * 129, "FORME-3.3-7"),
                              ("\x1f", "FORME-3.3-8")):
        f.malformed(f"a name of {len(name)} bytes that is none from {name[:2]!a}",
                    [requirement, "FORME-3.3-11"], notify(name)[0], "name", 8)
    f.malformed("a name that is not UTF-8", ["FORME-3.3-6"], notify(b"\xf5\x80\x80\x80")[0],
                "utf8", 9)
    f.write("NOTIFY, section 3.1")


def write_all():
    write_get()
    write_form()
    write_data()
    write_numbers()
    write_put()
    write_list()
    write_listing()
    write_remove()
    write_watch()
    write_notify()
