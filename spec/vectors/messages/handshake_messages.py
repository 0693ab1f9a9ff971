"""HELLO, WELCOME, CAPABILITIES, ACCEPTED, PROVE and PROVEN, from sections 5 and 13."""
import csv
import struct

from building import FOLDER, MessageFile, counted, fields

with open(FOLDER.parent.parent / "registry/hello-fields.csv", encoding="utf-8",
          newline="") as file:
    TLVS = {int(row["number"], 16): (row["name"], row["bytes"]) for row in csv.DictReader(file)}
SIGNED = {0x85, 0x86}
TEXT = {0x81, 0x82}
KEY = counted(0xC0)


def tlv_value(kind, data):
    """What the value of a TLV says."""
    name, size = TLVS.get(kind, (None, None))
    if name and kind in TEXT:
        value = data.decode()
    elif name and size.isdigit() and int(size) <= 4:
        value = int.from_bytes(data, "big", signed=kind in SIGNED)
    else:
        value = data.hex()
    return {"type": kind, **({"name": name} if name else {}), "value": value}


def hello(magic=b"FORM", major=1, minor=0, max_frame=248, keep_alive=300, device_id=b"shelf-7",
          keys=(KEY,), tlvs=()):
    """Fields and value; `tlvs` are pairs of a type and bytes."""
    p = fields()
    p.raw("magic", magic)
    p.u8("major", major)
    p.u8("minor", minor)
    p.u16("maxFrame", max_frame)
    p.u16("keepAlive", keep_alive)
    p.u8("deviceId length", len(device_id))
    p.raw("deviceId", device_id)
    p.u8("key count", len(keys))
    for index, key in enumerate(keys):
        p.raw(f"key {index}", key)
    for index, (kind, data) in enumerate(tlvs):
        p.u8(f"TLV {index} type", kind)
        p.u8(f"TLV {index} length", len(data))
        p.raw(f"TLV {index} value", data)
    return p


def hello_value(minor=0, max_frame=248, keep_alive=300, device_id=b"shelf-7", keys=(KEY,),
                tlvs=()):
    return {"minor": minor, "maxFrame": max_frame, "keepAlive": keep_alive,
            "deviceId": device_id.hex(), "keys": [key.hex() for key in keys],
            "tlvs": [tlv_value(kind, data) for kind, data in tlvs]}


def write_hello():
    f = MessageFile("HELLO", "FORME-5.1-1", state="start", valid_state="start")

    def valid(title, requirements, state=None, **parts):
        f.valid(title, requirements, hello(**parts), hello_value(**parts), state=state)

    two = ((0x82, b"1.4"), (0x84, b"\x64"))
    f.common(hello(tlvs=two), hello_value(tlvs=two), tail=("TLV", " type"))
    valid("the shortest", ["FORME-5.1-1"], device_id=b"", keys=(), keep_alive=0)
    f.malformed("nothing", ["FORME-3.3-1"], b"", "truncated", 8)
    f.malformed("a byte after the keys is half of a TLV", ["FORME-3.3-1"],
                hello().data + b"\x97", "truncated", hello().end + 1)

    for magic in (b"FORm", b"form", b"\0\0\0\0", b"MROF"):
        f.malformed(f"magic {magic.hex()}", ["FORME-5.1-2"], hello(magic=magic), "magic", 8)
    for major in (0, 2, 255):
        f.invalid(f"major version {major}", ["FORME-5.1-3"], hello(major=major), "VERSION",
                  "version", 12)
    f.invalid("another major version, whatever follows", ["FORME-5.1-3", "FORME-3.3-4"],
              b"FORM\x02", "VERSION", "version", 12)
    f.malformed("a wrong magic before another version", ["FORME-3.3-4"],
                hello(magic=b"FORK", major=2), "magic", 8)
    for minor in (1, 255):
        valid(f"minor version {minor}", ["FORME-5.1-4"], minor=minor)

    for value in (248, 249, 8192, 65535):
        valid(f"maxFrame {value}", ["FORME-5.1-1"], max_frame=value)
    for value in (0, 247):
        f.malformed(f"maxFrame {value}", ["FORME-5.1-5", "FORME-3.3-3"], hello(max_frame=value),
                    "range", 14)
    for value in (0, 1, 65535):
        valid(f"keepAlive {value}", ["FORME-5.1-1"], keep_alive=value)

    for count in (0, 1, 32):
        valid(f"a device id of {count} bytes", ["FORME-5.1-6"], device_id=counted(0xF0, count))
    for count in (33, 255):
        p = hello(device_id=bytes(min(count, 100)))
        data = p.data.replace(bytes([min(count, 100)]) + bytes(min(count, 100)),
                              bytes([count]) + bytes(min(count, 100)), 1)
        f.malformed(f"a device id of {count} bytes", ["FORME-5.1-6", "FORME-3.3-3"], data,
                    "range", 18)
    for count in (0, 1, 2, 3, 4):
        valid(f"{count} keys", ["FORME-5.1-7"], keys=[counted(16 * k) for k in range(count)])
    valid("the same key twice", ["FORME-5.1-1"], keys=(KEY, KEY))
    for count in (5, 255):
        p = hello(keys=())
        f.malformed(f"{count} keys", ["FORME-5.1-7", "FORME-3.3-3"],
                    p.data[:-1] + bytes([count]) + bytes(80), "range", p.at("key count"))
    tlv_cases(f, valid)

    long = ((0x97, bytes(248 - 12 - 2)),)
    f.valid("as long as HELLO may be", ["FORME-2.4-1", "FORME-2.4-2"],
            hello(device_id=b"", keys=(), tlvs=long),
            hello_value(device_id=b"", keys=(), tlvs=long))
    p = hello(device_id=b"", keys=(), tlvs=((0x97, bytes(248 - 12 - 1)),))
    f.invalid("a byte longer than HELLO may be", ["FORME-2.4-2", "FORME-2.3-4"], p,
              "FRAME_TOO_LONG", "limit", 0)
    f.cases[-1]["maxFrame"] = 248
    f.write("HELLO, section 5.1")


def tlv_cases(f, valid):
    """Every known TLV at its edges, and TLVs of no known type."""
    edges = {
        0x81: [b"", b"Inkplate 10", "Träger".encode(), bytes([0x61]) * 191],
        0x82: [b"", b"2.0.1-rc.1"],
        0x83: [b"\0\0", b"\x0e\x74", b"\xff\xff"], 0x84: [b"\0", b"\x64"],
        0x85: [b"\x80", b"\0", b"\x7f"], 0x86: [b"\x80", b"\xff", b"\x7f"],
        0x87: [b"\0", b"\xff"], 0x88: [bytes(4), b"\xff" * 4],
        0x89: [b"\0", b"\xc9", b"\x01"], 0x8A: [bytes(16), counted(1)],
        0x8B: [b"\0", counted(0, 32), counted(0xF0, 64)]}
    for kind, values in edges.items():
        for data in values:
            shown = data.hex() if len(data) <= 16 else f"{len(data)} bytes"
            valid(f"TLV {kind:02X} {TLVS[kind][0]}: {shown or 'empty'}",
                  ["FORME-5.1-1", "FORME-5.1-9"], tlvs=((kind, data),),
                  # A server that did not make the ticket refuses it.
                  state="" if kind == 0x8B else None)
        size = TLVS[kind][1]
        if not size:
            continue
        least, most = (int(edge) for edge in (size.split("\u2013") * 2)[:2])
        for count in sorted({0, least - 1, most + 1}):
            p = hello(tlvs=((kind, bytes(count)),))
            f.malformed(f"TLV {kind:02X} {TLVS[kind][0]} {'empty' if count == 0 else count}, of "
                        f"{size.replace(chr(0x2013), ' to ')} bytes", ["FORME-5.1-9"], p, "length", p.at("TLV 0 value"))
    for percent in (101, 255):
        p = hello(tlvs=((0x84, bytes([percent])),))
        f.malformed(f"a battery of {percent} percent", ["FORME-5.1-10", "FORME-3.3-3"], p, "range",
                    p.at("TLV 0 value"))
    for kind in (0x81, 0x82):
        for data in (b"\xff", b"a\xc3", b"\xc0\x80", b"\xed\xa0\x80"):
            p = hello(tlvs=((kind, data),))
            f.malformed(f"TLV {kind:02X} {TLVS[kind][0]} is {data.hex()}, not UTF-8",
                        ["FORME-5.1-12"], p, "utf8", p.at("TLV 0 value"))
        p = hello(tlvs=((kind, b"a"), (0x97, b""), (kind, b"a")))
        f.malformed(f"TLV {kind:02X} {TLVS[kind][0]} twice", ["FORME-5.1-11"], p, "range",
                    p.at("TLV 2 type"))
    for kind in (0x83, 0x8A, 0x8B):
        size = TLVS[kind][1]
        size = 3 if kind == 0x8B else int(size)
        p = hello(tlvs=((kind, bytes(size)), (kind, bytes(size))))
        f.malformed(f"TLV {kind:02X} {TLVS[kind][0]} twice", ["FORME-5.1-11"], p, "range",
                    p.at("TLV 1 type"))
    for kind in (0x97, 0xB6, 0xD5, 0xF4):
        valid(f"a TLV of the type {kind:02X}, grease", ["FORME-5.1-8", "FORME-9-2"],
              tlvs=((kind, b"\xde\xad"),))
    for kind in (0x00, 0x01, 0x7F, 0x80, 0x8C, 0x8D, 0xFF):
        valid(f"a TLV of the unknown type {kind:02X}", ["FORME-5.1-8"], tlvs=((kind, b"\xff"),))
    valid("an unknown TLV three times, once empty", ["FORME-5.1-8"],
          tlvs=((0x8D, b""), (0x8D, b"\1"), (0x8D, b"\1")))
    valid("every TLV with a fixed length, in descending order", ["FORME-5.1-13"],
          tlvs=[(kind, bytes(int(TLVS[kind][1]))) for kind in sorted(TLVS, reverse=True)
                if TLVS[kind][1].isdigit()])
    p = hello(tlvs=((0xD5, b"\1\2\3"),))
    f.malformed("a TLV longer than what is left", ["FORME-3.3-1"],
                p.data[:p.at("TLV 0 length") - 8] + b"\x04\1\2\3", "truncated",
                p.at("TLV 0 value"))


def write_welcome():
    f = MessageFile("WELCOME", "FORME-5.2-1", state="start", valid_state="start")

    def welcome(minor=0, flags=0, max_frame=16384, keep_alive=300, time=1_800_000_000):
        p = fields()
        p.u8("minor", minor)
        p.u8("flags", flags)
        p.u16("maxFrame", max_frame)
        p.u16("keepAlive", keep_alive)
        p.u64("unix time", time)
        p.raw("nonce", counted(0x80, 32))
        return p, {"minor": minor, "flags": flags, "maxFrame": max_frame,
                   "keepAlive": keep_alive, "unixTime": str(time),
                   "nonce": counted(0x80, 32).hex()}

    f.common(*welcome())
    for flags in (4, 0x80, 0xFC):
        f.valid(f"flags {flags:02x}, which are ignored", ["FORME-5.2-3"], *welcome(flags=flags))
    for flags in (1, 2, 3):
        # What a device does with them depends on its keys: states.md.
        f.valid(f"flags {flags}", [], *welcome(flags=flags), state="")
    for value in (8192, 65535):
        f.valid(f"maxFrame {value}", [], *welcome(max_frame=value))
    for value in (0, 248, 8191):
        f.malformed(f"maxFrame {value}", ["FORME-5.2-4", "FORME-3.3-3"],
                    welcome(max_frame=value)[0], "range", 10)
    for value in (1, 65535):
        f.valid(f"keepAlive {value}", [], *welcome(keep_alive=value))
    f.malformed("keepAlive 0", ["FORME-5.2-6", "FORME-3.3-3"], welcome(keep_alive=0)[0], "range",
                12)
    for value in (0, 2 ** 32, 2 ** 64 - 1):
        f.valid(f"unix time {value}", [], *welcome(time=value))
    f.write("WELCOME, section 5.2")


def write_capabilities():
    f = MessageFile("CAPABILITIES", state="capabilities")
    descriptor = bytes.fromhex("01000400800008030003010100")

    def capabilities(*descriptors):
        p = fields()
        p.u8("count", len(descriptors))
        for index, data in enumerate(descriptors):
            p.u16(f"descriptor {index} length", len(data))
            p.raw(f"descriptor {index}", data)
        return p, {"descriptors": [data.hex() for data in descriptors]}

    f.common(*capabilities(descriptor, descriptor + bytes.fromhex("0a000400001000")))
    for count in (1, 3, 4):
        f.valid(f"{count} descriptors", ["FORME-5.3-7"], *capabilities(*[descriptor] * count))
    f.valid("an empty descriptor is a whole message, and no descriptor", ["FORME-3.1-1"],
            *capabilities(b""))
    f.valid("a descriptor of 2,049 bytes is a whole message, and no descriptor", ["FORME-3.1-1"],
            *capabilities(bytes(2049)))
    for count in (0, 5, 255):
        f.malformed(f"{count} descriptors", ["FORME-5.3-7", "FORME-3.3-3"],
                    bytes([count]) + struct.pack(">H", 0) * count, "range", 8)
    f.malformed("a descriptor longer than the payload", ["FORME-3.3-1"], b"\x01\xff\xff\x01",
                "truncated", 11)
    f.write("CAPABILITIES, sections 3.1 and 5.3")


def write_accepted():
    f = MessageFile("ACCEPTED", state="capabilities")

    def accepted(count):
        p = fields()
        for index in range(count):
            p.raw(f"key {index}", counted(0x10 * index))
        return p, {"keys": [counted(0x10 * index).hex() for index in range(count)]}

    p, value = accepted(4)
    f.common(p, value)
    for count in (1, 2, 3):
        f.valid(f"{count} keys", ["FORME-3.1-1"], *accepted(count))
    f.malformed("no key", ["FORME-3.3-1"], b"", "truncated", 8)
    f.malformed("five keys", ["FORME-3.3-2"], accepted(5)[0], "trailing", 72)
    f.write("ACCEPTED, section 3.1")


def write_prove():
    f = MessageFile("PROVE", "FORME-13.1-1", state="proof", valid_state="proof")

    def prove(key_id=b"press-1"):
        p = fields()
        p.u8("id length", len(key_id))
        p.add("id", key_id, key_id.decode("latin-1"))
        p.raw("nonce", counted(0x40, 32))
        p.raw("proof", counted(0xA0, 32))
        return p, {"id": key_id.decode("latin-1"), "nonce": counted(0x40, 32).hex(),
                   "proof": counted(0xA0, 32).hex()}

    f.common(*prove())
    for key_id in (b"0", b"-", b"ABCDEFGHIJKLMNOP", b"QRSTUVWXYZabcdef", b"ghijklmnopqrstuv",
                   b"wxyz0123456789._"):
        f.valid(f"the id {key_id.decode()}", [], *prove(key_id))
    for key_id in (b"", b"seventeen-letters"):
        f.malformed(f"an id of {len(key_id)} bytes", ["FORME-13.1-1", "FORME-3.3-3"],
                    prove(key_id)[0], "range", 8)
    for byte in b" /:@[`{,+~\0\x7f\x80\xff":
        p = prove(b"ab" + bytes([byte]))[0]
        f.malformed(f"{byte:02x} in the id", ["FORME-13.1-1", "FORME-3.3-3"], p, "range", 11)
    f.write("PROVE, section 13.1")

    f = MessageFile("PROVEN", "FORME-13.1-1", state="proof")
    p = fields()
    p.raw("proof", counted(0, 32))
    f.common(p, {"proof": counted(0, 32).hex()})
    f.malformed("nothing", ["FORME-3.3-1"], b"", "truncated", 8)
    f.write("PROVEN, section 13.1")


def write_all():
    write_hello()
    write_welcome()
    write_capabilities()
    write_accepted()
    write_prove()
