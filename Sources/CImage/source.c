#include "source.h"

#include <errno.h>
#include <unistd.h>

void cimage_source_init_descriptor(cimage_source *source, int descriptor) {
  source->descriptor = descriptor;
  source->offset = 0;
  source->error = 0;
  source->next = source->buffer;
  source->available = 0;
}

void cimage_source_init_bytes(cimage_source *source, const uint8_t *bytes, size_t byte_count) {
  source->descriptor = -1;
  source->offset = 0;
  source->error = 0;
  source->next = bytes;
  source->available = byte_count;
}

int cimage_source_fill(cimage_source *source) {
  source->available = 0;
  if (source->descriptor < 0 || source->error != 0) {
    return 0;
  }
  ssize_t count;
  do {
    count = pread(source->descriptor, source->buffer, sizeof source->buffer, source->offset);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    source->error = errno;
    return 0;
  }
  source->offset += count;
  source->next = source->buffer;
  source->available = (size_t)count;
  return count > 0;
}
