#ifndef CIMAGE_PNG_WRITER_H
#define CIMAGE_PNG_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "cimage_status.h"

// Writes one PNG, row by row, into a buffer that the caller drains whenever it likes.
// Chunks: IHDR, PLTE where there is a palette, IDAT, IEND; nothing that depends on time or place.
typedef struct cimage_png_writer cimage_png_writer;

// NULL when there is no memory.
cimage_png_writer *cimage_png_writer_open(void);
void cimage_png_writer_close(cimage_png_writer *writer);

// One line about the last status that was not CIMAGE_OK. Lives as long as the writer.
const char *cimage_png_writer_message(const cimage_png_writer *writer);

// Writes everything before the first row.
//   color_type           as IHDR numbers them
//   palette              r, g, b each; NULL unless color_type is 3
//   level                zlib's, 0 to 9
cimage_status cimage_png_writer_start(cimage_png_writer *writer, uint32_t width, uint32_t height,
                                      uint8_t bit_depth, uint8_t color_type,
                                      const uint8_t *palette, size_t palette_entry_count,
                                      int level);

// Bytes of one packed row of the started picture.
size_t cimage_png_writer_bytes_per_row(const cimage_png_writer *writer);

// Takes the next row: packed, first pixel in the high bits, 16-bit samples big-endian.
cimage_status cimage_png_writer_row(cimage_png_writer *writer, const uint8_t *row);

// After the last row.
cimage_status cimage_png_writer_finish(cimage_png_writer *writer);

// What was written since the last clear; valid until the next call.
const uint8_t *cimage_png_writer_output(const cimage_png_writer *writer, size_t *byte_count);
void cimage_png_writer_clear(cimage_png_writer *writer);

#endif
