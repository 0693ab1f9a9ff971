/* SHA-256 (FIPS 180-4), HMAC (RFC 2104) and one block of HKDF (RFC 5869): what digests and keys of Forme need.
 *
 * A chip with SHA-256 in hardware leaves out forme_sha256.c and brings the three functions
 * forme_sha256_begin, _add and _end itself; the struct is then what its driver needs (define
 * FORME_OWN_SHA256 to the name of a header that declares `struct forme_sha256`).
 */
#ifndef FORME_SHA256_H
#define FORME_SHA256_H

#include <stdint.h>

#ifdef FORME_OWN_SHA256
#include FORME_OWN_SHA256
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifndef FORME_OWN_SHA256
/** A digest that is being computed: 104 bytes. */
struct forme_sha256 {
  uint32_t state[8];
  /** Bytes so far. */
  uint32_t count;
  /** Those of them that do not make a whole block yet. */
  uint8_t block[64];
};
#endif

void forme_sha256_begin(struct forme_sha256 *hash);

/** At most 512 MiB - 1 in all: a form has at most 64 MiB. */
void forme_sha256_add(struct forme_sha256 *hash, const void *bytes, uint32_t count);

/** Ends the digest; `hash` must begin again before anything is added. */
void forme_sha256_end(struct forme_sha256 *hash, uint8_t digest[32]);

/** HMAC-SHA256 with a key of 32 bytes: begin, then forme_sha256_add, then end with the same key. */
void forme_hmac_begin(struct forme_sha256 *hash, const uint8_t key[32]);
void forme_hmac_end(struct forme_sha256 *hash, const uint8_t key[32], uint8_t code[32]);

/** HKDF-SHA256: 32 bytes from a key of 32 bytes, a salt of 32 bytes and a text without its final 0. */
void forme_hkdf(const uint8_t key[32], const uint8_t salt[32], const char *info, uint8_t out[32]);

#ifdef __cplusplus
}
#endif

#endif
