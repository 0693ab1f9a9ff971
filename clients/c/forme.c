#include "forme.h"

#include <string.h>

#define HEADER FORME_LIMIT_HEADER_BYTES
#define DIGEST FORME_LIMIT_DIGEST_BYTES
/* Frames that bring nothing (PING, what is skipped) in a row, after which the peer is given up. */
#define EMPTY_TURNS 1000

/* What `expects` says about frames that may come: an ERROR that ends the request in flight, a first answer
 * (NOTIFY may still come before it), PONG, and nothing at all in the time that the link waits. */
#define EXPECTS_ERROR 0x01u
#define EXPECTS_NOTICE 0x02u
#define EXPECTS_PONG 0x04u
#define EXPECTS_IDLE 0x08u
/* PROVEN: nothing is said until it comes, so PING stays without an answer. */
#define EXPECTS_PROOF 0x10u

/* ---- bytes ---- */

static uint16_t load16(const uint8_t *p) { return (uint16_t)((unsigned)p[0] << 8 | p[1]); }

static uint32_t load32(const uint8_t *p) { return (uint32_t)load16(p) << 16 | load16(p + 2); }

static uint8_t *store(uint8_t *p, uint32_t value, uint8_t length) {
  while (length > 0) *p++ = (uint8_t)(value >> (8 * --length & 31));
  return p;
}

/* In a time that does not tell where the first difference is. */
static int equal(const uint8_t *a, const uint8_t *b, size_t count) {
  uint8_t difference = 0;
  while (count-- > 0) difference |= (uint8_t)(*a++ ^ *b++);
  return difference == 0;
}

/* At most `limit` + 1. */
static size_t text_length(const char *text, size_t limit) {
  size_t length = 0;
  while (length <= limit && text[length] != 0) length++;
  return length;
}

/* True for what RFC 3629 calls UTF-8: no surrogates, nothing longer than it need be, nothing above 10FFFF. */
static int is_utf8(const uint8_t *p, size_t count) {
  unsigned missing = 0;
  /* The first byte of a character may bound its second more narrowly than 80 to BF. */
  unsigned least = 0x80;
  unsigned most = 0xBF;
  for (; count > 0; count--) {
    unsigned byte = *p++;
    if (missing > 0) {
      if (byte < least || byte > most) return 0;
      missing--;
      least = 0x80;
      most = 0xBF;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return 0;
      missing = 1u + (byte >= 0xE0) + (byte >= 0xF0);
      if (byte == 0xE0) least = 0xA0;
      if (byte == 0xED) most = 0x9F;
      if (byte == 0xF0) least = 0x90;
      if (byte == 0xF4) most = 0x8F;
    }
  }
  return missing == 0;
}

static uint16_t crc16(const uint8_t *bytes) {
  uint32_t crc = 0xFFFF;
  for (unsigned i = 0; i < 6; i++) {
    crc ^= (uint32_t)bytes[i] << 8;
    for (unsigned bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
  }
  return (uint16_t)crc;
}

static uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
#if FORME_WITH_CRC_TABLE
  static const uint32_t table[16] = {
      0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
      0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
#endif
  while (count-- > 0) {
    crc ^= *bytes++;
#if FORME_WITH_CRC_TABLE
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
#else
    for (unsigned bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xEDB88320 & (0 - (crc & 1)));
#endif
  }
  return crc;
}

/* ---- frames out ---- */

/* True once a key was proven, so that every frame has a MAC. */
static int is_secured(const struct forme *f) {
#if FORME_WITH_KEYS
  return f->secured;
#else
  (void)f;
  return 0;
#endif
}

/* The bytes that end a frame. */
static uint8_t trailer_length(const struct forme *f) {
  return is_secured(f) ? FORME_LIMIT_MAC_BYTES : FORME_LIMIT_CRC32_BYTES;
}

static void flush(struct forme *f) {
  uint32_t done = 0;
  while (f->open && done < f->fill) {
    size_t rest = (size_t)f->fill - done;
    int32_t count = f->link->write(f->link->user, f->buffer + done, rest);
    if (count <= 0 || (size_t)count > rest) {
      f->open = 0;
      return;
    }
    done += (uint32_t)count;
  }
  f->fill = 0;
}

static void append(struct forme *f, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  while (count > 0 && f->open) {
    size_t step = (size_t)(f->buffer_size - f->fill);
    if (step > count) step = count;
    memcpy(f->buffer + f->fill, next, step);
    f->fill = (uint16_t)(f->fill + step);
    next += step;
    count -= step;
    if (f->fill == f->buffer_size) flush(f);
  }
}

/* Bytes of the frame that its check covers. `bytes` may not be in the buffer. */
static void put(struct forme *f, const void *bytes, size_t count) {
  f->check = crc32(f->check, bytes, count);
#if FORME_WITH_KEYS
  if (f->covered) forme_sha256_add(&f->frame, bytes, (uint32_t)count);
#endif
  append(f, bytes, count);
}

static void put_number(struct forme *f, uint32_t value, uint8_t length) {
  uint8_t bytes[4];
  store(bytes, value, length);
  put(f, bytes, length);
}

/* A digest of zeros equals nothing. */
static const uint8_t none[DIGEST];

static void put_digest(struct forme *f, const uint8_t *digest) {
  put(f, digest == NULL ? none : digest, DIGEST);
}

static void put_text(struct forme *f, const char *text, size_t length) {
  put_number(f, (uint32_t)length, 1);
  put(f, text, length);
}

#if FORME_WITH_KEYS
static void begin_code(struct forme *f, const uint8_t *key, uint64_t counter) {
  uint8_t bytes[8];
  store(store(bytes, (uint32_t)(counter >> 32), 4), (uint32_t)counter, 4);
  forme_hmac_begin(&f->frame, key);
  forme_sha256_add(&f->frame, bytes, sizeof bytes);
}
#endif

/* Begins a frame with its header; the payload is put next, and then finish(). */
static void begin_frame(struct forme *f, const uint8_t *header) {
  f->fill = 0;
  f->check = 0xFFFFFFFF;
#if FORME_WITH_KEYS
  f->covered = f->secured || header[0] == FORME_TYPE_HELLO || header[0] == FORME_TYPE_PROVE;
  if (f->secured) begin_code(f, f->send_key, f->sent_frames++);
#endif
  put(f, header, HEADER);
}

/* The same, of `length` bytes of payload. */
static void begin(struct forme *f, uint8_t type, uint16_t request, uint32_t length) {
  uint8_t header[HEADER];
  header[0] = type;
  header[1] = is_secured(f) ? FORME_FLAG_MAC : FORME_FLAG_CRC32;
#if FORME_WITH_GREASE
  header[1] = (uint8_t)(header[1] | (type * 37u + request * 11u) << 4);
#endif
  store(store(header + 2, length + trailer_length(f), 2), request, 2);
  store(header + 6, crc16(header), 2);
  begin_frame(f, header);
}

static void finish(struct forme *f) {
  uint8_t trailer[32];
  store(trailer, ~f->check, 4);
#if FORME_WITH_KEYS
  if (f->secured) forme_hmac_end(&f->frame, f->send_key, trailer);
#endif
  append(f, trailer, trailer_length(f));
  flush(f);
}

static void send_empty(struct forme *f, uint8_t type, uint16_t request) {
  begin(f, type, request, 0);
  finish(f);
}

/* The number of a new request. */
static uint16_t next_request(struct forme *f) {
  f->last_request++;
  if (f->last_request == 0) f->last_request = 1;
  f->request = f->last_request;
  return f->request;
}

/* Tells the peer why, and ends the connection. */
static enum forme_result fail(struct forme *f, uint8_t code) {
  if (f->open) {
    begin(f, FORME_TYPE_ERROR, 0, 5);
    put_number(f, (uint32_t)code << 24 | (uint32_t)FORME_ERROR_FLAG_CLOSES << 16, 4);
    put_number(f, 0, 1);
    finish(f);
  }
  f->open = 0;
  f->error = code;
  return FORME_BROKEN;
}

/* ---- frames in ---- */

static enum forme_result lose(struct forme *f) {
  f->open = 0;
  return FORME_LOST;
}

static enum forme_result receive_bytes(struct forme *f, uint32_t from, uint32_t to) {
  while (f->open && from < to) {
    int32_t count = f->link->read(f->link->user, f->buffer + from, to - from);
    if (count == 0 && from == 0 && f->expects & EXPECTS_IDLE) return FORME_IDLE;
    if (count <= 0 || (uint32_t)count > to - from) return lose(f);
    from += (uint32_t)count;
  }
  return f->open ? FORME_DONE : FORME_LOST;
}

/* Takes one frame into the buffer: its payload stands at payload(f), `length` bytes without the trailer. */
static enum forme_result receive_frame(struct forme *f) {
  enum forme_result result = receive_bytes(f, 0, HEADER);
  uint32_t length;
  uint8_t trailer = 0;
  if (result != FORME_DONE) return result;
  length = load16(f->buffer + 2);
  f->type = f->buffer[0];
  f->flags = f->buffer[1];
  if (load16(f->buffer + 6) != crc16(f->buffer)) return fail(f, FORME_ERROR_CHECK_MISMATCH);
  if (f->flags & FORME_FLAG_CRC32) trailer = FORME_LIMIT_CRC32_BYTES;
  if (f->flags & FORME_FLAG_MAC) {
    if (trailer > 0) return fail(f, FORME_ERROR_MALFORMED);
    trailer = FORME_LIMIT_MAC_BYTES;
  }
  if (f->flags & FORME_FLAG_RESERVED) return fail(f, FORME_ERROR_MALFORMED);
  if (is_secured(f)) {
    if (trailer != FORME_LIMIT_MAC_BYTES) return fail(f, FORME_ERROR_BAD_MAC);
  } else if (trailer == FORME_LIMIT_MAC_BYTES) {
    return fail(f, FORME_ERROR_NOT_PROVEN);
  }
  if (length > f->buffer_size - HEADER) return fail(f, FORME_ERROR_FRAME_TOO_LONG);
  if (length < trailer) return fail(f, FORME_ERROR_MALFORMED);
  result = receive_bytes(f, HEADER, HEADER + length);
  if (result != FORME_DONE) return result;
  length -= trailer;
  f->length = (uint16_t)length;
  length += HEADER;
#if FORME_WITH_KEYS
  if (f->secured) {
    uint8_t code[32];
    begin_code(f, f->receive_key, f->received_frames++);
    forme_sha256_add(&f->frame, f->buffer, length);
    forme_hmac_end(&f->frame, f->receive_key, code);
    if (!equal(code, f->buffer + length, FORME_LIMIT_MAC_BYTES)) return fail(f, FORME_ERROR_BAD_MAC);
    return FORME_DONE;
  }
#endif
  if (trailer > 0 && ~crc32(0xFFFFFFFF, f->buffer, length) != load32(f->buffer + length)) {
    return fail(f, FORME_ERROR_CHECK_MISMATCH);
  }
  return FORME_DONE;
}

static const uint8_t *payload(const struct forme *f) { return f->buffer + HEADER; }

static uint16_t frame_request(const struct forme *f) { return load16(f->buffer + 4); }

static enum forme_result take_error(struct forme *f) {
  const uint8_t *p = payload(f);
  if (f->length < 5 || f->length != 5 + p[4] || p[4] > FORME_LIMIT_DETAIL_BYTES || !is_utf8(p + 5, p[4])) {
    return fail(f, FORME_ERROR_MALFORMED);
  }
  f->error = p[0];
  f->error_flags = p[1];
  f->retry_after = load16(p + 2);
  f->detail = p + 5;
  f->detail_length = p[4];
  if (p[1] & FORME_ERROR_FLAG_CLOSES ||
      (p[0] >= FORME_ERROR_MALFORMED && p[0] <= FORME_ERROR_TOO_MANY_CONNECTIONS)) {
    f->open = 0;
    return FORME_CLOSED;
  }
  if (f->expects & EXPECTS_ERROR && frame_request(f) == f->request) {
    f->expects = EXPECTS_NOTICE;
    return FORME_REFUSED;
  }
  return fail(f, FORME_ERROR_UNEXPECTED_MESSAGE);
}

static enum forme_result take_goaway(struct forme *f) {
  if (f->length != 5) return fail(f, FORME_ERROR_MALFORMED);
  f->error = 0;
  f->error_flags = FORME_ERROR_FLAG_CLOSES;
  f->goaway_reason = payload(f)[0];
  f->retry_after = load32(payload(f) + 1);
  f->open = 0;
  return FORME_CLOSED;
}

#if FORME_WITH_WATCH
static enum forme_result take_notice(struct forme *f) {
  const uint8_t *p = payload(f);
  if (f->length != 1 + p[0] + DIGEST + 4 || frame_request(f) != 0) return fail(f, FORME_ERROR_MALFORMED);
  if (f->expects & EXPECTS_NOTICE) {
    for (uint8_t i = 0; i < f->watch_count; i++) {
      const char *name = f->watched[i];
      if (text_length(name, FORME_LIMIT_NAME_BYTES) == p[0] &&
          equal((const uint8_t *)name, p + 1, p[0])) {
        f->notice(f->notice_user, i, p + 1 + p[0], load32(p + 1 + p[0] + DIGEST));
        return FORME_DONE;
      }
    }
    return fail(f, FORME_ERROR_MALFORMED);
  }
  return fail(f, FORME_ERROR_UNEXPECTED_MESSAGE);
}
#endif

/* Whether HELLO says that the device follows REFER. */
static int takes_referrals(const struct forme *f) {
#if FORME_WITH_REFER
  return f->device->referral != NULL;
#else
  (void)f;
  return 0;
#endif
}

/* A device that does not follow REFER speaks version 1.0, which knows neither it nor ORIGIN. */
static int is_known(const struct forme *f, uint8_t type) {
  return (type >= FORME_TYPE_HELLO && type <= FORME_TYPE_PROVEN) ||
         (type >= FORME_TYPE_GET && type <= FORME_TYPE_CANCEL) ||
         (type >= FORME_TYPE_PUT && type <= FORME_TYPE_REMOVE) || type == FORME_TYPE_WATCH ||
         type == FORME_TYPE_NOTIFY || type == FORME_TYPE_OK ||
         (takes_referrals(f) && (type == FORME_TYPE_REFER || type == FORME_TYPE_ORIGIN));
}

/* Waits for the next frame that means something where the device is. FORME_DONE: it is in the buffer, and is
 * neither PING, ERROR nor GOAWAY. */
static enum forme_result next(struct forme *f) {
  for (unsigned turn = 0; turn < EMPTY_TURNS; turn++) {
    enum forme_result result = receive_frame(f);
    if (result != FORME_DONE) return result;
    if (f->type & 0x80) continue;
    if (f->type == FORME_TYPE_PING || f->type == FORME_TYPE_PONG) {
      if (f->length != 0) return fail(f, FORME_ERROR_MALFORMED);
      if (f->type == FORME_TYPE_PONG) {
        if (f->expects & EXPECTS_PONG && frame_request(f) == f->request) return FORME_DONE;
      } else if (!(f->expects & EXPECTS_PROOF)) {
        send_empty(f, FORME_TYPE_PONG, frame_request(f));
      }
      continue;
    }
    if (f->type == FORME_TYPE_ERROR) return take_error(f);
    if (f->type == FORME_TYPE_GOAWAY) return take_goaway(f);
#if FORME_WITH_WATCH
    if (f->type == FORME_TYPE_NOTIFY) {
      result = take_notice(f);
      if (result != FORME_DONE || f->expects & EXPECTS_IDLE) return result;
      continue;
    }
#endif
    return is_known(f, f->type) ? FORME_DONE : fail(f, FORME_ERROR_UNKNOWN_TYPE);
  }
  /* A server may do that as long as it likes while nothing is asked of it. */
  return f->expects & EXPECTS_IDLE ? FORME_IDLE : fail(f, FORME_ERROR_DEADLINE);
}

/* Waits for the frame `type` of the request in flight. */
static enum forme_result await(struct forme *f, uint8_t type) {
  enum forme_result result = next(f);
  if (result != FORME_DONE) return result;
#if FORME_WITH_REFER
  /* It comes instead of FORM. */
  if (type == FORME_TYPE_FORM && f->type == FORME_TYPE_REFER) type = FORME_TYPE_REFER;
#endif
  if (f->type != type) return fail(f, FORME_ERROR_UNEXPECTED_MESSAGE);
  if (frame_request(f) != f->request) {
    return fail(f, f->request == 0 ? FORME_ERROR_MALFORMED : FORME_ERROR_UNEXPECTED_MESSAGE);
  }
  return FORME_DONE;
}

static void clear_error(struct forme *f) {
  f->error = 0;
  f->error_flags = 0;
  f->detail_length = 0;
  f->goaway_reason = 0;
  f->retry_after = 0;
}

/* Begins a call: what the last one told is over. */
static enum forme_result begin_call(struct forme *f) {
  clear_error(f);
  f->expects = EXPECTS_NOTICE;
  return f->open ? FORME_DONE : FORME_LOST;
}

/* ---- handshake ---- */

enum forme_result forme_init(struct forme *f, const struct forme_device *device,
                             const struct forme_link *link, uint8_t *buffer, size_t buffer_size) {
  if (buffer_size < FORME_SMALLEST_BUFFER || buffer_size > FORME_LIMIT_MAX_FRAME ||
      device->id_length > FORME_LIMIT_DEVICE_ID_BYTES || device->kind_count > FORME_LIMIT_ALTERNATIVES) {
    return FORME_MISUSE;
  }
  memset(f, 0, sizeof *f);
  f->device = device;
  f->link = link;
  f->buffer = buffer;
  f->buffer_size = (uint16_t)buffer_size;
  return FORME_DONE;
}

uint8_t *forme_tlv(uint8_t *end, uint8_t type, uint32_t value, uint8_t length) {
  *end++ = type;
  *end++ = length;
  return store(end, value, length);
}

uint8_t *forme_tlv_bytes(uint8_t *end, uint8_t type, const void *bytes, uint8_t length) {
  *end++ = type;
  *end++ = length;
  memcpy(end, bytes, length);
  return end + length;
}

static uint8_t minor_version(const struct forme *f) { return takes_referrals(f) ? FORME_LIMIT_MINOR_VERSION : 0; }

static enum forme_result send_hello(struct forme *f, const uint8_t *tlvs, size_t tlvs_length) {
  const struct forme_device *device = f->device;
  uint32_t length = 12u + device->id_length + device->kind_count * DIGEST;
#if FORME_WITH_GREASE
  static const uint8_t grease[3] = {0xB6, 1, 0};
  length += (uint32_t)sizeof grease;
#endif
  /* The longest frame that a server takes before HELLO. */
  if (tlvs_length > FORME_LIMIT_MIN_MAX_FRAME - FORME_LIMIT_CRC32_BYTES - length) {
    f->open = 0;
    return FORME_MISUSE;
  }
  begin(f, FORME_TYPE_HELLO, 0, length + (uint32_t)tlvs_length);
  put(f, "FORM", 4);
  put_number(f, FORME_LIMIT_MAJOR_VERSION << 8 | minor_version(f), 2);
  put_number(f, (uint32_t)(f->buffer_size - HEADER) << 16 | device->keep_alive, 4);
  put_number(f, device->id_length, 1);
  put(f, device->id, device->id_length);
  put_number(f, device->kind_count, 1);
  for (unsigned i = 0; i < device->kind_count; i++) put_digest(f, device->kinds[i].key);
  put(f, tlvs, tlvs_length);
#if FORME_WITH_GREASE
  put(f, grease, sizeof grease);
#endif
  finish(f);
  return FORME_DONE;
}

#if FORME_WITH_KEYS
/* What is proven on this connection. */
static const uint8_t *proven_key(const struct forme *f) {
#if FORME_WITH_REFER
  if (f->referred) return f->device->referral->key;
#endif
  return f->device->secret->key;
}

/* HMAC(key, label, 0, digest of the transcript so far). The transcript goes on. */
static void prove(const struct forme *f, const char *label, uint8_t transcript[32], uint8_t proof[32]) {
  const uint8_t *key = proven_key(f);
  struct forme_sha256 hash = f->frame;
  forme_sha256_end(&hash, transcript);
  forme_hmac_begin(&hash, key);
  forme_sha256_add(&hash, label, (uint32_t)text_length(label, 32) + 1);
  forme_sha256_add(&hash, transcript, 32);
  forme_hmac_end(&hash, key, proof);
}

/* Ends frames with a MAC from now on, in both directions. */
static void use_keys(struct forme *f, const uint8_t transcript[32]) {
  const uint8_t *key = proven_key(f);
  forme_hkdf(key, transcript, "forme/1 d2s", f->send_key);
  forme_hkdf(key, transcript, "forme/1 s2d", f->receive_key);
#if FORME_WITH_REFER
  /* The transcript is not kept until REFER comes. */
  if (takes_referrals(f) && !f->referred) {
    forme_hkdf(key, transcript, "forme/1 refer", f->device->referral->key);
  }
#endif
  f->sent_frames = 0;
  f->received_frames = 0;
  f->secured = 1;
}

/* PROVE and PROVEN: until its end nothing that came is believed. */
static enum forme_result prove_key(struct forme *f) {
  const struct forme_secret *secret = f->device->secret;
  size_t id_length = text_length(secret->id, FORME_LIMIT_KEY_ID_BYTES);
  enum forme_result result;
  uint8_t transcript[32];
  uint8_t proof[32];
  if (id_length == 0 || id_length > FORME_LIMIT_KEY_ID_BYTES ||
      f->link->random(f->link->user, proof, FORME_LIMIT_NONCE_BYTES) != 0) {
    f->open = 0;
    return FORME_MISUSE;
  }
  begin(f, FORME_TYPE_PROVE, 0, (uint32_t)(1 + id_length + FORME_LIMIT_NONCE_BYTES + 32));
  put_text(f, secret->id, id_length);
  put(f, proof, FORME_LIMIT_NONCE_BYTES);
  prove(f, "forme/1 device", transcript, proof);
  put(f, proof, 32);
  finish(f);
  prove(f, "forme/1 server", transcript, proof);
  f->expects |= EXPECTS_PROOF;
  result = await(f, FORME_TYPE_PROVEN);
  f->expects &= (uint8_t)~EXPECTS_PROOF;
  if (result != FORME_DONE) return result;
  if (f->length != 32) return fail(f, FORME_ERROR_MALFORMED);
  if (!equal(payload(f), proof, 32)) return fail(f, FORME_ERROR_NOT_PROVEN);
  use_keys(f, transcript);
  return FORME_DONE;
}
#endif

static enum forme_result send_descriptors(struct forme *f) {
  const struct forme_device *device = f->device;
  uint32_t length = 1;
  enum forme_result result;
  for (unsigned i = 0; i < device->kind_count; i++) length += 2u + device->kinds[i].descriptor_length;
  if (length + trailer_length(f) > f->peer_limit) {
    f->open = 0;
    return FORME_MISUSE;
  }
  begin(f, FORME_TYPE_CAPABILITIES, 0, length);
  put_number(f, device->kind_count, 1);
  for (unsigned i = 0; i < device->kind_count; i++) {
    put_number(f, device->kinds[i].descriptor_length, 2);
    put(f, device->kinds[i].descriptor, device->kinds[i].descriptor_length);
  }
  finish(f);
  f->expects |= EXPECTS_ERROR;
  result = await(f, FORME_TYPE_ACCEPTED);
  if (result != FORME_DONE) return result;
  if (f->length != device->kind_count * DIGEST) return fail(f, FORME_ERROR_MALFORMED);
  for (unsigned i = 0; i < device->kind_count; i++) {
    if (!equal(payload(f) + i * DIGEST, device->kinds[i].key, DIGEST)) {
      return fail(f, FORME_ERROR_MALFORMED);
    }
  }
  return FORME_DONE;
}

/* From HELLO to where GET is possible. */
static enum forme_result greet(struct forme *f, const uint8_t *tlvs, size_t tlvs_length) {
  enum forme_result result;
  uint8_t welcome[14];
  f->open = 1;
  f->request = 0;
  begin_call(f);
  f->expects = 0;
#if FORME_WITH_WATCH
  f->watch_count = 0;
#endif
#if FORME_WITH_KEYS
  f->secured = 0;
  forme_sha256_begin(&f->frame);
#endif
  result = send_hello(f, tlvs, tlvs_length);
  if (result != FORME_DONE) return result;
  result = await(f, FORME_TYPE_WELCOME);
  if (result != FORME_DONE) return result;
  memcpy(welcome, payload(f), sizeof welcome);
  if (f->length != 46 || welcome[0] > minor_version(f) ||
      load16(welcome + 2) < FORME_LIMIT_SERVER_MIN_MAX_FRAME || load16(welcome + 4) == 0) {
    return fail(f, FORME_ERROR_MALFORMED);
  }
#if FORME_WITH_KEYS
  if (f->device->secret != NULL) {
    forme_sha256_add(&f->frame, f->buffer, (uint32_t)HEADER + f->length);
    result = prove_key(f);
    if (result != FORME_DONE) return result;
  } else
#endif
  if (welcome[1] & FORME_WELCOME_MUST_AUTHENTICATE) {
    return fail(f, FORME_ERROR_NOT_PROVEN);
  }
  /* With a key, WELCOME is believed from here on only. */
  f->peer_limit = load16(welcome + 2);
  f->keep_alive = load16(welcome + 4);
  f->unix_time = (uint64_t)load32(welcome + 6) << 32 | load32(welcome + 10);
  if (welcome[1] & FORME_WELCOME_NEED_CAPABILITIES) {
    if (f->device->kind_count == 0) return fail(f, FORME_ERROR_MALFORMED);
    result = send_descriptors(f);
    if (result != FORME_DONE) return result;
  }
#if FORME_WITH_GREASE
  send_empty(f, 0x97, 0);
#endif
  return f->open ? FORME_DONE : FORME_LOST;
}

enum forme_result forme_connect(struct forme *f, const uint8_t *tlvs, size_t tlvs_length) {
#if FORME_WITH_REFER
  f->referred = 0;
#endif
  return greet(f, tlvs, tlvs_length);
}

#if FORME_WITH_REFER
enum forme_result forme_follow(struct forme *f) {
  const uint8_t *ticket = f->device->referral->ticket;
  f->referred = 1;
  return greet(f, ticket, 2u + ticket[1]);
}

/* Keeps where REFER sends the device. */
static enum forme_result take_referral(struct forme *f) {
  struct forme_referral *referral = f->device->referral;
  const uint8_t *p = payload(f);
  uint8_t size = p[2] == 4 ? 4 : 16;
  const uint8_t *end = p + 3 + size;
  uint8_t length = end[2];
  if ((p[2] != 4 && p[2] != 6) || f->length != 6u + size + length || length == 0 ||
      length > FORME_LIMIT_TICKET_BYTES || load16(p) == 0 || load16(end) == 0 || f->referred) {
    return fail(f, FORME_ERROR_MALFORMED);
  }
  referral->ttl = load16(p);
  referral->family = p[2];
  memcpy(referral->address, p + 3, size);
  referral->port = load16(end);
  referral->ticket[0] = FORME_FIELD_TICKET;
  memcpy(referral->ticket + 1, end + 2, 1u + length);
  return FORME_REFERRED;
}
#endif

/* ---- GET ---- */

void forme_forget(struct forme *f) {
  f->partial.offset = 0;
#if FORME_WITH_SHA256
  forme_sha256_begin(&f->partial.digest);
#endif
}

static void read_form(struct forme_form *form, const uint8_t *p) {
  form->status = p[0];
  form->alternative = p[1];
  memcpy(form->etag, p + 2, DIGEST);
  memcpy(form->sent, p + 18, DIGEST);
  form->total = load32(p + 34);
  form->offset = load32(p + 38);
  form->length = load32(p + 42);
  form->width = load16(p + 46);
  form->height = load16(p + 48);
  form->codec = p[50];
  form->codec_parameter = p[51];
  form->generation = load32(p + 52);
  form->next_poll = load32(p + 56);
}

/* True when the form's size and codec are what the descriptor says. */
static int fits_kind(const struct forme_kind *kind, const struct forme_form *form) {
  const uint8_t *p = kind->descriptor;
  uint32_t rest = kind->descriptor_length;
  int has_codec = form->codec == FORME_CODEC_IDENTITY && form->codec_parameter == 0;
  int has_size = 0;
  while (rest >= 3) {
    uint32_t length = load16(p + 1);
    if (length > rest - 3) return 0;
    if (p[0] == FORME_DESCRIPTOR_SIZE && length == 4) {
      uint16_t height = load16(p + 5);
      has_size = form->width == load16(p + 3) && form->height > 0 &&
                 (height == 0 || form->height == height);
    } else if (p[0] == FORME_DESCRIPTOR_CODECS) {
      for (uint32_t i = 0; i + 1 < length; i += 2) {
        if (p[3 + i] == form->codec && p[4 + i] == form->codec_parameter) has_codec = 1;
      }
    }
    p += 3 + length;
    rest -= 3 + length;
  }
  return has_size && has_codec;
}

/* True when FORM is what 6.1 allows as an answer to the GET that was sent. */
static int is_in_order(const struct forme *f, const uint8_t *shown, const struct forme_form *form) {
  const struct forme_device *device = f->device;
  uint32_t limit = device->form_limit == 0 ? FORME_LIMIT_FORM_BYTES : device->form_limit;
  int is_shown = shown != NULL && equal(form->etag, shown, DIGEST);
  uint32_t expected = 0;
  if (form->status == FORME_STATUS_PENDING) {
    uint8_t others = 0;
    for (unsigned i = 1; i < 56; i++) others |= payload(f)[i];
    return others == 0;
  }
  if (form->alternative >= device->kind_count || form->total == 0 || form->total > limit ||
      !fits_kind(&device->kinds[form->alternative], form)) {
    return 0;
  }
  if (form->status == FORME_STATUS_NOT_MODIFIED) {
    return is_shown && form->offset == 0 && form->length == 0;
  }
  if (form->status == FORME_STATUS_PATCH) {
    return shown != NULL && !is_shown && form->codec == FORME_CODEC_IDENTITY && form->length > 0 &&
           form->length <= form->total && form->offset <= form->total - form->length;
  }
  if (f->partial.offset > 0 && f->partial.offset < form->total && equal(form->sent, f->partial.sent, DIGEST)) {
    expected = f->partial.offset;
  }
  return form->status == FORME_STATUS_OK && form->offset == expected &&
         form->length == form->total - expected;
}

/* Drops what is still under way until the request has ended. */
static enum forme_result cancel(struct forme *f, uint32_t rest, uint32_t credit) {
  send_empty(f, FORME_TYPE_CANCEL, f->request);
  for (;;) {
    enum forme_result result = await(f, FORME_TYPE_DATA);
    if (result == FORME_REFUSED) {
      clear_error(f);
      return FORME_DONE;
    }
    if (result != FORME_DONE) return result;
    if (f->length == 0 || f->length > rest || f->length > credit ||
        (f->flags & FORME_FLAG_LAST) != (f->length == rest)) {
      return fail(f, FORME_ERROR_MALFORMED);
    }
    rest -= f->length;
    credit -= f->length;
    if (rest == 0) return FORME_DONE;
  }
}

#if FORME_WITH_SHA256
/* Ends the digest of what arrived, and compares it. */
static int is_whole(struct forme *f, const struct forme_form *form) {
  uint8_t digest[32];
  forme_sha256_end(&f->partial.digest, digest);
  if (!equal(digest, form->sent, DIGEST)) return 0;
  return form->status == FORME_STATUS_PATCH || form->codec != FORME_CODEC_IDENTITY ||
         equal(digest, form->etag, DIGEST);
}
#endif

#if FORME_WITH_PATCH
/* Reads the patched form back and compares its digest. */
static int is_patched(struct forme *f, const struct forme_request *request,
                      const struct forme_form *form) {
  uint8_t digest[32];
  forme_sha256_begin(&f->partial.digest);
  for (uint32_t at = 0; at < form->total;) {
    uint32_t step = form->total - at;
    if (step > f->buffer_size) step = f->buffer_size;
    if (request->load(request->user, at, f->buffer, step) != 0) return 0;
    forme_sha256_add(&f->partial.digest, f->buffer, step);
    at += step;
  }
  forme_sha256_end(&f->partial.digest, digest);
  return equal(digest, form->etag, DIGEST);
}
#endif

/* Takes the bytes that FORM announced. */
static enum forme_result receive_data(struct forme *f, const struct forme_request *request,
                                      uint32_t window, const struct forme_form *form) {
  uint32_t at = form->offset;
  uint32_t rest = form->length;
  uint32_t credit = window;
  int is_patch = form->status == FORME_STATUS_PATCH;
  /* A patch needs the digest for itself: what arrived of another form is dropped. */
  if (is_patch || at == 0) forme_forget(f);
  memcpy(f->partial.sent, form->sent, DIGEST);
  if (request->begin != NULL && request->begin(request->user, form) != 0) {
    enum forme_result result = cancel(f, rest, credit);
    return result == FORME_DONE ? FORME_STOPPED : result;
  }
  while (rest > 0) {
    uint16_t count;
    enum forme_result result = await(f, FORME_TYPE_DATA);
    if (result != FORME_DONE) return result;
    count = f->length;
    if (count == 0 || count > rest || (f->flags & FORME_FLAG_LAST) != (count == rest)) {
      return fail(f, FORME_ERROR_MALFORMED);
    }
    if (count > credit) return fail(f, FORME_ERROR_CREDIT_OVERFLOW);
    rest -= count;
    credit -= count;
    if (request->data(request->user, at, payload(f), count) != 0) {
      result = rest > 0 ? cancel(f, rest, credit) : FORME_DONE;
      return result == FORME_DONE ? FORME_STOPPED : result;
    }
#if FORME_WITH_SHA256
    forme_sha256_add(&f->partial.digest, payload(f), count);
#endif
    at += count;
    if (!is_patch) f->partial.offset = at;
    /* Below 64 bytes the server may have to wait, so that is never left. */
    if (credit < rest && (credit <= window / 2 || credit < FORME_LIMIT_MIN_DATA_BYTES)) {
      begin(f, FORME_TYPE_CREDIT, f->request, 4);
      put_number(f, window - credit, 4);
      finish(f);
      credit = window;
    }
  }
#if FORME_WITH_SHA256
  if (!is_whole(f, form)) return FORME_DAMAGED;
#endif
#if FORME_WITH_PATCH
  if (is_patch && !is_patched(f, request, form)) return FORME_DAMAGED;
#endif
  return FORME_DONE;
}

static void send_get(struct forme *f, const struct forme_request *request, size_t name_length,
                     const uint8_t *shown, uint32_t window) {
  uint32_t reference = request->name == NULL ? DIGEST : 1 + (uint32_t)name_length;
  begin(f, FORME_TYPE_GET, next_request(f), 1 + reference + 2 * DIGEST + 8);
  if (request->name == NULL) {
    put_number(f, 0, 1);
    put_digest(f, request->image);
  } else {
    put_number(f, 1, 1);
    put_text(f, request->name, name_length);
  }
  put_digest(f, shown);
  put_digest(f, f->partial.offset > 0 ? f->partial.sent : NULL);
  put_number(f, f->partial.offset, 4);
  put_number(f, window, 4);
  finish(f);
}

static int takes_patch(const struct forme_request *request, const struct forme_form *form) {
#if FORME_WITH_PATCH
  return request->load != NULL && request->shown_total == form->total;
#else
  (void)request;
  (void)form;
  return 0;
#endif
}

enum forme_result forme_get(struct forme *f, const struct forme_request *request,
                            struct forme_form *form) {
  const uint8_t *shown = request->shown;
  uint32_t window = request->window;
  size_t name_length = 0;
  enum forme_result result = begin_call(f);
  if (window == 0) window = (uint32_t)(f->buffer_size - HEADER - FORME_LIMIT_MAC_BYTES);
  if (request->name != NULL) name_length = text_length(request->name, FORME_LIMIT_NAME_BYTES);
  if (name_length > FORME_LIMIT_NAME_BYTES ||
      (request->name != NULL ? name_length == 0 : request->image == NULL) ||
      window < FORME_LIMIT_MIN_DATA_BYTES || window > FORME_LIMIT_CREDIT) {
    return FORME_MISUSE;
  }
  if (result != FORME_DONE) return result;
  if (shown != NULL && equal(shown, none, DIGEST)) shown = NULL;
  for (;;) {
    send_get(f, request, name_length, shown, window);
    f->expects = EXPECTS_ERROR | EXPECTS_NOTICE;
    result = await(f, FORME_TYPE_FORM);
    if (result != FORME_DONE) return result;
#if FORME_WITH_REFER
    if (f->type == FORME_TYPE_REFER) return take_referral(f);
#endif
    if (f->length != 60) return fail(f, FORME_ERROR_MALFORMED);
    read_form(form, payload(f));
    if (!is_in_order(f, shown, form)) return fail(f, FORME_ERROR_MALFORMED);
    if (form->status == FORME_STATUS_NOT_MODIFIED) return FORME_NOT_MODIFIED;
    if (form->status == FORME_STATUS_PENDING) return FORME_PENDING;
    f->expects = EXPECTS_ERROR;
    if (form->status == FORME_STATUS_OK || takes_patch(request, form)) break;
    /* A patch that the device cannot lay in: the whole form instead, which can come only once, because
     * without `shown` no patch is in order. */
    result = cancel(f, form->length, window);
    if (result != FORME_DONE) return result;
    shown = NULL;
  }
  result = receive_data(f, request, window, form);
  if (result == FORME_DONE || result == FORME_DAMAGED) forme_forget(f);
  return result;
}

/* ---- between requests ---- */

enum forme_result forme_ping(struct forme *f) {
  enum forme_result result = begin_call(f);
  if (result != FORME_DONE) return result;
  send_empty(f, FORME_TYPE_PING, next_request(f));
  f->expects = EXPECTS_NOTICE | EXPECTS_PONG;
  return await(f, FORME_TYPE_PONG);
}

#if FORME_WITH_WATCH
enum forme_result forme_watch(struct forme *f, const char *const *names, uint8_t count,
                              forme_notice *notice, void *user) {
  uint32_t length = 0;
  enum forme_result result = begin_call(f);
  if (count > FORME_LIMIT_WATCHED_NAMES) return FORME_MISUSE;
  for (unsigned i = 0; i < count; i++) {
    size_t name_length = text_length(names[i], FORME_LIMIT_NAME_BYTES);
    if (name_length == 0 || name_length > FORME_LIMIT_NAME_BYTES) return FORME_MISUSE;
    length += 1 + (uint32_t)name_length;
  }
  if (result != FORME_DONE) return result;
  if (length + trailer_length(f) > f->peer_limit) return FORME_MISUSE;
  begin(f, FORME_TYPE_WATCH, next_request(f), length);
  for (unsigned i = 0; i < count; i++) {
    put_text(f, names[i], text_length(names[i], FORME_LIMIT_NAME_BYTES));
  }
  finish(f);
  f->expects = EXPECTS_ERROR | EXPECTS_NOTICE;
  result = await(f, FORME_TYPE_OK);
  if (result != FORME_DONE) return result;
  if (f->length != 0) return fail(f, FORME_ERROR_MALFORMED);
  f->watched = names;
  f->watch_count = count;
  f->notice = notice;
  f->notice_user = user;
  return FORME_DONE;
}

enum forme_result forme_wait(struct forme *f) {
  enum forme_result result = begin_call(f);
  if (result != FORME_DONE) return result;
  f->expects = EXPECTS_NOTICE | EXPECTS_IDLE;
  result = next(f);
  if (result != FORME_DONE) return result;
  return f->type == FORME_TYPE_NOTIFY ? FORME_DONE : fail(f, FORME_ERROR_UNEXPECTED_MESSAGE);
}
#endif

#if FORME_WITH_SHA256
void forme_form_key(const uint8_t *descriptor, size_t length, uint8_t key[16]) {
  static const char label[] = "forme/1 form";
  struct forme_sha256 hash;
  uint8_t digest[32];
  forme_sha256_begin(&hash);
  forme_sha256_add(&hash, label, sizeof label);
  forme_sha256_add(&hash, descriptor, (uint32_t)length);
  forme_sha256_end(&hash, digest);
  memcpy(key, digest, DIGEST);
}
#endif
