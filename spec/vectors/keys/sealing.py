"""ChaCha20-Poly1305 (RFC 8439) with integers alone, slow and short, for one vector."""
import struct


def rotated(word, count):
    return (word << count | word >> 32 - count) & 0xFFFFFFFF


def quarter_round(x, a, b, c, d):
    for one, other, into, count in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        x[one] = x[one] + x[other] & 0xFFFFFFFF
        x[into] = rotated(x[into] ^ x[one], count)


def chacha20_block(key, counter, nonce):
    """Section 2.3."""
    start = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce))
    x = list(start)
    for _ in range(10):
        for column in range(4):
            quarter_round(x, column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            quarter_round(x, column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    return struct.pack("<16I", *(one + other & 0xFFFFFFFF for one, other in zip(start, x)))


def poly1305(key, message):
    """Section 2.5."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    sum_ = 0
    for at in range(0, len(message), 16):
        sum_ = (sum_ + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % (2 ** 130 - 5)
    return (sum_ + int.from_bytes(key[16:], "little") & 2 ** 128 - 1).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, text, additional):
    """Section 2.8: ciphertext and tag."""
    stream = b"".join(chacha20_block(key, 1 + index, nonce) for index in range(-(-len(text) // 64)))
    cipher = bytes(one ^ other for one, other in zip(text, stream))
    message = padded(additional) + padded(cipher) + struct.pack("<QQ", len(additional), len(cipher))
    return cipher + poly1305(chacha20_block(key, 0, nonce)[:32], message)


# Section 2.8.2.
_SUNSCREEN = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
              b"future, sunscreen would be it.")
assert seal(bytes(range(0x80, 0xA0)), bytes.fromhex("070000004041424344454647"), _SUNSCREEN,
            bytes.fromhex("50515253c0c1c2c3c4c5c6c7")).hex().endswith("1ae10b594f09e26a7e902ecbd0600691")
