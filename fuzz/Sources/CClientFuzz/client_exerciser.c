/* Plays a server that says what the input says to the C client, and watches that it keeps its promises:
 * every call ends with one of its results, only what was checked reaches a callback, in order, what it sends
 * are frames that the server takes. That nothing is written outside of its buffers, the sanitizers watch.
 *
 * Of the input, the first byte switches (SWITCH_…), the second is the buffer's size above the smallest, the
 * low 4 bits of the third are a number of calls and its others how many bytes a read brings at most. A byte
 * for each call follows, and the rest is what the server says: of each frame the check is made right, mostly. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forme.h"

#define SWITCH_KEY 1u
#define SWITCH_PROOF 2u
#define SWITCH_AS_IT_IS 4u
#define SWITCH_WINDOW 8u
#define SWITCH_PATCHES 16u
#define SWITCH_NO_KIND 32u
#define SWITCH_WRITE_FAILS 64u
#define SWITCH_STOPS 128u

#define SHOWN_BYTES 1200u
#define HEADER 8u

static const uint8_t descriptor[] = {1, 0, 4, 0, 40, 0, 30, 3, 0, 3, 1, 8, 0, 9, 0, 4, 0, 0, 2, 12};
static const struct forme_secret secret = {"fuzz", {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
                                                    5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}};

struct exerciser {
  unsigned switches;
  size_t read_limit;
  /* What is left of what the server says. */
  const uint8_t *script;
  size_t script_count;
  /* The frame that the client reads now. */
  uint8_t *frame;
  size_t frame_count;
  size_t frame_at;
  unsigned long reads;
  /* What the client sends: whole frames and the begin of one. */
  uint8_t *sent;
  size_t sent_count;
  unsigned long sent_frames;
  /* Of the key: HELLO, WELCOME and PROVE, and then what follows from them. */
  struct forme_sha256 transcript;
  int welcomed;
  int owes_proof;
  int secured;
  /* The device's, or where it was referred to that connection's secret. */
  const uint8_t *key;
  struct forme_referral referral;
  uint8_t key_to_device[32];
  uint64_t frames_to_device;
  /* Of a form. */
  uint32_t form_next;
  uint32_t form_end;
  struct forme client;
};

static void broken(const char *promise) {
  fprintf(stderr, "the C client broke a promise: %s\n", promise);
  abort();
}

static uint16_t crc16(const uint8_t *bytes) {
  unsigned crc = 0xFFFF;
  for (unsigned i = 0; i < 48; i++) {
    unsigned bit = (unsigned)bytes[i / 8] >> (7 - i % 8) & 1u;
    crc = (crc << 1 ^ ((crc >> 15 ^ bit) & 1u ? 0x1021u : 0u)) & 0xFFFFu;
  }
  return (uint16_t)crc;
}

static uint32_t crc32(const uint8_t *bytes, size_t count) {
  uint32_t crc = 0xFFFFFFFF;
  for (size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1u ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
  }
  return ~crc;
}

static size_t body_count(const uint8_t *header) { return (size_t)header[2] << 8 | header[3]; }

static size_t trailer_count(const uint8_t *header) {
  if (header[1] & FORME_FLAG_MAC) return FORME_LIMIT_MAC_BYTES;
  return header[1] & FORME_FLAG_CRC32 ? FORME_LIMIT_CRC32_BYTES : 0;
}

/* ---- the server's key ---- */

static void prove(const struct exerciser *e, const char *label, uint8_t digest[32], uint8_t proof[32]) {
  struct forme_sha256 hash = e->transcript;
  forme_sha256_end(&hash, digest);
  forme_hmac_begin(&hash, e->key);
  forme_sha256_add(&hash, label, (uint32_t)strlen(label) + 1);
  forme_sha256_add(&hash, digest, 32);
  forme_hmac_end(&hash, e->key, proof);
}

static void seal(struct exerciser *e, uint8_t *frame, size_t count) {
  struct forme_sha256 hash;
  uint8_t counter[8];
  uint8_t code[32];
  for (int i = 0; i < 8; i++) counter[i] = (uint8_t)(e->frames_to_device >> (56 - 8 * i));
  e->frames_to_device++;
  forme_hmac_begin(&hash, e->key_to_device);
  forme_sha256_add(&hash, counter, sizeof counter);
  forme_sha256_add(&hash, frame, (uint32_t)count);
  forme_hmac_end(&hash, e->key_to_device, code);
  memcpy(frame + count, code, FORME_LIMIT_MAC_BYTES);
}

/* ---- what the server says ---- */

static void right_header(uint8_t *header) {
  uint16_t check = crc16(header);
  header[6] = (uint8_t)(check >> 8);
  header[7] = (uint8_t)check;
}

static void right_trailer(struct exerciser *e, uint8_t *frame, size_t body) {
  size_t trailer = trailer_count(frame);
  size_t count = HEADER + body - trailer;
  if (body < trailer || trailer == 0) return;
  if (frame[1] & FORME_FLAG_MAC) {
    if (e->secured) seal(e, frame, count);
  } else {
    uint32_t check = crc32(frame, count);
    for (int i = 0; i < 4; i++) frame[count + (size_t)i] = (uint8_t)(check >> (24 - 8 * i));
  }
}

static void say_proven(struct exerciser *e) {
  uint8_t digest[32];
  e->frame[0] = FORME_TYPE_PROVEN;
  memset(e->frame + 1, 0, HEADER - 1);
  e->frame[3] = 32;
  right_header(e->frame);
  prove(e, "forme/1 server", digest, e->frame + HEADER);
  forme_hkdf(e->key, digest, "forme/1 s2d", e->key_to_device);
  e->frame_count = HEADER + 32;
  e->owes_proof = 0;
  e->secured = 1;
  e->frames_to_device = 0;
}

/* Brings the next frame of the script, or what is left of it. */
static void say(struct exerciser *e) {
  size_t count;
  e->frame_at = 0;
  if (e->owes_proof) {
    say_proven(e);
    return;
  }
  count = e->script_count < HEADER ? e->script_count : HEADER;
  memcpy(e->frame, e->script, count);
  if (count == HEADER) {
    size_t body = body_count(e->frame);
    int is_whole = body <= e->script_count - HEADER;
    if (!is_whole) body = e->script_count - HEADER;
    memcpy(e->frame + HEADER, e->script + HEADER, body);
    count = HEADER + body;
    if (!(e->switches & SWITCH_AS_IT_IS)) {
      if (e->secured) e->frame[1] = (uint8_t)((e->frame[1] & ~FORME_FLAG_CRC32) | FORME_FLAG_MAC);
      right_header(e->frame);
      if (is_whole) right_trailer(e, e->frame, body);
    }
    if (is_whole && e->frame[0] == FORME_TYPE_WELCOME && !e->welcomed && body >= trailer_count(e->frame)) {
      e->welcomed = 1;
      forme_sha256_add(&e->transcript, e->frame, (uint32_t)(count - trailer_count(e->frame)));
    }
  }
  e->script += count;
  e->script_count -= count;
  e->frame_count = count;
}

static int32_t link_read(void *user, uint8_t *bytes, size_t count) {
  struct exerciser *e = user;
  if (count == 0) broken("no read of nothing");
  if (++e->reads > 100000) broken("no more reads than bytes");
  if (e->frame_at == e->frame_count) {
    if (e->script_count == 0 && !e->owes_proof) return e->reads % 2 ? 0 : -1;
    say(e);
  }
  if (count > e->frame_count - e->frame_at) count = e->frame_count - e->frame_at;
  if (count > e->read_limit) count = e->read_limit;
  memcpy(bytes, e->frame + e->frame_at, count);
  e->frame_at += count;
  return (int32_t)count;
}

/* ---- what the client says ---- */

static void hear(struct exerciser *e) {
  uint8_t header[HEADER];
  size_t count = HEADER + body_count(e->sent);
  size_t covered = count - trailer_count(e->sent);
  memcpy(header, e->sent, HEADER);
  right_header(header);
  if (memcmp(header, e->sent, HEADER) != 0) broken("a header's check is right");
  if (e->sent[1] & FORME_FLAG_RESERVED) broken("no reserved flag is sent");
  if (e->secured && e->frames_to_device > 0 && !(e->sent[1] & FORME_FLAG_MAC)) {
    broken("every frame after the proof has a MAC");
  }
  if (e->sent[1] & FORME_FLAG_CRC32) {
    uint32_t check = crc32(e->sent, covered);
    for (int i = 0; i < 4; i++) {
      if (e->sent[covered + (size_t)i] != (uint8_t)(check >> (24 - 8 * i))) broken("a frame's check is right");
    }
  }
  switch (e->sent[0]) {
    case FORME_TYPE_HELLO:
      if (e->sent_frames != 0) broken("HELLO comes first");
      forme_sha256_begin(&e->transcript);
      forme_sha256_add(&e->transcript, e->sent, (uint32_t)covered);
      break;
    case FORME_TYPE_PROVE:
      forme_sha256_add(&e->transcript, e->sent, (uint32_t)covered);
      if (e->switches & SWITCH_PROOF) e->owes_proof = 1;
      break;
    case FORME_TYPE_CAPABILITIES:
    case FORME_TYPE_GET:
    case FORME_TYPE_WATCH:
      if (e->switches & SWITCH_KEY && !e->secured) broken("nothing is asked before the proof");
      break;
    case FORME_TYPE_CREDIT:
    case FORME_TYPE_CANCEL:
    case FORME_TYPE_PING:
    case FORME_TYPE_PONG:
    case FORME_TYPE_ERROR: break;
    default: broken("a client's message");
  }
  e->sent_frames++;
}

static int32_t link_write(void *user, const uint8_t *bytes, size_t count) {
  struct exerciser *e = user;
  size_t limit = e->client.peer_limit > FORME_LIMIT_MIN_MAX_FRAME ? e->client.peer_limit : FORME_LIMIT_MIN_MAX_FRAME;
  if (count == 0) broken("no write of nothing");
  if (e->switches & SWITCH_WRITE_FAILS && e->sent_frames > 3) return -1;
  if (e->switches & SWITCH_WRITE_FAILS && count > 1) count /= 2;
  for (size_t i = 0; i < count; i++) {
    e->sent[e->sent_count++] = bytes[i];
    if (e->sent_count < HEADER) continue;
    if (body_count(e->sent) > limit) broken("no frame above the server's limit");
    if (e->sent_count == HEADER + body_count(e->sent)) {
      hear(e);
      e->sent_count = 0;
    }
  }
  return (int32_t)count;
}

static int link_random(void *user, uint8_t *bytes, size_t count) {
  (void)user;
  memset(bytes, 0xA5, count);
  return 0;
}

/* ---- where a form goes ---- */

static int begin(void *user, const struct forme_form *form) {
  struct exerciser *e = user;
  if (form->total == 0 || form->total > FORME_LIMIT_FORM_BYTES || form->length == 0 ||
      form->offset > form->total || form->length > form->total - form->offset) {
    broken("FORM was checked");
  }
  e->form_next = form->offset;
  e->form_end = form->offset + form->length;
  return 0;
}

static int data(void *user, uint32_t offset, const uint8_t *bytes, size_t count) {
  static volatile uint8_t sink;
  struct exerciser *e = user;
  if (offset != e->form_next || count == 0 || count > e->form_end - offset) broken("DATA is in order");
  for (size_t i = 0; i < count; i++) sink = bytes[i];
  (void)sink;
  e->form_next += (uint32_t)count;
  return e->switches & SWITCH_STOPS && count == 200;
}

static int load(void *user, uint32_t offset, uint8_t *bytes, size_t count) {
  (void)user;
  if (count == 0 || offset > SHOWN_BYTES || count > SHOWN_BYTES - offset) broken("only the form is read back");
  for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)((offset + i) * 7);
  return 0;
}

static void notice(void *user, uint8_t index, const uint8_t image[16], uint32_t generation) {
  (void)user;
  (void)generation;
  if (index > 1 || image == NULL) broken("NOTIFY is of a watched name");
}

/* ---- calls ---- */

static enum forme_result get(struct exerciser *e, unsigned call) {
  static const uint8_t image[16] = {7};
  uint8_t shown[16];
  struct forme_sha256 hash;
  uint8_t digest[32];
  uint8_t bytes[SHOWN_BYTES];
  struct forme_request request;
  struct forme_form form;
  enum forme_result result;
  memset(&request, 0, sizeof request);
  request.begin = begin;
  request.data = data;
  request.user = e;
  if (call & 8) {
    request.name = "a";
  } else {
    request.image = image;
  }
  request.window = e->switches & SWITCH_WINDOW ? 64 + call * 16 : 0;
  load(e, 0, bytes, sizeof bytes);
  forme_sha256_begin(&hash);
  forme_sha256_add(&hash, bytes, sizeof bytes);
  forme_sha256_end(&hash, digest);
  memcpy(shown, digest, sizeof shown);
  if (call & 16) request.shown = shown;
  if (e->switches & SWITCH_PATCHES) {
    request.load = load;
    request.shown_total = SHOWN_BYTES;
  }
  e->form_next = 0;
  e->form_end = 0;
  result = forme_get(&e->client, &request, &form);
  if (result == FORME_DONE && (e->form_next != e->form_end || e->form_end == 0)) {
    broken("a form that is done is whole");
  }
  if (result == FORME_NOT_MODIFIED && request.shown == NULL) broken("nothing was shown that could stay");
  return result;
}

/* Connects to the server, or to the one that it referred to. */
static void connect(struct exerciser *e, int is_referred) {
  uint8_t tlvs[16];
  uint8_t *end = forme_tlv(tlvs, FORME_FIELD_BATTERY_PERCENT, 50, 1);
  enum forme_result result;
  e->key = is_referred ? e->referral.key : secret.key;
  e->sent_count = 0;
  e->sent_frames = 0;
  e->frame_count = 0;
  e->frame_at = 0;
  e->welcomed = 0;
  e->owes_proof = 0;
  e->secured = 0;
  result = is_referred ? forme_follow(&e->client) : forme_connect(&e->client, tlvs, (size_t)(end - tlvs));
  if (result == FORME_DONE && !e->welcomed) broken("no connection without WELCOME");
  if (result == FORME_DONE && e->switches & SWITCH_KEY && !e->secured) broken("no connection without the proof");
}

/* Asks the server that REFER named. */
static enum forme_result follow(struct exerciser *e, unsigned call) {
  enum forme_result result;
  uint8_t length = e->referral.ticket[1];
  if (e->client.device->referral == NULL) broken("who follows no REFER is not referred");
  if (length == 0 || length > FORME_LIMIT_TICKET_BYTES || e->referral.port == 0 || e->referral.ttl == 0 ||
      (e->referral.family != 4 && e->referral.family != 6)) {
    broken("REFER was checked");
  }
  connect(e, 1);
  result = get(e, call);
  if (result == FORME_REFERRED) broken("nobody is referred on");
  return result;
}

static void play(struct exerciser *e, const uint8_t *calls, size_t count) {
  static const char *const watched[] = {"a", "bc"};
  connect(e, 0);
  for (size_t i = 0; i < count; i++) {
    enum forme_result result = FORME_DONE;
    switch (calls[i] & 7) {
      case 0:
      case 1:
      case 2:
        result = get(e, calls[i]);
        if (result == FORME_REFERRED) result = follow(e, calls[i]);
        break;
      case 3: result = forme_ping(&e->client); break;
      case 4: result = forme_watch(&e->client, watched, calls[i] >> 3 & 1 ? 2 : 1, notice, e); break;
      case 5: result = forme_wait(&e->client); break;
      case 6: forme_forget(&e->client); break;
      default: connect(e, 0);
    }
    if (result > FORME_REFERRED) broken("a result is one of the results");
    if (result >= FORME_LOST && result <= FORME_BROKEN && e->client.open) broken("the connection is over");
    if (e->client.detail_length > FORME_LIMIT_DETAIL_BYTES) broken("a detail is short");
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t count) {
  static struct forme_kind kind = {.descriptor = descriptor, .descriptor_length = sizeof descriptor};
  struct forme_device device = {.kinds = &kind};
  struct forme_link link = {link_read, link_write, link_random, NULL};
  static uint8_t frame[HEADER + 0xFFFF];
  static uint8_t sent[HEADER + 0xFFFF];
  struct exerciser *e;
  uint8_t *buffer;
  size_t call_count;
  if (count < 3 || count - 3 < (size_t)(input[2] & 15)) return 0;
  e = calloc(1, sizeof *e);
  if (e == NULL) return 0;
  call_count = input[2] & 15;
  e->frame = frame;
  e->sent = sent;
  e->switches = input[0];
  e->read_limit = input[2] >> 4 == 0 ? 0xFFFF : input[2] >> 4;
  e->script = input + 3 + call_count;
  e->script_count = count - 3 - call_count;
  forme_form_key(descriptor, sizeof descriptor, kind.key);
  device.kind_count = e->switches & SWITCH_NO_KIND ? 0 : 1;
  device.referral = input[1] & 1 ? NULL : &e->referral;
  device.secret = e->switches & SWITCH_KEY ? &secret : NULL;
  link.user = e;
  /* Of exactly its size, so that a sanitizer sees the first byte behind it. */
  buffer = malloc(FORME_SMALLEST_BUFFER + input[1]);
  if (forme_init(&e->client, &device, &link, buffer, FORME_SMALLEST_BUFFER + input[1]) != FORME_DONE) {
    broken("a client is made");
  }
  play(e, input + 3, call_count);
  free(buffer);
  free(e);
  return 0;
}
