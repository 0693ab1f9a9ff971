#ifndef CIMAGE_JPEG_WRITER_H
#define CIMAGE_JPEG_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cimage_status.h"

// Writes one baseline JPEG (4:2:0 when it has colour), row by row, into a buffer that the caller
// drains whenever it likes. JFIF, the Huffman tables of the standard, no other segment.
typedef struct cimage_jpeg_writer cimage_jpeg_writer;

// NULL when there is no memory.
cimage_jpeg_writer *cimage_jpeg_writer_open(void);
void cimage_jpeg_writer_close(cimage_jpeg_writer *writer);

// One line about the last status that was not CIMAGE_OK. Lives as long as the writer.
const char *cimage_jpeg_writer_message(const cimage_jpeg_writer *writer);

// Writes everything before the first row. quality is libjpeg's, 1 to 100.
cimage_status cimage_jpeg_writer_start(cimage_jpeg_writer *writer, uint32_t width, uint32_t height,
                                       bool is_gray, int quality);

// Takes the next row: one byte a pixel when gray, else r, g, b.
cimage_status cimage_jpeg_writer_row(cimage_jpeg_writer *writer, const uint8_t *row);

// After the last row.
cimage_status cimage_jpeg_writer_finish(cimage_jpeg_writer *writer);

// What was written since the last clear; valid until the next call.
const uint8_t *cimage_jpeg_writer_output(const cimage_jpeg_writer *writer, size_t *byte_count);
void cimage_jpeg_writer_clear(cimage_jpeg_writer *writer);

#endif
