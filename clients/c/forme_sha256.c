#include "forme_sha256.h"

#include <string.h>

#ifndef FORME_OWN_SHA256

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static const uint32_t initial_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint32_t rotate(uint32_t word, unsigned bits) {
  return word >> bits | word << (32 - bits);
}

/* The standard's a to h, numbered 0 to 7. Each moves on by one place a round: here the places move instead. */
#define WORK(variable) work[((variable) - round) & 7]

/* The schedule keeps the last 16 words only: 64 bytes of stack instead of 256. */
static void compress(struct forme_sha256 *hash) {
  uint32_t schedule[16];
  uint32_t work[8];
  memcpy(work, hash->state, sizeof work);
  for (unsigned round = 0; round < 64; round++) {
    uint32_t word;
    if (round < 16) {
      const uint8_t *p = hash->block + 4 * round;
      word = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    } else {
      uint32_t early = schedule[(round + 1) & 15];
      uint32_t late = schedule[(round + 14) & 15];
      word = schedule[round & 15] + schedule[(round + 9) & 15] +
             (rotate(early, 7) ^ rotate(early, 18) ^ early >> 3) +
             (rotate(late, 17) ^ rotate(late, 19) ^ late >> 10);
    }
    schedule[round & 15] = word;
    uint32_t a = WORK(0);
    uint32_t e = WORK(4);
    uint32_t first = WORK(7) + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                     ((e & WORK(5)) ^ (~e & WORK(6))) + round_constants[round] + word;
    uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                      ((a & WORK(1)) ^ (a & WORK(2)) ^ (WORK(1) & WORK(2)));
    WORK(3) += first;
    WORK(7) = first + second;
  }
  for (unsigned i = 0; i < 8; i++) hash->state[i] += work[i];
}

void forme_sha256_begin(struct forme_sha256 *hash) {
  memcpy(hash->state, initial_state, sizeof hash->state);
  hash->count = 0;
}

void forme_sha256_add(struct forme_sha256 *hash, const void *bytes, uint32_t count) {
  const uint8_t *next = bytes;
  while (count > 0) {
    uint32_t filled = hash->count & 63;
    uint32_t step = 64 - filled;
    if (step > count) step = count;
    memcpy(hash->block + filled, next, step);
    hash->count += step;
    next += step;
    count -= step;
    if (filled + step == 64) compress(hash);
  }
}

void forme_sha256_end(struct forme_sha256 *hash, uint8_t digest[32]) {
  static const uint8_t mark = 0x80;
  static const uint8_t zero = 0;
  uint32_t count = hash->count;
  uint8_t bits[8];
  forme_sha256_add(hash, &mark, 1);
  while ((hash->count & 63) != 56) forme_sha256_add(hash, &zero, 1);
  memset(bits, 0, 4);
  for (unsigned i = 0; i < 4; i++) bits[4 + i] = (uint8_t)((count << 3) >> (24 - 8 * i));
  forme_sha256_add(hash, bits, 8);
  for (unsigned i = 0; i < 32; i++) {
    digest[i] = (uint8_t)(hash->state[i >> 2] >> (24 - 8 * (i & 3)));
  }
}

#endif

static void add_pad(struct forme_sha256 *hash, const uint8_t key[32], uint8_t pad) {
  uint8_t block[64];
  memset(block, pad, sizeof block);
  for (unsigned i = 0; i < 32; i++) block[i] ^= key[i];
  forme_sha256_begin(hash);
  forme_sha256_add(hash, block, sizeof block);
}

void forme_hmac_begin(struct forme_sha256 *hash, const uint8_t key[32]) { add_pad(hash, key, 0x36); }

void forme_hmac_end(struct forme_sha256 *hash, const uint8_t key[32], uint8_t code[32]) {
  uint8_t inner[32];
  forme_sha256_end(hash, inner);
  add_pad(hash, key, 0x5c);
  forme_sha256_add(hash, inner, sizeof inner);
  forme_sha256_end(hash, code);
}

void forme_hkdf(const uint8_t key[32], const uint8_t salt[32], const char *info, uint8_t out[32]) {
  static const uint8_t first = 1;
  struct forme_sha256 hash;
  uint8_t extracted[32];
  forme_hmac_begin(&hash, salt);
  forme_sha256_add(&hash, key, 32);
  forme_hmac_end(&hash, salt, extracted);
  forme_hmac_begin(&hash, extracted);
  for (; *info != 0; info++) forme_sha256_add(&hash, info, 1);
  forme_sha256_add(&hash, &first, 1);
  forme_hmac_end(&hash, extracted, out);
}
