#include "jpeg_segments.h"

#include <stdlib.h>
#include <string.h>

#include "cimage_status.h"

static const uint8_t exif_name[6] = {'E', 'x', 'i', 'f', 0, 0};
static const uint8_t profile_name[12] = {'I', 'C', 'C', '_', 'P', 'R', 'O', 'F', 'I', 'L', 'E', 0};

static uint8_t *copied(const uint8_t *bytes, size_t byte_count) {
  uint8_t *copy = malloc(byte_count > 0 ? byte_count : 1);
  if (copy != NULL) {
    memcpy(copy, bytes, byte_count);
  }
  return copy;
}

static int take_exif(cimage_jpeg_segments *segments, const uint8_t *bytes, size_t byte_count) {
  if (segments->exif != NULL) {
    return 1;
  }
  segments->exif = copied(bytes, byte_count);
  segments->exif_byte_count = byte_count;
  return segments->exif != NULL;
}

static int take_part(cimage_jpeg_segments *segments, int number, int part_count,
                     const uint8_t *bytes, size_t byte_count) {
  if (segments->part_count == 0) {
    segments->part_count = part_count;
  }
  if (number < 1 || number > part_count || part_count != segments->part_count ||
      segments->parts[number] != NULL ||
      byte_count > CIMAGE_KEPT_BYTES_MAX - segments->parts_byte_count) {
    segments->is_confused = 1;
  }
  if (segments->is_confused) {
    return 1;
  }
  segments->parts[number] = copied(bytes, byte_count);
  segments->part_byte_counts[number] = byte_count;
  segments->parts_byte_count += byte_count;
  return segments->parts[number] != NULL;
}

int cimage_jpeg_segments_take(cimage_jpeg_segments *segments, int marker, const uint8_t *bytes,
                              size_t byte_count) {
  if (marker == 0xE1 && byte_count >= sizeof exif_name &&
      memcmp(bytes, exif_name, sizeof exif_name) == 0) {
    return take_exif(segments, bytes + sizeof exif_name, byte_count - sizeof exif_name);
  }
  size_t head = sizeof profile_name + 2; // then the part's number and their count
  if (marker == 0xE2 && byte_count >= head &&
      memcmp(bytes, profile_name, sizeof profile_name) == 0) {
    return take_part(segments, bytes[head - 2], bytes[head - 1], bytes + head, byte_count - head);
  }
  return 1;
}

void cimage_jpeg_segments_end(cimage_jpeg_segments *segments) {
  if (segments->part_count == 0 || segments->is_confused) {
    return;
  }
  for (int number = 1; number <= segments->part_count; number += 1) {
    if (segments->parts[number] == NULL) {
      return;
    }
  }
  uint8_t *profile = malloc(segments->parts_byte_count + 1);
  if (profile == NULL) {
    return;
  }
  size_t filled = 0;
  for (int number = 1; number <= segments->part_count; number += 1) {
    memcpy(profile + filled, segments->parts[number], segments->part_byte_counts[number]);
    filled += segments->part_byte_counts[number];
  }
  segments->profile = profile;
  segments->profile_byte_count = filled;
}

void cimage_jpeg_segments_free(cimage_jpeg_segments *segments) {
  for (int number = 0; number < 256; number += 1) {
    free(segments->parts[number]);
  }
  free(segments->exif);
  free(segments->profile);
}
