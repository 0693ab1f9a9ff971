// Makes next_in a pointer to const.
#define ZLIB_CONST

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "cimage_zlib.h"

struct cimage_deflater {
  z_stream stream;
};

struct cimage_inflater {
  z_stream stream;
  cimage_status status;
  char message[CIMAGE_MESSAGE_BYTES];
};

// zlib counts in unsigned int; larger spans are simply taken in parts.
static uInt clamped(size_t count) { return count > UINT_MAX ? UINT_MAX : (uInt)count; }

cimage_deflater *cimage_deflater_open(int window_bits, int level) {
  cimage_deflater *deflater = calloc(1, sizeof *deflater);
  if (deflater == NULL) {
    return NULL;
  }
  // Memory level 8 is zlib's default.
  if (deflateInit2(&deflater->stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    free(deflater);
    return NULL;
  }
  return deflater;
}

void cimage_deflater_close(cimage_deflater *deflater) {
  if (deflater != NULL) {
    deflateEnd(&deflater->stream);
    free(deflater);
  }
}

cimage_status cimage_deflater_run(cimage_deflater *deflater, const uint8_t *input,
                                  size_t *input_byte_count, uint8_t *output,
                                  size_t *output_byte_count, bool is_last, bool *ended) {
  z_stream *stream = &deflater->stream;
  uInt input_count = clamped(*input_byte_count);
  uInt output_count = clamped(*output_byte_count);
  int takes_all_input = input_count == *input_byte_count;
  stream->next_in = input;
  stream->avail_in = input_count;
  stream->next_out = output;
  stream->avail_out = output_count;
  int result = deflate(stream, is_last && takes_all_input ? Z_FINISH : Z_NO_FLUSH);
  *input_byte_count = input_count - stream->avail_in;
  *output_byte_count = output_count - stream->avail_out;
  *ended = result == Z_STREAM_END;
  // Z_BUF_ERROR only says that there was nothing to do.
  return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR ? CIMAGE_OK
                                                                           : CIMAGE_DAMAGED;
}

cimage_inflater *cimage_inflater_open(int window_bits) {
  cimage_inflater *inflater = calloc(1, sizeof *inflater);
  if (inflater == NULL) {
    return NULL;
  }
  if (inflateInit2(&inflater->stream, window_bits) != Z_OK) {
    free(inflater);
    return NULL;
  }
  return inflater;
}

void cimage_inflater_close(cimage_inflater *inflater) {
  if (inflater != NULL) {
    inflateEnd(&inflater->stream);
    free(inflater);
  }
}

const char *cimage_inflater_message(const cimage_inflater *inflater) { return inflater->message; }

cimage_status cimage_inflater_run(cimage_inflater *inflater, const uint8_t *input,
                                  size_t *input_byte_count, uint8_t *output,
                                  size_t *output_byte_count, bool *ended) {
  z_stream *stream = &inflater->stream;
  *ended = false;
  if (inflater->status != CIMAGE_OK) {
    *input_byte_count = 0;
    *output_byte_count = 0;
    return inflater->status;
  }
  uInt input_count = clamped(*input_byte_count);
  uInt output_count = clamped(*output_byte_count);
  stream->next_in = input;
  stream->avail_in = input_count;
  stream->next_out = output;
  stream->avail_out = output_count;
  int result = inflate(stream, Z_NO_FLUSH);
  *input_byte_count = input_count - stream->avail_in;
  *output_byte_count = output_count - stream->avail_out;
  *ended = result == Z_STREAM_END;
  if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR) {
    return CIMAGE_OK;
  }
  const char *text = result == Z_NEED_DICT ? "a preset dictionary is needed"
                     : stream->msg != NULL ? stream->msg
                                           : "zlib failed";
  snprintf(inflater->message, sizeof inflater->message, "%s", text);
  inflater->status = result == Z_MEM_ERROR ? CIMAGE_OUT_OF_MEMORY : CIMAGE_DAMAGED;
  return inflater->status;
}
