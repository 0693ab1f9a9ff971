/* Tests of what lies behind the client's calls; it includes forme.c.
 *
 * usage: inside keys   replays the transcripts of spec/vectors/keys, both directions byte for byte, and again
 *                      with each bit of what the server sent flipped. By its calls alone the client cannot play
 *                      them: they send what a device may and it does not, grease where they like, and no CRC-32.
 *        inside utf8   reads texts, each a byte with its length before it, and prints 1 for UTF-8, else 0.
 *        inside messages   gives every frame that spec/vectors/messages has of servers to a client that waits
 *                      for it: what is right is taken, what is wrong is answered with the error that it says.
 */
#include "../forme.c"

#include <stdio.h>
#include <stdlib.h>

struct frame {
  int from_device;
  uint16_t payload_length;
  uint16_t trailer_length;
  const uint8_t *header;
  const uint8_t *payload;
  const uint8_t *trailer;
};

struct transcript {
  const char *title;
  const char *key_id;
  const uint8_t *secret;
  const uint8_t *nonce;
  const uint8_t *t1;
  const uint8_t *device_proof;
  const uint8_t *t2;
  const uint8_t *server_proof;
  const uint8_t *send_key;
  const uint8_t *receive_key;
  const uint8_t *referral_key;
  /* The device was referred to this server, and its key is a referral secret. */
  int has_ticket;
  size_t count;
  const struct frame *frames;
};

struct message {
  const char *title;
  const char *state;
  uint8_t error;
  uint16_t max_frame;
  uint16_t count;
  const uint8_t *bytes;
};

#include "vectors.h"

/* What the client wrote, and what it reads: `step` bytes at once. */
static uint8_t written[512], incoming[1024];
static size_t written_count, incoming_count, incoming_at, step;
static const struct transcript *played;

static int32_t link_read(void *user, uint8_t *bytes, size_t count) {
  (void)user;
  if (count > step) count = step;
  if (count > incoming_count - incoming_at) count = incoming_count - incoming_at;
  memcpy(bytes, incoming + incoming_at, count);
  incoming_at += count;
  return count == 0 ? -1 : (int32_t)count;
}

static int32_t link_write(void *user, const uint8_t *bytes, size_t count) {
  (void)user;
  if (count > sizeof written - written_count) return -1;
  memcpy(written + written_count, bytes, count);
  written_count += count;
  return (int32_t)count;
}

static void require(int holds, const char *what, size_t index) {
  if (holds) return;
  fprintf(stderr, "%s, frame %u: %s\n", played->title, (unsigned)index, what);
  exit(1);
}

static uint8_t flags_of(const struct frame *frame) { return frame->header[1]; }

/* Sends a frame of the device. Its header is the client's own, unless it has what the client never sends. */
static void send_frame(struct forme *f, const struct frame *frame, size_t index) {
  uint8_t found[32], proof[32];
  written_count = 0;
  if ((flags_of(frame) & 0xF0) == 0 && frame->trailer_length > 0) {
    begin(f, frame->header[0], load16(frame->header + 4), frame->payload_length);
  } else {
    begin_frame(f, frame->header);
  }
  if (frame->header[0] == FORME_TYPE_PROVE) {
    put_text(f, played->key_id, text_length(played->key_id, FORME_LIMIT_KEY_ID_BYTES));
    put(f, played->nonce, FORME_LIMIT_NONCE_BYTES);
    prove(f, "forme/1 device", found, proof);
    require(equal(found, played->t1, 32) && equal(proof, played->device_proof, 32), "T1 or its proof differs", index);
    put(f, proof, 32);
    prove(f, "forme/1 server", found, proof);
    require(equal(found, played->t2, 32) && equal(proof, played->server_proof, 32), "T2 or its proof differs", index);
  } else {
    put(f, frame->payload, frame->payload_length);
  }
  finish(f);
  /* Without a key the client always ends a frame with a CRC-32. */
  require(written_count == (size_t)HEADER + frame->payload_length + (frame->trailer_length == 0 ? 4 : frame->trailer_length) &&
              equal(written, frame->header, HEADER) && equal(written + HEADER, frame->payload, frame->payload_length) &&
              equal(written + HEADER + frame->payload_length, frame->trailer, frame->trailer_length),
          "other bytes are sent", index);
}

/* Receives a frame of the server; `bit` is flipped unless it is negative. */
static enum forme_result take_frame(struct forme *f, const struct frame *frame, long bit) {
  size_t end = (size_t)HEADER + frame->payload_length;
  memcpy(incoming, frame->header, HEADER);
  memcpy(incoming + HEADER, frame->payload, frame->payload_length);
  memcpy(incoming + end, frame->trailer, frame->trailer_length);
  incoming_count = end + frame->trailer_length;
  incoming_at = 0;
  if (bit >= 0) incoming[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
  return receive_frame(f);
}

/* Plays a transcript up to frame `last`, in which `bit` is flipped unless it is negative. */
static void play(const struct transcript *transcript, size_t last, long bit) {
  static uint8_t buffer[FORME_SMALLEST_BUFFER];
  static struct forme client;
  struct forme *f = &client;
  struct forme_secret secret;
  struct forme_referral referral;
  struct forme_device device;
  struct forme_link link;
  memset(&device, 0, sizeof device);
  memset(&link, 0, sizeof link);
  memset(&secret, 0, sizeof secret);
  memset(&referral, 0, sizeof referral);
  played = transcript;
  secret.id = transcript->key_id;
  memcpy(transcript->has_ticket ? referral.key : secret.key, transcript->secret, 32);
  device.secret = &secret;
  device.referral = &referral;
  link.read = link_read;
  link.write = link_write;
  require(forme_init(f, &device, &link, buffer, sizeof buffer) == FORME_DONE, "no client", 0);
  f->open = 1;
  f->referred = (uint8_t)transcript->has_ticket;
  forme_sha256_begin(&f->frame);
  for (size_t index = 0; index <= last; index++) {
    const struct frame *frame = &transcript->frames[index];
    enum forme_result result;
    if (frame->from_device) {
      send_frame(f, frame, index);
      continue;
    }
    result = take_frame(f, frame, index == last ? bit : -1);
    if (index == last && bit >= 0) {
      /* A header checks itself before any MAC is looked at. */
      uint8_t code = bit < 64 || !f->secured ? FORME_ERROR_CHECK_MISMATCH : FORME_ERROR_BAD_MAC;
      require(result == FORME_BROKEN && f->error == code && !f->open, "a flipped bit is not noticed", index);
      return;
    }
    require(result == FORME_DONE && f->type == frame->header[0] && f->flags == flags_of(frame) &&
                f->length == frame->payload_length && equal(payload(f), frame->payload, f->length) &&
                incoming_at == incoming_count,
            "it is not taken", index);
    if (f->type == FORME_TYPE_WELCOME) forme_sha256_add(&f->frame, f->buffer, (uint32_t)HEADER + f->length);
    if (f->type == FORME_TYPE_PROVEN) {
      require(equal(payload(f), transcript->server_proof, 32), "it is another proof", index);
      use_keys(f, transcript->t2);
      require(equal(f->send_key, transcript->send_key, 32) && equal(f->receive_key, transcript->receive_key, 32),
              "the keys differ", index);
      require(equal(referral.key, transcript->has_ticket ? transcript->secret : transcript->referral_key, 32),
              "the referral secret differs", index);
    }
  }
}

static int replay_keys(void) {
  unsigned frames = 0, bits = 0;
  for (size_t i = 0; i < sizeof transcripts / sizeof *transcripts; i++) {
    const struct transcript *transcript = &transcripts[i];
    for (step = 1; step <= 64; step *= 4) play(transcript, transcript->count - 1, -1);
    for (size_t index = 0; index < transcript->count; index++) {
      const struct frame *frame = &transcript->frames[index];
      long count = frame->trailer_length == 0 ? HEADER : HEADER + frame->payload_length + frame->trailer_length;
      frames++;
      if (frame->from_device) continue;
      for (long bit = 0; bit < 8 * count; bit++, bits++) play(transcript, index, bit);
    }
  }
  printf("%u frames, %u flipped bits\n", frames, bits);
  return 0;
}

static int fixed_numbers(void *user, uint8_t *bytes, size_t count) {
  (void)user;
  memset(bytes, 7, count);
  return 0;
}

static int ignore_data(void *user, uint32_t offset, const uint8_t *bytes, size_t count) {
  (void)user;
  (void)offset;
  (void)bytes;
  (void)count;
  return 0;
}

static void ignore_notice(void *user, uint8_t index, const uint8_t image[16], uint32_t generation) {
  (void)user;
  (void)index;
  (void)image;
  (void)generation;
}

/* Sends GET of a device that this FORM fits, whatever else may be wrong with it. No device lists a codec that
 * there is not. */
static enum forme_result get_form(struct forme *f, struct forme_device *device, const uint8_t *p, size_t count,
                                  int lists_codec) {
  static uint8_t descriptor[16];
  static struct forme_kind kinds[FORME_LIMIT_ALTERNATIVES];
  uint8_t shown[DIGEST];
  struct forme_request request;
  struct forme_form form;
  memset(&request, 0, sizeof request);
  memset(shown, 0x5A, sizeof shown);
  request.name = "a";
  request.data = ignore_data;
  if (count >= 60) {
    static const uint8_t size[] = {FORME_DESCRIPTOR_SIZE, 0, 4};
    memcpy(descriptor, size, 3);
    memcpy(descriptor + 3, p + 46, 4);
    descriptor[7] = FORME_DESCRIPTOR_CODECS;
    descriptor[8] = 0;
    descriptor[9] = 2;
    descriptor[10] = FORME_CODEC_PACKBITS;
    descriptor[11] = 0;
    if (lists_codec) memcpy(descriptor + 10, p + 50, 2);
    if (p[0] == FORME_STATUS_NOT_MODIFIED) memcpy(shown, p + 2, DIGEST);
    if (p[0] == FORME_STATUS_NOT_MODIFIED || p[0] == FORME_STATUS_PATCH) request.shown = shown;
    if (p[0] == FORME_STATUS_OK) {
      memcpy(f->partial.sent, p + 18, DIGEST);
      f->partial.offset = load32(p + 38);
    }
  }
  for (unsigned i = 0; i < FORME_LIMIT_ALTERNATIVES; i++) {
    kinds[i].descriptor = descriptor;
    kinds[i].descriptor_length = 12;
  }
  device->kinds = kinds;
  device->kind_count = FORME_LIMIT_ALTERNATIVES;
  return forme_get(f, &request, &form);
}

/* Gives one frame to a client that waits for a frame of its type, and nothing after it. */
static enum forme_result receive_message(struct forme *f, struct forme_device *device, const struct message *message) {
  static struct forme_kind kinds[FORME_LIMIT_ALTERNATIVES];
  static char name[FORME_LIMIT_NAME_BYTES + 1];
  static const char *const names[] = {name};
  const uint8_t *p = message->bytes + HEADER;
  size_t count = message->count < HEADER ? 0 : (size_t)message->count - HEADER;
  uint8_t type = message->bytes[0];
  uint16_t number = load16(message->bytes + 4);
  f->open = 1;
  f->request = number;
  f->last_request = (uint16_t)(number - 1);
  f->peer_limit = FORME_LIMIT_SERVER_MIN_MAX_FRAME;
  f->expects = EXPECTS_NOTICE;
  strcpy(name, "a");
  memset(kinds, 0, sizeof kinds);
  device->kinds = kinds;
  if (type == FORME_TYPE_WELCOME || strcmp(message->state, "start") == 0) {
    device->kind_count = 1;
    kinds[0].descriptor = kinds[0].key;
    kinds[0].descriptor_length = 1;
    return forme_connect(f, NULL, 0);
  }
  switch (type) {
    case FORME_TYPE_ACCEPTED:
      f->request = 0;
      device->kind_count = (uint8_t)(count / DIGEST == 0 ? 1 : count / DIGEST);
      if (device->kind_count > FORME_LIMIT_ALTERNATIVES) device->kind_count = FORME_LIMIT_ALTERNATIVES;
      for (unsigned i = 0; i < device->kind_count; i++) {
        kinds[i].descriptor = kinds[i].key;
        kinds[i].descriptor_length = 1;
        if (count >= (i + 1) * DIGEST) memcpy(kinds[i].key, p + i * DIGEST, DIGEST);
      }
      return send_descriptors(f);
    case FORME_TYPE_PROVEN: {
      static const struct forme_secret secret = {"a", {0}};
      device->secret = &secret;
      f->request = 0;
      forme_sha256_begin(&f->frame);
      return prove_key(f);
    }
    case FORME_TYPE_REFER: return get_form(f, device, p, 0, 0);
    case FORME_TYPE_FORM: return get_form(f, device, p, count, message->error == 0);
    case FORME_TYPE_OK: return forme_watch(f, names, 1, ignore_notice, NULL);
    case FORME_TYPE_NOTIFY:
      if (message->error == 0) {
        memcpy(name, p + 1, p[0]);
        name[p[0]] = 0;
      }
      f->watched = names;
      f->watch_count = 1;
      f->notice = ignore_notice;
      return forme_wait(f);
    case FORME_TYPE_ERROR: f->expects = EXPECTS_ERROR; return await(f, FORME_TYPE_OK);
    default: return await(f, FORME_TYPE_DATA);
  }
}

/* True when `referral` says what the REFER that came says. */
static int is_kept(const struct forme_referral *referral) {
  const uint8_t *p = incoming + HEADER;
  size_t size = referral->family == 4 ? 4 : 16;
  return referral->ttl == load16(p) && referral->family == p[2] && equal(referral->address, p + 3, size) &&
         referral->port == load16(p + 3 + size) && referral->ticket[0] == FORME_FIELD_TICKET &&
         equal(referral->ticket + 1, p + 5 + size, 1u + p[5 + size]);
}

/* What the client makes of a message that is right. */
static int is_taken(const struct forme *f, enum forme_result result, uint8_t type) {
  switch (type) {
    /* Waits for ACCEPTED then, or finds that it has no key. */
    case FORME_TYPE_WELCOME:
      return result == FORME_DONE || result == FORME_LOST || (result == FORME_BROKEN && f->error == FORME_ERROR_NOT_PROVEN);
    /* It proves another key. */
    case FORME_TYPE_PROVEN: return result == FORME_BROKEN && f->error == FORME_ERROR_NOT_PROVEN;
    /* Waits for DATA then, which does not come. */
    case FORME_TYPE_FORM: return result == FORME_LOST || result == FORME_NOT_MODIFIED || result == FORME_PENDING;
    case FORME_TYPE_ERROR: return result == FORME_REFUSED || result == FORME_CLOSED;
    case FORME_TYPE_REFER: return result == FORME_REFERRED && is_kept(f->device->referral);
    case FORME_TYPE_GOAWAY: return result == FORME_CLOSED;
    case FORME_TYPE_ACCEPTED:
    case FORME_TYPE_DATA:
    case FORME_TYPE_OK:
    case FORME_TYPE_NOTIFY: return result == FORME_DONE;
    /* The client asks for nothing that these answer. */
    case FORME_TYPE_READY:
    case FORME_TYPE_STORED:
    case FORME_TYPE_LISTING:
    case FORME_TYPE_CREDIT: return result == FORME_BROKEN && f->error == FORME_ERROR_UNEXPECTED_MESSAGE;
    /* PING, PONG, and what is skipped. */
    default: return result == FORME_LOST;
  }
}

static int replay_messages(void) {
  static uint8_t buffer[HEADER + 8192];
  static struct forme client;
  static struct forme_referral referral;
  struct forme_device device;
  struct forme_link link;
  size_t total = sizeof messages / sizeof *messages;
  unsigned faults = 0;
  memset(&link, 0, sizeof link);
  link.read = link_read;
  link.write = link_write;
  link.random = fixed_numbers;
  for (size_t i = 0; i < total; i++) {
    const struct message *message = &messages[i];
    uint8_t type = message->bytes[0];
    if (message->count > sizeof incoming || message->max_frame > sizeof buffer - HEADER) return 2;
    for (step = 1; step <= sizeof incoming; step *= 8) {
      enum forme_result result;
      int is_right;
      memset(&device, 0, sizeof device);
      device.referral = &referral;
      if (forme_init(&client, &device, &link, buffer, (size_t)HEADER + message->max_frame) != FORME_DONE) return 2;
      memcpy(incoming, message->bytes, message->count);
      incoming_count = message->count;
      incoming_at = 0;
      written_count = 0;
      result = receive_message(&client, &device, message);
      is_right = is_taken(&client, result, message->error == 0 ? type : 0);
      if (message->error != 0) {
        /* Answers to what it never asks mean nothing to it before they are malformed. */
        int is_foreign = is_taken(&client, result, type) && client.error == FORME_ERROR_UNEXPECTED_MESSAGE;
        is_right = is_foreign || (result == FORME_BROKEN && client.error == message->error && !client.open);
      }
      if (is_right) continue;
      faults++;
      fprintf(stderr, "%s: result %d, error %02x, not %02x\n", message->title, (int)result, client.error, message->error);
    }
  }
  printf("%u messages\n", (unsigned)total);
  return faults > 0;
}

static int judge_texts(void) {
  uint8_t bytes[255];
  for (int count = getchar(); count != EOF; count = getchar()) {
    if (fread(bytes, 1, (size_t)count, stdin) != (size_t)count) return 2;
    putchar('0' + is_utf8(bytes, (size_t)count));
  }
  return 0;
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "keys") == 0) return replay_keys();
  if (count == 2 && strcmp(arguments[1], "utf8") == 0) return judge_texts();
  if (count == 2 && strcmp(arguments[1], "messages") == 0) return replay_messages();
  return 2;
}
