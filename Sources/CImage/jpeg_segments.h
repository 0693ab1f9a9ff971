#ifndef CIMAGE_JPEG_SEGMENTS_H
#define CIMAGE_JPEG_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>

// Exif and ICC segments of one JPEG. All zero is the empty one.
typedef struct cimage_jpeg_segments {
  uint8_t *exif; // from its TIFF header on
  size_t exif_byte_count;
  uint8_t *profile;
  size_t profile_byte_count;
  // Parts of the profile by their number, 1 to 255, as they come (ICC.1:2010, B.4).
  uint8_t *parts[256];
  size_t part_byte_counts[256];
  size_t parts_byte_count;
  int part_count;   // as the first part declares it, 0 before
  int is_confused;  // parts disagree: there is no profile then
  uint8_t scratch[65536]; // one segment while it is read
} cimage_jpeg_segments;

// Looks at one segment (marker as its second byte) and keeps what it needs of it. False when
// there is no memory.
int cimage_jpeg_segments_take(cimage_jpeg_segments *segments, int marker, const uint8_t *bytes,
                              size_t byte_count);

// After the last segment: joins the parts into `profile` if all are there.
void cimage_jpeg_segments_end(cimage_jpeg_segments *segments);
void cimage_jpeg_segments_free(cimage_jpeg_segments *segments);

#endif
