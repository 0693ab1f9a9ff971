/* Feeds the client what a server said, changed by chance: it must end every call, keep to its promises, and do
 * no more work than the bytes are worth. Both sanitizers watch.
 *
 * usage: mutations ROUNDS SEED [TRANSCRIPT…]   (a transcript: the bytes that a server sent on one connection)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../forme.h"

#define LONGEST 400000

struct bytes {
  uint8_t *data;
  size_t count;
};

static uint64_t state = 1;
static uint8_t stream[2 * LONGEST];
static size_t stream_count;
static size_t stream_at;
static unsigned long reads;
static uint32_t form_next;
static uint32_t form_end;
static unsigned results[16];

/* xorshift64*, so that a seed makes the same run anywhere. */
static uint32_t chance(uint32_t below) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t)((state * 2685821657736338717u) >> 33) % below;
}

static void broken(const char *promise) {
  fprintf(stderr, "mutations: the client broke a promise: %s\n", promise);
  abort();
}

/* ---- the server's side ---- */

static uint16_t crc16(const uint8_t *bytes) {
  uint16_t crc = 0xFFFF;
  for (int i = 0; i < 48; i++) {
    int bit = bytes[i / 8] >> (7 - i % 8) & 1;
    crc = (uint16_t)(crc << 1 ^ ((crc >> 15 ^ bit) & 1 ? 0x1021 : 0));
  }
  return crc;
}

static uint32_t crc32(const uint8_t *bytes, size_t count) {
  uint32_t crc = 0xFFFFFFFF;
  for (size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
  }
  return ~crc;
}

/* Makes the checks of the frame at `frame` right again, if it is one. Returns its length with header. */
static size_t repair(uint8_t *frame, size_t rest) {
  size_t length;
  if (rest < 8) return rest;
  frame[6] = (uint8_t)(crc16(frame) >> 8);
  frame[7] = (uint8_t)crc16(frame);
  length = 8u + (size_t)(frame[2] << 8 | frame[3]);
  if (length <= rest && (frame[1] & FORME_FLAG_CRC32) && length >= 12) {
    uint32_t check = crc32(frame, length - 4);
    for (int i = 0; i < 4; i++) frame[length - 4 + (size_t)i] = (uint8_t)(check >> (24 - 8 * i));
  }
  return length < rest ? length : rest;
}

static void add_frame(struct bytes *out, unsigned type, unsigned flags, unsigned request, const void *payload,
                      size_t count) {
  uint8_t *frame = out->data + out->count;
  memset(frame, 0, 8);
  frame[0] = (uint8_t)type;
  frame[1] = (uint8_t)(flags | FORME_FLAG_CRC32);
  frame[2] = (uint8_t)((count + 4) >> 8);
  frame[3] = (uint8_t)(count + 4);
  frame[5] = (uint8_t)request;
  memcpy(frame + 8, payload, count);
  memset(frame + 8 + count, 0, 4);
  repair(frame, count + 12);
  out->count += count + 12;
}

static const uint8_t descriptor[] = {1, 0, 4, 0, 40, 0, 30, 3, 0, 3, 1, 8, 0, 9, 0, 4, 0, 0, 2, 12};
static const uint8_t nothing[1];
static uint8_t picture[1200];

static void add_form(struct bytes *out, unsigned request, unsigned status, uint32_t offset, uint32_t length) {
  uint8_t form[60] = {0};
  uint8_t digest[32];
  struct forme_sha256 hash;
  forme_sha256_begin(&hash);
  forme_sha256_add(&hash, picture, sizeof picture);
  forme_sha256_end(&hash, digest);
  form[0] = (uint8_t)status;
  memcpy(form + 2, digest, 16);
  if (status == FORME_STATUS_PATCH) {
    forme_sha256_begin(&hash);
    forme_sha256_add(&hash, picture + offset, length);
    forme_sha256_end(&hash, digest);
  }
  memcpy(form + 18, digest, 16);
  form[36] = sizeof picture >> 8;
  form[37] = sizeof picture & 0xFF;
  form[40] = (uint8_t)(offset >> 8);
  form[41] = (uint8_t)offset;
  form[44] = (uint8_t)(length >> 8);
  form[45] = (uint8_t)length;
  form[47] = 40;
  form[49] = 30;
  add_frame(out, FORME_TYPE_FORM, 0, request, form, sizeof form);
}

static void add_data(struct bytes *out, unsigned request, uint32_t offset, uint32_t length) {
  while (length > 0) {
    uint32_t step = length < 200 ? length : 200;
    add_frame(out, FORME_TYPE_DATA, step == length, request, picture + offset, step);
    offset += step;
    length -= step;
  }
}

/* One connection with everything that a server may say, in the order of play()'s calls. */
static struct bytes everything(int needs_capabilities) {
  struct bytes out = {malloc(LONGEST), 0};
  uint8_t welcome[46] = {0};
  uint8_t key[16];
  static const uint8_t error[] = {0x8A, 1, 0, 9, 2, 'n', 'o'};
  static const uint8_t away[] = {3, 0, 0, 0, 9};
  uint8_t notice[] = {1, 'a', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0, 0, 3};
  welcome[1] = (uint8_t)needs_capabilities;
  welcome[2] = 0x20;
  welcome[5] = 60;
  forme_form_key(descriptor, sizeof descriptor, key);
  add_frame(&out, FORME_TYPE_WELCOME, 0, 0, welcome, sizeof welcome);
  if (needs_capabilities) add_frame(&out, FORME_TYPE_ACCEPTED, 0, 0, key, sizeof key);
  add_frame(&out, 0x97, 0xF0, 3, picture, 100);
  add_form(&out, 1, FORME_STATUS_OK, 0, sizeof picture);
  add_data(&out, 1, 0, sizeof picture);
  add_frame(&out, FORME_TYPE_PING, 0, 4, nothing, 0);
  add_frame(&out, FORME_TYPE_ERROR, 0, 2, error, sizeof error);
  add_frame(&out, FORME_TYPE_OK, 0, 3, nothing, 0);
  add_frame(&out, FORME_TYPE_NOTIFY, 0, 0, notice, sizeof notice);
  add_frame(&out, FORME_TYPE_NOTIFY, 0, 0, notice, sizeof notice);
  add_form(&out, 4, FORME_STATUS_PATCH, 100, 500);
  add_data(&out, 4, 100, 500);
  add_frame(&out, FORME_TYPE_PONG, 0, 5, nothing, 0);
  add_form(&out, 6, FORME_STATUS_NOT_MODIFIED, 0, 0);
  if (needs_capabilities) add_frame(&out, FORME_TYPE_GOAWAY, 0, 0, away, sizeof away);
  return out;
}

/* A REFER, and what the other server says then. */
static struct bytes elsewhere(void) {
  struct bytes out = {malloc(LONGEST), 0};
  uint8_t welcome[46] = {0};
  static const uint8_t refer[] = {0, 60, 4, 127, 0, 0, 1, 14, 92, 6, 't', 'i', 'c', 'k', 'e', 't'};
  welcome[0] = 1;
  welcome[2] = 0x20;
  welcome[5] = 60;
  add_frame(&out, FORME_TYPE_WELCOME, 0, 0, welcome, sizeof welcome);
  add_frame(&out, FORME_TYPE_REFER, 0, 1, refer, sizeof refer);
  add_frame(&out, FORME_TYPE_WELCOME, 0, 0, welcome, sizeof welcome);
  add_form(&out, 2, FORME_STATUS_OK, 0, sizeof picture);
  add_data(&out, 2, 0, sizeof picture);
  add_frame(&out, FORME_TYPE_PING, 0, 4, nothing, 0);
  return out;
}

static void mutate(void) {
  unsigned count = 1 + chance(4);
  while (count-- > 0 && stream_count > 0) {
    size_t at = chance((uint32_t)stream_count);
    size_t length = 1 + chance(40);
    if (length > stream_count - at) length = stream_count - at;
    switch (chance(8)) {
      case 0: stream[at] ^= (uint8_t)(1 << chance(8)); break;
      case 1: stream[at] = (uint8_t)chance(256); break;
      case 2: memset(stream + at, chance(2) ? 0xFF : 0, length); break;
      case 3:
        memmove(stream + at, stream + at + length, stream_count - at - length);
        stream_count -= length;
        break;
      case 4:
        if (stream_count + length > sizeof stream) break;
        memmove(stream + at + length, stream + at, stream_count - at);
        stream_count += length;
        break;
      case 5: stream_count = at; break;
      default: {
        /* A field of a frame: walks to one by chance, so that lengths, flags and first fields are hit often. */
        size_t frame = 0;
        for (uint32_t steps = chance(24); steps > 0 && stream_count - frame > 8; steps--) {
          size_t next = frame + 8 + (size_t)(stream[frame + 2] << 8 | stream[frame + 3]);
          if (next >= stream_count) break;
          frame = next;
        }
        at = frame + chance(72);
        if (at < stream_count) stream[at] = (uint8_t)(chance(2) ? stream[at] ^ 1 << chance(8) : (int)chance(256));
      }
    }
  }
  /* Mostly with right checks again: behind them is what has to be found. */
  if (chance(10) > 0) {
    for (size_t at = 0; at < stream_count;) at += repair(stream + at, stream_count - at);
  }
}

/* ---- the device's side ---- */

static int32_t link_read(void *user, uint8_t *bytes, size_t count) {
  (void)user;
  if (++reads > 2 * sizeof stream + 100) broken("no more reads than bytes");
  if (stream_at == stream_count) return chance(2) ? 0 : -1;
  if (count > stream_count - stream_at) count = stream_count - stream_at;
  if (chance(4) == 0) count = 1 + chance((uint32_t)count);
  memcpy(bytes, stream + stream_at, count);
  stream_at += count;
  return (int32_t)count;
}

static int32_t link_write(void *user, const uint8_t *bytes, size_t count) {
  static volatile uint8_t sink;
  (void)user;
  for (size_t i = 0; i < count; i++) sink = bytes[i];
  (void)sink;
  return chance(4000) == 0 ? -1 : (int32_t)count;
}

static int fixed_numbers(void *user, uint8_t *bytes, size_t count) {
  (void)user;
  memset(bytes, 0xA5, count);
  return 0;
}

static int begin(void *user, const struct forme_form *form) {
  (void)user;
  form_next = form->offset;
  if (form->total == 0 || form->total > FORME_LIMIT_FORM_BYTES || form->length == 0 ||
      form->offset > form->total || form->length > form->total - form->offset) {
    broken("FORM was checked");
  }
  form_end = form->offset + form->length;
  return chance(20) == 0;
}

static uint8_t scratch[65536];

static int data(void *user, uint32_t offset, const uint8_t *bytes, size_t count) {
  (void)user;
  if (offset != form_next || count == 0 || count > form_end - offset) broken("DATA is in order");
  memcpy(scratch, bytes, count);
  form_next += (uint32_t)count;
  return chance(100) == 0;
}

static int load(void *user, uint32_t offset, uint8_t *bytes, size_t count) {
  (void)user;
  if (offset > sizeof picture || count > sizeof picture - offset) broken("only the form is read back");
  memcpy(bytes, picture + offset, count);
  return 0;
}

static void notice(void *user, uint8_t index, const uint8_t image[16], uint32_t generation) {
  (void)user;
  (void)generation;
  if (index > 1 || image == NULL) broken("NOTIFY is of a watched name");
}

static void note(enum forme_result result) {
  if (result > FORME_REFERRED) broken("a result is one of the results");
  results[result]++;
}

/* GET, and again at the server that REFER names. */
static void get(struct forme *client, const struct forme_device *device, const struct forme_request *request,
                struct forme_form *form) {
  enum forme_result result = forme_get(client, request, form);
  note(result);
  if (result != FORME_REFERRED) return;
  if (device->referral == NULL) broken("a device that follows no REFER is not referred");
  if (device->referral->ticket[1] == 0 || device->referral->ticket[1] > FORME_LIMIT_TICKET_BYTES ||
      device->referral->port == 0 || device->referral->ttl == 0) {
    broken("a referral is in its range");
  }
  note(forme_follow(client));
  result = forme_get(client, request, form);
  if (result == FORME_REFERRED) broken("nobody is referred on");
  note(result);
}

static void play(const struct forme_device *device, size_t buffer_size, uint32_t window) {
  const struct forme_link link = {link_read, link_write, fixed_numbers, NULL};
  static const char *const watched[] = {"a", "bc"};
  uint8_t shown[16] = {1};
  uint8_t *buffer = malloc(buffer_size);
  struct forme *client = malloc(sizeof *client);
  struct forme_request request;
  struct forme_form form;
  memset(&request, 0, sizeof request);
  request.name = "a";
  request.begin = begin;
  request.data = data;
  request.window = window;
  if (forme_init(client, device, &link, buffer, buffer_size) != FORME_DONE) broken("init");
  reads = 0;
  stream_at = 0;
  /* After the end of a connection the next one goes on with the bytes that are left. */
  for (int connection = 0; connection < 3; connection++) {
    note(forme_connect(client, NULL, 0));
    get(client, device, &request, &form);
    request.name = NULL;
    request.image = shown;
    get(client, device, &request, &form);
    request.name = "a";
    note(forme_watch(client, watched, 2, notice, NULL));
    note(forme_wait(client));
    request.shown = shown;
    request.load = load;
    request.shown_total = sizeof picture;
    get(client, device, &request, &form);
    note(forme_ping(client));
    if (form.status == FORME_STATUS_PATCH) memcpy(shown, form.etag, sizeof shown);
    get(client, device, &request, &form);
    note(forme_wait(client));
  }
  free(client);
  free(buffer);
}

int main(int count, char **arguments) {
  static struct bytes seeds[64];
  static struct forme_kind kinds[2];
  static const struct forme_secret secret = {"k", {1, 2, 3}};
  struct forme_device device;
  unsigned long rounds = strtoul(arguments[1], NULL, 10);
  size_t seed_count = 3;
  static struct forme_referral referral;
  state = strtoull(arguments[2], NULL, 10) * 2 + 1;
  for (size_t i = 0; i < sizeof picture; i++) picture[i] = (uint8_t)chance(256);
  seeds[0] = everything(0);
  seeds[1] = everything(1);
  seeds[2] = elsewhere();
  for (int i = 3; i < count && seed_count < 64; i++) {
    FILE *file = fopen(arguments[i], "rb");
    if (file == NULL) return 2;
    seeds[seed_count].data = malloc(LONGEST);
    seeds[seed_count].count = fread(seeds[seed_count].data, 1, LONGEST, file);
    seed_count++;
    fclose(file);
  }
  memset(&device, 0, sizeof device);
  device.kinds = kinds;
  device.kind_count = 1;
  kinds[0].descriptor = descriptor;
  kinds[0].descriptor_length = sizeof descriptor;
  forme_form_key(descriptor, sizeof descriptor, kinds[0].key);
  for (unsigned long round = 0; round < rounds; round++) {
    struct bytes *seed = &seeds[round % seed_count];
    memcpy(stream, seed->data, seed->count);
    stream_count = seed->count;
    /* Without a change everything must be right, up to what the callbacks decide by chance. */
    if (round >= seed_count) mutate();
    device.secret = chance(16) == 0 ? &secret : NULL;
    device.referral = chance(8) > 0 ? &referral : NULL;
    play(&device, chance(3) > 0 ? FORME_SMALLEST_BUFFER : 256 + chance(1000), chance(2) ? 0 : 64 + chance(5000));
  }
  printf("%lu rounds:", rounds);
  for (unsigned i = 0; i <= FORME_REFERRED; i++) printf(" %u", results[i]);
  printf("\n");
  /* A run in which some ending never came has not looked where it should. */
  for (unsigned i = 0; i <= FORME_REFERRED; i++) {
    if (rounds >= 10000 && results[i] == 0 && i != FORME_PENDING && i != FORME_MISUSE) return 1;
  }
  for (size_t i = 0; i < seed_count; i++) free(seeds[i].data);
  return 0;
}
