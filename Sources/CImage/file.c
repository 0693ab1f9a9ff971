#include "cimage_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cimage_file_look(int descriptor, cimage_file *file) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) {
    return errno;
  }
  file->byte_count = status.st_size;
  ssize_t count;
  do {
    count = pread(descriptor, file->head, sizeof file->head, 0);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    return errno;
  }
  file->head_byte_count = (size_t)count;
  return 0;
}

const char *cimage_error_text(int code) { return strerror(code); }
