#ifndef CIMAGE_ZLIB_H
#define CIMAGE_ZLIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cimage_status.h"

// zlib streams (RFC 1950). zlib reports errors by its return value, so there is no setjmp here:
// these wrap what zlib.h has as macros and as a struct whose size it checks.
typedef struct cimage_deflater cimage_deflater;
typedef struct cimage_inflater cimage_inflater;

// window_bits 9 to 15, level 0 to 9. NULL when there is no memory.
cimage_deflater *cimage_deflater_open(int window_bits, int level);
void cimage_deflater_close(cimage_deflater *deflater);

// Compresses from `input` into `output`; both counts say on return what was used of each. Call
// again while the output was filled. With `is_last`, sets *ended once the stream is complete.
cimage_status cimage_deflater_run(cimage_deflater *deflater, const uint8_t *input,
                                  size_t *input_byte_count, uint8_t *output,
                                  size_t *output_byte_count, bool is_last, bool *ended);

// window_bits 9 to 15: a stream that declares a larger window is damaged. NULL without memory.
cimage_inflater *cimage_inflater_open(int window_bits);
void cimage_inflater_close(cimage_inflater *inflater);

// One line about the last status that was not CIMAGE_OK. Lives as long as the inflater.
const char *cimage_inflater_message(const cimage_inflater *inflater);

// Decompresses from `input` into `output`; both counts say on return what was used of each. Call
// again while the output was filled. Sets *ended after the checksum of the stream was right.
cimage_status cimage_inflater_run(cimage_inflater *inflater, const uint8_t *input,
                                  size_t *input_byte_count, uint8_t *output,
                                  size_t *output_byte_count, bool *ended);

#endif
