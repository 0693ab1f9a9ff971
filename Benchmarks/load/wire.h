/* Numbers and bytes of spec/PROTOCOL.md that load.c needs. */

#ifndef FORME_LOAD_WIRE_H
#define FORME_LOAD_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum {
  HELLO = 0x01, WELCOME = 0x02, GET = 0x10, FORM = 0x11, DATA = 0x12, CREDIT = 0x13,
  PING = 0x40, PONG = 0x41, GOAWAY = 0x43, REFER = 0x44, ERROR = 0x7F,
  HEADER_BYTES = 8, FORM_BYTES = 60, FLAG_LAST = 1, TICKET = 0x8B, TICKET_LIMIT = 64,
  FRAME_LIMIT = 65535,
};

static inline void put16(uint8_t *to, unsigned value) {
  to[0] = (uint8_t)(value >> 8);
  to[1] = (uint8_t)value;
}

static inline void put32(uint8_t *to, uint32_t value) {
  put16(to, value >> 16);
  put16(to + 2, value & 0xFFFF);
}

static inline unsigned get16(const uint8_t *from) { return (unsigned)from[0] << 8 | from[1]; }

static inline uint32_t get32(const uint8_t *from) {
  return (uint32_t)get16(from) << 16 | get16(from + 2);
}

/* CRC-16/IBM-3740. */
static inline unsigned check(const uint8_t *bytes, size_t count) {
  unsigned crc = 0xFFFF;
  for (size_t i = 0; i < count; i++) {
    crc ^= (unsigned)bytes[i] << 8;
    for (int bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1 ^ 0x1021) : crc << 1;
    crc &= 0xFFFF;
  }
  return crc;
}

#endif
