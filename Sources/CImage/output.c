#include "output.h"

#include <stdlib.h>
#include <string.h>

int cimage_output_append(cimage_output *output, const uint8_t *bytes, size_t count) {
  if (count > SIZE_MAX / 2 - output->count) {
    return 0;
  }
  size_t needed = output->count + count;
  if (needed > output->capacity) {
    size_t capacity = output->capacity < 4096 ? 4096 : output->capacity;
    while (capacity < needed) {
      capacity *= 2;
    }
    uint8_t *grown = realloc(output->bytes, capacity);
    if (grown == NULL) {
      return 0;
    }
    output->bytes = grown;
    output->capacity = capacity;
  }
  if (count > 0) {
    memcpy(output->bytes + output->count, bytes, count);
  }
  output->count = needed;
  return 1;
}

void cimage_output_free(cimage_output *output) {
  free(output->bytes);
  output->bytes = NULL;
  output->count = 0;
  output->capacity = 0;
}
