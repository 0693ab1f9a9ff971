#ifndef CIMAGE_STATUS_H
#define CIMAGE_STATUS_H

// What every call of this target answers with. libjpeg and libpng report errors by longjmp: each
// function here holds the setjmp, every library call of its pass and the cleanup, so a jump never
// leaves the C that began it, and nothing in this target ever calls back into Swift.
//
// A handle that has failed stays failed: later calls return the same status and touch nothing.
typedef enum cimage_status {
  CIMAGE_OK = 0,
  // The bytes break their format's rules, or end early.
  CIMAGE_DAMAGED = 1,
  // The bytes may be right, but the library does not read this kind.
  CIMAGE_UNSUPPORTED = 2,
  // A JPEG holds more scans than the caller allowed.
  CIMAGE_TOO_MANY_SCANS = 3,
  CIMAGE_OUT_OF_MEMORY = 4,
  // The descriptor could not be read; the message is strerror's.
  CIMAGE_UNREADABLE = 5,
} cimage_status;

// Longest message with its final 0, in bytes. It holds libjpeg's JMSG_LENGTH_MAX.
#define CIMAGE_MESSAGE_BYTES 256

// An ICC profile or Exif data larger than this is passed over, in bytes. The largest press profiles
// have 3 MiB.
#define CIMAGE_KEPT_BYTES_MAX (4 * 1024 * 1024)

#endif
