#ifndef CIMAGE_PNG_READER_H
#define CIMAGE_PNG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cimage_status.h"

// Reads one PNG, row by row, as it is stored: packed samples, the first pixel in the high bits,
// 16-bit samples big-endian, palette indices as indices. Text chunks are never inflated.
typedef struct cimage_png_reader cimage_png_reader;

// Colour types as IHDR numbers them (PNG, 11.2.1).
typedef enum cimage_png_color_type {
  CIMAGE_PNG_GRAY = 0,
  CIMAGE_PNG_RGB = 2,
  CIMAGE_PNG_PALETTE = 3,
  CIMAGE_PNG_GRAY_ALPHA = 4,
  CIMAGE_PNG_RGB_ALPHA = 6,
} cimage_png_color_type;

// What the chunks before the first IDAT say. Pointers live as long as the reader.
typedef struct cimage_png_header {
  uint32_t width;
  uint32_t height;
  uint8_t bit_depth;
  uint8_t color_type;
  bool is_interlaced;
  size_t bytes_per_row;
  // r, g, b each; NULL without PLTE.
  const uint8_t *palette;
  size_t palette_entry_count;
  // tRNS of a palette: alpha of the first entries; NULL without.
  const uint8_t *palette_alpha;
  size_t palette_alpha_count;
  // tRNS of gray (in the first) or rgb, masked to the bit depth.
  bool has_transparent_color;
  uint16_t transparent_color[3];
  const uint8_t *profile;
  size_t profile_byte_count;
  bool has_srgb;
  // gAMA × 100000; 0 without.
  uint32_t gamma;
  // cHRM × 100000: white x, y, red x, y, green x, y, blue x, y.
  bool has_chromaticities;
  int32_t chromaticities[8];
  // eXIf, or NULL.
  const uint8_t *exif;
  size_t exif_byte_count;
} cimage_png_header;

// From a descriptor, from its first byte on, with pread through a buffer of 64 KiB; it is never
// closed. NULL when there is no memory.
cimage_png_reader *cimage_png_reader_open(int descriptor);

// From memory that outlives the reader.
cimage_png_reader *cimage_png_reader_open_bytes(const uint8_t *bytes, size_t byte_count);
void cimage_png_reader_close(cimage_png_reader *reader);

// One line about the last status that was not CIMAGE_OK. Lives as long as the reader.
const char *cimage_png_reader_message(const cimage_png_reader *reader);

// Reads up to the first IDAT. Allocates nothing that grows with the picture.
cimage_status cimage_png_reader_header(cimage_png_reader *reader, cimage_png_header *header);

// Begins decoding. An interlaced picture is read whole here, packed: height × bytes_per_row bytes,
// which the caller has checked against its limit.
cimage_status cimage_png_reader_start(cimage_png_reader *reader);

// Writes the next row, bytes_per_row bytes. At most `height` calls.
cimage_status cimage_png_reader_row(cimage_png_reader *reader, uint8_t *row);

// After the last row: reads on to IEND, which must be there; every checksum is checked.
cimage_status cimage_png_reader_finish(cimage_png_reader *reader);

#endif
