#ifndef CIMAGE_FILE_H
#define CIMAGE_FILE_H

#include <stddef.h>
#include <stdint.h>

// What can be said of an open file before any decoder sees it.
typedef struct cimage_file {
  int64_t byte_count;
  uint8_t head[8]; // its first bytes
  size_t head_byte_count;
} cimage_file;

// 0, or the errno of what failed. The descriptor's position does not move.
int cimage_file_look(int descriptor, cimage_file *file);

// strerror, which glibc promises to be safe here: a known code's text is a constant.
const char *cimage_error_text(int code);

#endif
