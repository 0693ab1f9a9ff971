"""REFER and ORIGIN, from sections 6.7 and 15."""
from building import MessageFile, counted, fields

V4 = bytes([192, 0, 2, 7])
V6 = bytes.fromhex("20010db8000000000000000000000007")
KEY = counted(0xC0)


def refer(ttl=60, family=4, address=V4, port=3676, ticket=counted(0xA0, 24)):
    p = fields()
    p.u16("ttl", ttl)
    p.u8("family", family)
    p.raw("address", address)
    p.u16("port", port)
    p.u8("ticket length", len(ticket))
    p.raw("ticket", ticket)
    return p, {"ttl": ttl, "host": address.hex(), "port": port, "ticket": ticket.hex()}


def write_refer():
    f = MessageFile("REFER", "FORME-6.7-1")
    f.common(*refer())
    f.valid("an address of 16 bytes", [], *refer(family=6, address=V6))
    for address in (bytes(4), b"\xff" * 4):
        f.valid(f"the address {address.hex()}, which is the device's matter", [],
                *refer(address=address))
    for ttl in (1, 65535):
        f.valid(f"a ttl of {ttl}", [], *refer(ttl=ttl))
    for port in (1, 65535):
        f.valid(f"port {port}", [], *refer(port=port))
    for count in (1, 63, 64):
        f.valid(f"a ticket of {count} bytes", [], *refer(ticket=counted(0, count)))
    for name in ("ttl", "port"):
        p = refer(**{name: 0})[0]
        f.malformed(f"a {name} of 0", ["FORME-6.7-1", "FORME-3.3-3"], p, "range", p.at(name))
    for family in (0, 2, 5, 10, 255):
        p = refer(family=family)[0]
        f.malformed(f"family {family}", ["FORME-6.7-1", "FORME-3.3-3"], p, "range", p.at("family"))
    for count in (0, 65, 255):
        p = refer(ticket=bytes(count))[0]
        f.malformed(f"a ticket of {count} bytes", ["FORME-6.7-1", "FORME-3.3-3"], p, "range",
                    p.at("ticket length"))
    p = refer(address=V4 + bytes(12))[0]
    f.malformed("16 bytes of an address that is said to have 4, so that the port is 0",
                ["FORME-6.7-1", "FORME-3.3-4"], p, "range", 15)
    f.malformed("a ttl of 0 before another family", ["FORME-3.3-4"], refer(ttl=0, family=9)[0],
                "range", 8)
    f.write("REFER, section 6.7")


def origin(flags=3, prefix="shop/", device_id=b"shelf-7", key_id=b"press-1", keys=(KEY,), sealed=b""):
    p = fields()
    p.u8("flags", flags)
    p.text("prefix", prefix)
    p.u8("deviceId length", len(device_id))
    p.raw("deviceId", device_id)
    p.u8("key id length", len(key_id))
    p.add("key id", key_id, key_id.decode("latin-1"))
    p.u8("key count", len(keys))
    for index, key in enumerate(keys):
        p.raw(f"key {index}", key)
    p.u8("sealed length", len(sealed))
    p.raw("sealed", sealed)
    return p, {"flags": flags, "prefix": prefix, "deviceId": device_id.hex(),
               "keyId": key_id.decode("latin-1"), "keys": [key.hex() for key in keys],
               "sealed": sealed.hex()}


def write_origin():
    f = MessageFile("ORIGIN", "FORME-15-1")
    sealed = counted(0x70, 60)

    def valid(title, **parts):
        f.valid(title, [], *origin(**parts))

    def refused(title, at, **parts):
        p = origin(**parts)[0]
        f.malformed(title, ["FORME-15-1", "FORME-3.3-3"], p, "range", p.at(at))

    f.common(*origin(flags=7, sealed=sealed))
    valid("the shortest", flags=0, prefix="", device_id=b"", key_id=b"", keys=())
    valid("the longest", flags=7, prefix="p" * 128, device_id=bytes(32), key_id=b"k" * 16,
          keys=[counted(16 * k) for k in range(4)], sealed=sealed)
    for flags in (1, 2, 4):
        valid(f"flag {flags}", flags=flags)
    for flags in (0x08, 0x80, 0xFB):
        valid(f"flags {flags:02x}, of which those above 4 are ignored", flags=flags)
    for count in (1, 127, 128):
        valid(f"a prefix of {count} bytes", prefix="p" * count)
    for count in (129, 255):
        refused(f"a prefix of {count} bytes", "prefix length", prefix="p" * count)
    for prefix in (b"\xff", b"a\xc3"):
        p = origin(prefix=prefix)[0]
        f.malformed(f"a prefix of {prefix.hex()}, not UTF-8", ["FORME-3.3-6"], p, "utf8", p.at("prefix"))
    for count in (1, 31, 32):
        valid(f"a device id of {count} bytes", device_id=counted(0xF0, count))
    for count in (33, 255):
        refused(f"a device id of {count} bytes", "deviceId length", device_id=bytes(count))
    for count in (1, 15, 16):
        valid(f"a key id of {count} letters", key_id=b"k" * count)
    refused("a key id of 17 letters", "key id length", key_id=b"k" * 17)
    for byte in b" /:\0\x7f\x80":
        p = origin(key_id=b"ab" + bytes([byte]))[0]
        f.malformed(f"{byte:02x} in the key id", ["FORME-15-1", "FORME-13.1-1", "FORME-3.3-3"], p, "range",
                    p.at("key id") + 2)
    for count in (0, 2, 3, 4):
        valid(f"{count} keys", keys=[counted(16 * k) for k in range(count)])
    valid("the same key twice", keys=(KEY, KEY))
    refused("5 keys", "key count", keys=[KEY] * 5)
    for count in (1, 32, 59, 61, 255):
        refused(f"{count} sealed bytes", "sealed length", sealed=bytes(count))
    f.write("ORIGIN, section 15")


def write_all():
    write_refer()
    write_origin()
