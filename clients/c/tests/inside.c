/* Tests of what lies behind the client's calls; it includes forme.c.
 *
 * usage: inside keys   replays the transcripts of spec/vectors/keys, both directions byte for byte, and again
 *                      with each bit of what the server sent flipped. By its calls alone the client cannot play
 *                      them: they send what a device may and it does not, grease where they like, and no CRC-32.
 *        inside utf8   reads texts, each a byte with its length before it, and prints 1 for UTF-8, else 0.
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
  size_t count;
  const struct frame *frames;
};

#include "key_vectors.h"

/* What the client wrote, and what it reads: `step` bytes at once. */
static uint8_t written[512], incoming[512];
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
  struct forme_device device;
  struct forme_link link;
  memset(&device, 0, sizeof device);
  memset(&link, 0, sizeof link);
  played = transcript;
  secret.id = transcript->key_id;
  memcpy(secret.key, transcript->secret, 32);
  device.secret = &secret;
  link.read = link_read;
  link.write = link_write;
  require(forme_init(f, &device, &link, buffer, sizeof buffer) == FORME_DONE, "no client", 0);
  f->open = 1;
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
  return 2;
}
