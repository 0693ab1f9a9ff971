#ifndef CIMAGE_OUTPUT_H
#define CIMAGE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

// A buffer that grows as a writer fills it and is emptied by whoever drains the writer.
typedef struct cimage_output {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} cimage_output;

// False when there is no memory; what was there stays.
int cimage_output_append(cimage_output *output, const uint8_t *bytes, size_t count);
void cimage_output_free(cimage_output *output);

#endif
