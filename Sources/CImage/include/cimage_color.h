#ifndef CIMAGE_COLOR_H
#define CIMAGE_COLOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Colour through lcms2, always to linear light of the sRGB primaries, relative colorimetric.
typedef struct cimage_profile cimage_profile;
typedef struct cimage_transform cimage_transform;

// Samples a pixel of the picture that the profile is for.
typedef enum cimage_color_space {
  CIMAGE_SPACE_GRAY = 1,
  CIMAGE_SPACE_RGB = 3,
  CIMAGE_SPACE_CMYK = 4,
} cimage_color_space;

// NULL when the bytes are no profile, or a profile of another colour space.
cimage_profile *cimage_profile_open(const uint8_t *bytes, size_t byte_count,
                                    cimage_color_space space);
void cimage_profile_close(cimage_profile *profile);

// True when the profile is an RGB one of three curves that begin at 0 and a matrix, and nothing
// else: then the two calls below say all there is to say about it. Fills `matrix`, row by row:
// linear device rgb to linear sRGB, finite, every coefficient within ±8.
bool cimage_profile_matrix(const cimage_profile *profile, double matrix[9]);

// Values of the curve of channel 0, 1 or 2 at `count` evenly spaced places from 0 to 1, clamped
// to 0...1. Only after cimage_profile_matrix has answered true.
void cimage_profile_curve(const cimage_profile *profile, int channel, size_t count,
                          double *values);

// The matrix of linear light of the given primaries (white x, y, red x, y, green, blue) to linear
// sRGB, Bradford-adapted. False when they do not span a plane or coefficients leave ±8.
bool cimage_chromaticities_matrix(const double chromaticities[8], double matrix[9]);

// Any profile as a transform from native-endian 16-bit samples (CMYK: 0 is no ink) to 16-bit
// linear sRGB, three values a pixel, with black point compensation, each pixel computed in
// floating point. NULL when lcms2 cannot make one.
cimage_transform *cimage_profile_transform(const cimage_profile *profile);
void cimage_transform_close(cimage_transform *transform);
void cimage_transform_run(const cimage_transform *transform, const uint16_t *samples,
                          uint16_t *rgb, size_t pixel_count);

#endif
