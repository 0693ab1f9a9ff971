#ifndef CIMAGE_JPEG_READER_H
#define CIMAGE_JPEG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cimage_status.h"

// Reads one JPEG from a descriptor, from its first byte on, row by row. The descriptor is read
// with pread through a buffer of 64 KiB: its position does not move, and it is never closed.
typedef struct cimage_jpeg_reader cimage_jpeg_reader;

// Samples of a delivered row: one, three or four bytes a pixel.
typedef enum cimage_jpeg_color {
  CIMAGE_JPEG_GRAY = 1,
  CIMAGE_JPEG_RGB = 3,
  // 0 is no ink, 255 is full ink; what Adobe wrote inverted is turned round again.
  CIMAGE_JPEG_CMYK = 4,
} cimage_jpeg_color;

// What the headers before the first scan say. Pointers live as long as the reader.
typedef struct cimage_jpeg_header {
  uint32_t width;
  uint32_t height;
  cimage_jpeg_color color;
  // Bytes of coefficients that libjpeg keeps until the last scan; 0 when one scan holds it all.
  uint64_t working_byte_count;
  // The TIFF part of the first Exif segment, or NULL.
  const uint8_t *exif;
  size_t exif_byte_count;
  // The joined ICC segments, or NULL when there are none or they do not fit together.
  const uint8_t *profile;
  size_t profile_byte_count;
} cimage_jpeg_header;

// NULL when there is no memory.
cimage_jpeg_reader *cimage_jpeg_reader_open(int descriptor);
// As from a descriptor. The bytes have to outlive the reader.
cimage_jpeg_reader *cimage_jpeg_reader_open_bytes(const uint8_t *bytes, size_t byte_count);
void cimage_jpeg_reader_close(cimage_jpeg_reader *reader);

// One line about the last status that was not CIMAGE_OK. Lives as long as the reader.
const char *cimage_jpeg_reader_message(const cimage_jpeg_reader *reader);

// Reads up to the first scan. Allocates nothing that grows with the picture.
cimage_status cimage_jpeg_reader_header(cimage_jpeg_reader *reader, cimage_jpeg_header *header);

// Begins decoding in full, every pixel; reads every scan when the picture has several.
//   scan_limit         most scans, inclusive
//   memory_byte_limit  most bytes of coefficients; libjpeg gives up above it
cimage_status cimage_jpeg_reader_start(cimage_jpeg_reader *reader, int scan_limit,
                                       int64_t memory_byte_limit);

// Begins a pass that decodes every entropy-coded bit and as little else as it can. Its rows are
// of no use to anybody, their size is that of the getters below.
cimage_status cimage_jpeg_reader_start_check(cimage_jpeg_reader *reader, int scan_limit,
                                             int64_t memory_byte_limit);

// Rows that the started pass delivers, and bytes of each.
uint32_t cimage_jpeg_reader_height(const cimage_jpeg_reader *reader);
size_t cimage_jpeg_reader_bytes_per_row(const cimage_jpeg_reader *reader);

// Bytes that a row's buffer has before the row. Where a row begins on 16 or 32 bytes, libjpeg-turbo
// writes it past the caches (movntdq), and whoever reads it next waits for memory: measured, a third
// of a baseline decode. Buffers of malloc begin on 16 bytes, so rows here never do.
#define CIMAGE_JPEG_ROW_OFFSET 8

// Writes the next row, CIMAGE_JPEG_ROW_OFFSET bytes behind the beginning of `buffer` and bytes_per_row
// bytes long. At most `height` calls.
cimage_status cimage_jpeg_reader_row(cimage_jpeg_reader *reader, uint8_t *buffer);

// After the last row: reads on to the end-of-image marker, which must be there.
cimage_status cimage_jpeg_reader_finish(cimage_jpeg_reader *reader);

#endif
