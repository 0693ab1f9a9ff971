/* Answers each line of its input in hexadecimal: "sha256 STEP MESSAGE", "hmac KEY MESSAGE", "hkdf KEY SALT". */
#include <stdio.h>
#include <string.h>

#include "../forme.h"

static uint32_t read_hex(const char *text, uint8_t *bytes) {
  uint32_t count = 0;
  unsigned value;
  while (text[0] != '-' && sscanf(text, "%2x", &value) == 1) {
    bytes[count++] = (uint8_t)value;
    text += 2;
    if (text[0] == 0) break;
  }
  return count;
}

int main(void) {
  static char command[16], first[8192], second[8192];
  static uint8_t key[4096], message[4096];
  while (scanf("%15s %8191s %8191s", command, first, second) == 3) {
    struct forme_sha256 hash;
    uint8_t digest[32];
    uint32_t count = read_hex(second, message);
    if (strcmp(command, "sha256") == 0) {
      uint32_t step = 0;
      sscanf(first, "%u", &step);
      forme_sha256_begin(&hash);
      for (uint32_t at = 0; at < count; at += step) {
        forme_sha256_add(&hash, message + at, count - at < step ? count - at : step);
      }
      forme_sha256_end(&hash, digest);
    } else if (strcmp(command, "hmac") == 0) {
      read_hex(first, key);
      forme_hmac_begin(&hash, key);
      forme_sha256_add(&hash, message, count);
      forme_hmac_end(&hash, key, digest);
    } else {
      read_hex(first, key);
      forme_hkdf(key, message, "forme/1 d2s", digest);
    }
    for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
    printf("\n");
  }
  return 0;
}
