"""Messages without fields, GOAWAY, ERROR, all kinds of names, and types that are none."""
from building import FOLDER, HEADER, TYPES, MessageFile, fields, write
from framing import CRC, LAST, MAC, RESERVED, frame


def write_empty():
    for name, state, requirements in (
            ("CANCEL", "open", ["FORME-4.2-6"]), ("OK", None, []), ("PING", "open", []),
            ("PONG", "open", ["FORME-4.2-4"])):
        f = MessageFile(name, valid_state=state)
        f.common(fields(), {})
        if requirements:
            f.valid("for nothing, ignored", requirements, fields(), {})
        if f.other_side is None:
            for side in ("device", "server"):
                f.valid(f"number 0 from the {side}", ["FORME-3.1-1"], fields(), {}, request=0,
                        side=side)
                f.malformed(f"a payload, from the {side}", ["FORME-3.3-2"], b"pong", "trailing",
                            HEADER, side=side)
            f.valid("the highest number", ["FORME-3.1-1"], fields(), {}, request=65535)
        f.write(f"{name}, section 3.1")


def write_goaway():
    f = MessageFile("GOAWAY", valid_state="open")

    def goaway(reason=1, hold_off=0):
        p = fields()
        p.u8("reason", reason)
        p.u32("hold-off", hold_off)
        return p, {"reason": reason, "holdOff": hold_off}

    f.common(*goaway())
    for reason in (0, 2, 3):
        f.valid(f"reason {reason}", [], *goaway(reason, 2 ** 32 - 1 if reason == 3 else 60))
    for reason in (4, 255):
        f.valid(f"reason {reason}, treated as 0", ["FORME-7-12"], *goaway(reason))
    f.valid("a request number, which a device takes", ["FORME-4.1-5"], *goaway(), request=9)
    f.write("GOAWAY, section 7")


def write_error():
    f = MessageFile("ERROR", "FORME-7-1")

    def error(code=0x8A, flags=1, retry_after=30, detail="busy"):
        p = fields()
        p.u8("code", code)
        p.u8("flags", flags)
        p.u16("retry after", retry_after)
        p.text("detail", detail)
        return p, {"code": code, "flags": flags, "retryAfter": retry_after, "detail": detail}

    f.side = "server"
    f.common(*error())
    f.valid("of the connection", ["FORME-7-6"], *error(0xC0, 2, 0, ""), request=0)
    f.valid("from the device", ["FORME-3.1-1"], *error(0xC8, 2, 0, ""), request=0, side="device")
    f.valid("a code that is not known, with its flags", ["FORME-7-3"], *error(0xBF, 1, 65535, "?"))
    f.valid("flags other than 1 and 2, which are ignored", ["FORME-7-3"], *error(0x80, 0xFC, 0))
    for length in (0, 1, 119, 120):
        f.valid(f"a detail of {length} bytes", [], *error(detail="d" * length))
    f.valid("a detail of 40 letters and 120 bytes", [], *error(detail="\u20ac" * 40))
    for length in (121, 255):
        p = error(detail="d" * length)[0]
        f.malformed(f"a detail of {length} bytes", ["FORME-7-1", "FORME-3.3-3"], p, "range",
                    p.at("detail length"))
    for detail in (b"\xff", b"ab\xe2\x82"):
        p = error(detail=detail)[0]
        f.malformed(f"a detail of {detail.hex()}, not UTF-8", ["FORME-3.3-6"], p, "utf8",
                    p.at("detail"))
    f.write("ERROR, section 7")


def write_names():
    """REMOVE of every kind of name: of all messages it has a name and nothing else."""
    f = MessageFile("REMOVE", valid_state="open")

    def remove(name):
        p = fields()
        p.text("name", name)
        return p

    for count in (1, 2, 127, 128):
        f.valid(f"{count} bytes", ["FORME-3.3-5", "FORME-3.3-7"], remove("n" * count),
                {"name": "n" * count})
    for count in (0, 129, 130, 255):
        f.invalid(f"{count} bytes", ["FORME-3.3-7", "FORME-3.3-10", "FORME-7-4", "FORME-7-5"],
                  remove("n" * count), "NAME_INVALID", "name", 8)
    f.valid("128 bytes in 32 characters", ["FORME-3.3-7"], remove("\U0001F5BC" * 32),
            {"name": "\U0001F5BC" * 32})
    f.invalid("129 bytes in 33 characters", ["FORME-3.3-7", "FORME-3.3-10"],
              remove("\U0001F5BC" * 32 + "x"), "NAME_INVALID", "name", 8)
    for code in (0x20, 0x7E, 0xA0, 0x7FF, 0x800, 0x2028, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000,
                 0x10FFFF):
        f.valid(f"U+{code:04X}", ["FORME-3.3-6", "FORME-3.3-8"] if code < 0x100
                else ["FORME-3.3-6"], remove(chr(code)), {"name": chr(code)})
    for code in (*range(0x20), *range(0x7F, 0xA0)):
        f.invalid(f"U+{code:04X}, a control character", ["FORME-3.3-8", "FORME-3.3-10"],
                  remove(chr(code)), "NAME_INVALID", "name", 8)
    f.invalid("a control character at the end", ["FORME-3.3-8", "FORME-3.3-10"],
              remove("n" * 126 + "\u0085"), "NAME_INVALID", "name", 8)
    f.valid("an accented letter as one code point", ["FORME-3.3-12"], remove("\u00e9"),
            {"name": "\u00e9"})
    f.valid("the same letter as two, another name", ["FORME-3.3-12"], remove("e\u0301"),
            {"name": "e\u0301"})
    for name in ("..", "/", "a/../b", "lobby ", "%00", "-rf", "'; --"):
        f.valid(f"{name!a}, no more than a name", ["FORME-3.3-7"], remove(name), {"name": name})
    broken = {
        "80": "a byte that only goes on", "bf": "a byte that only goes on",
        "c3": "two bytes, cut", "e282": "three bytes, cut", "f09f96": "four bytes, cut",
        "c328": "a second byte that does not go on", "e28228": "a third byte that does not go on",
        "c080": "zero, overlong", "c1bf": "one byte, overlong", "e08080": "zero, overlong",
        "e09fbf": "two bytes, overlong", "f0808080": "zero, overlong",
        "f08fbfbf": "three bytes, overlong", "eda080": "the first surrogate",
        "edbfbf": "the last surrogate", "eda0bdedb18d": "a pair of surrogates",
        "f4908080": "one past U+10FFFF", "f5808080": "a byte that begins nothing",
        "f888808080": "five bytes", "fc8480808080": "six bytes", "fe": "never in UTF-8",
        "ff": "never in UTF-8", "61ff62": "never in UTF-8, between letters"}
    for digits, what in broken.items():
        data = bytes.fromhex(digits)
        f.malformed(f"{digits}: {what}", ["FORME-3.3-6"], remove(data), "utf8", 9)
    f.malformed("129 bytes that are not UTF-8", ["FORME-3.3-6"], remove(b"n" * 128 + b"\xff"),
                "utf8", 9)
    f.malformed("a length beyond the payload", ["FORME-3.3-1"], b"\x80" + b"n" * 127, "truncated",
                9)
    write(FOLDER / "names.json", "Names, section 3.3", f.cases)


def write_types():
    cases = []

    def case(title, requirements, side, data, state="open", **outcome):
        cases.append({"title": title, "requirements": requirements, "from": side, "maxFrame": 248,
                      "state": state, "hex": data.hex(), "fields": [], **outcome})

    numbers = {number for number, _ in TYPES.values()}
    unknown = {"code": "UNKNOWN_TYPE", "reason": "type", "offset": 0}
    for side in ("device", "server"):
        for kind in (0x00, 0x07, 0x0F, 0x15, 0x26, 0x32, 0x3E, 0x42, 0x46, 0x7E):
            assert kind not in numbers
            case(f"type {kind:02X} from the {side}", ["FORME-3.2-2"], side, frame(kind, b"\1", 1),
                 error=unknown)
        for kind in (0x80, 0x81, 0xFF):
            case(f"type {kind:02X} from the {side}", ["FORME-3.2-1"], side, frame(kind, b"\1", 1),
                 skipped=True)
        for kind in (0x97, 0xB6, 0xD5, 0xF4):
            case(f"type {kind:02X} from the {side}, grease", ["FORME-3.2-1", "FORME-9-1"]
                 if side == "device" else ["FORME-3.2-1"], side, frame(kind, b"\1", 1),
                 skipped=True)
        case(f"a frame to skip before the handshake, from the {side}", ["FORME-3.2-1"], side,
             frame(0x97, b"", 0), "start", skipped=True)
        for flags in (LAST, CRC, 0xF0, 0xF3):
            case(f"a frame to skip with flags {flags:02X} and a high number, from the {side}",
                 ["FORME-3.2-1"], side, frame(0xB6, bytes(32), 65535, flags), skipped=True)
        case(f"a type that may not be skipped before the handshake, from the {side}",
             ["FORME-3.2-2"], side, frame(0x08), "start", error=unknown)
        case(f"a frame to skip with a wrong check, from the {side}", ["FORME-3.2-3"], side,
             frame(0x97)[:7] + bytes([frame(0x97)[7] ^ 1]),
             error={"code": "CHECK_MISMATCH", "reason": "check", "offset": 0})
        case(f"a frame to skip with a wrong CRC-32, from the {side}", ["FORME-3.2-3"], side,
             frame(0x97, b"abc", 0, CRC)[:-1] + b"\0",
             error={"code": "CHECK_MISMATCH", "reason": "crc32", "offset": 0})
        case(f"a frame to skip with flag 08, from the {side}", ["FORME-3.2-3"], side,
             frame(0x97, b"", 0, RESERVED),
             error={"code": "MALFORMED", "reason": "flags", "offset": 0})
        case(f"a frame to skip with flag 04 and no key in use, from the {side}", ["FORME-3.2-3"],
             side, frame(0x97, bytes(8), 0, MAC),
             error={"code": "NOT_PROVEN", "reason": "mac", "offset": 0})
        case(f"a frame to skip that is too long, from the {side}", ["FORME-3.2-3"], side,
             frame(0x97, bytes(249)), "start",
             error={"code": "FRAME_TOO_LONG", "reason": "limit", "offset": 0})
    write(FOLDER / "types.json", "Types that are no messages, section 3.2", cases)


def write_states():
    """What a server answers to messages that have no meaning where they come."""
    cases = []

    def case(title, requirements, state, name, payload, code, request=1):
        data = frame(TYPES[name][0], payload, request)
        cases.append({"title": title, "requirements": [f"FORME-{n}" for n in requirements.split()],
                      "from": "device", "maxFrame": 248 if state == "start" else 8192,
                      "state": state, "hex": data.hex(), "fields": [],
                      "error": {"code": code, "reason": "state", "offset": 0}})

    hello = b"FORM\1\0\0\xf8\0\0\0\0"
    prove = b"\7press-1" + bytes(64)
    get = b"\1\1a" + bytes(40)
    requests = {"GET": get, "PUT": b"\1a\0\0\0\1" + bytes(32), "LIST": b"\0\0",
                "REMOVE": b"\1a", "WATCH": b""}
    others = {"DATA": b"a", "CREDIT": b"\0\0\0\1", "CANCEL": b""}
    capabilities = b"\1\0\0"
    for name, payload in {**requests, **others}.items():
        case(f"{name} before HELLO", "5.3-1 3.1-3", "start", name, payload, "UNEXPECTED_MESSAGE")
        case(f"{name} before a proof that must come", "13.1-10", "proof", name, payload,
             "NOT_PROVEN")
    for name in ("PING", "PONG"):
        case(f"{name} before HELLO", "4.2-3 5.3-1" if name == "PING" else "5.3-1", "start", name,
             b"", "UNEXPECTED_MESSAGE")
    case("CAPABILITIES before HELLO", "5.3-1 3.1-3", "start", "CAPABILITIES", capabilities,
         "UNEXPECTED_MESSAGE", 0)
    case("PROVE before HELLO", "5.3-1 13.1-4", "start", "PROVE", prove, "UNEXPECTED_MESSAGE", 0)
    case("CAPABILITIES before a proof that must come", "13.1-10", "proof", "CAPABILITIES",
         capabilities, "NOT_PROVEN", 0)
    case("HELLO before a proof that must come", "13.1-10", "proof", "HELLO", hello, "NOT_PROVEN",
         0)
    for state in ("open", "capabilities"):
        case(f"a second HELLO, {state}", "5.3-2 3.1-3", state, "HELLO", hello,
             "UNEXPECTED_MESSAGE", 0)
        case(f"DATA for no upload, {state}", "3.1-3", state, "DATA", b"a", "UNEXPECTED_MESSAGE")
    case("CAPABILITIES that nobody asked for", "5.3-6 3.1-3", "open", "CAPABILITIES",
         capabilities, "UNEXPECTED_MESSAGE", 0)
    origin = bytes(6)
    case("ORIGIN before HELLO", "5.3-1 3.1-3", "start", "ORIGIN", origin, "UNEXPECTED_MESSAGE", 0)
    case("ORIGIN before a proof that must come", "13.1-10", "proof", "ORIGIN", origin, "NOT_PROVEN",
         0)
    for state in ("open", "capabilities"):
        case(f"ORIGIN of a device, {state}", "15-3 3.1-3", state, "ORIGIN", origin,
             "UNEXPECTED_MESSAGE", 0)
    case("GET without capabilities", "5.3-15 7-4 7-5", "open", "GET", get, "NO_CAPABILITIES")
    write(FOLDER / "states.json", "Messages that have no meaning where they come", cases)


def write_all():
    write_empty()
    write_goaway()
    write_error()
    write_names()
    write_types()
    write_states()
