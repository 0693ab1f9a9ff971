#ifndef CIMAGE_SOURCE_H
#define CIMAGE_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Where a reader's bytes come from: a descriptor through a buffer, or memory as it stands.
typedef struct cimage_source {
  int descriptor; // -1 for memory
  off_t offset;   // of the next byte to ask the descriptor for
  int error;      // errno of the read that failed, or 0
  const uint8_t *next;
  size_t available;
  uint8_t buffer[64 * 1024];
} cimage_source;

void cimage_source_init_descriptor(cimage_source *source, int descriptor);
void cimage_source_init_bytes(cimage_source *source, const uint8_t *bytes, size_t byte_count);

// Replaces `next` and `available` with the bytes that follow. False at the end, and on an error.
int cimage_source_fill(cimage_source *source);

#endif
