#include "cimage_jpeg_writer.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

#include "output.h"

struct cimage_jpeg_writer {
  struct jpeg_compress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr destination;
  jmp_buf failure;
  cimage_status status;
  char message[CIMAGE_MESSAGE_BYTES];
  cimage_output output;
  uint8_t buffer[16 * 1024];
};

static _Noreturn void fail(cimage_jpeg_writer *writer, cimage_status status, const char *text) {
  writer->status = status;
  snprintf(writer->message, sizeof writer->message, "%s", text);
  longjmp(writer->failure, 1);
}

static _Noreturn void error_exit(j_common_ptr codec) {
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  bool is_memory = codec->err->msg_code == JERR_OUT_OF_MEMORY;
  fail(codec->client_data, is_memory ? CIMAGE_OUT_OF_MEMORY : CIMAGE_UNSUPPORTED, text);
}

static void emit_message(j_common_ptr codec, int level) {
  (void)codec;
  (void)level;
}

static void output_nothing(j_common_ptr codec) { (void)codec; }

static void init_destination(j_compress_ptr codec) {
  cimage_jpeg_writer *writer = codec->client_data;
  writer->destination.next_output_byte = writer->buffer;
  writer->destination.free_in_buffer = sizeof writer->buffer;
}

static void take(cimage_jpeg_writer *writer, size_t count) {
  if (!cimage_output_append(&writer->output, writer->buffer, count)) {
    fail(writer, CIMAGE_OUT_OF_MEMORY, "no memory for what was written");
  }
}

// libjpeg wants the whole buffer taken here, whatever free_in_buffer says.
static boolean empty_output_buffer(j_compress_ptr codec) {
  cimage_jpeg_writer *writer = codec->client_data;
  take(writer, sizeof writer->buffer);
  init_destination(codec);
  return TRUE;
}

static void term_destination(j_compress_ptr codec) {
  cimage_jpeg_writer *writer = codec->client_data;
  take(writer, sizeof writer->buffer - writer->destination.free_in_buffer);
}

cimage_jpeg_writer *cimage_jpeg_writer_open(void) {
  cimage_jpeg_writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL) {
    return NULL;
  }
  writer->codec.err = jpeg_std_error(&writer->errors);
  writer->errors.error_exit = error_exit;
  writer->errors.emit_message = emit_message;
  writer->errors.output_message = output_nothing;
  writer->codec.client_data = writer;
  return writer;
}

void cimage_jpeg_writer_close(cimage_jpeg_writer *writer) {
  if (writer == NULL) {
    return;
  }
  jpeg_destroy_compress(&writer->codec);
  cimage_output_free(&writer->output);
  free(writer);
}

const char *cimage_jpeg_writer_message(const cimage_jpeg_writer *writer) {
  return writer->message;
}

cimage_status cimage_jpeg_writer_start(cimage_jpeg_writer *writer, uint32_t width, uint32_t height,
                                       bool is_gray, int quality) {
  if (writer->status != CIMAGE_OK || setjmp(writer->failure) != 0) {
    return writer->status;
  }
  j_compress_ptr codec = &writer->codec;
  jpeg_create_compress(codec);
  writer->destination.init_destination = init_destination;
  writer->destination.empty_output_buffer = empty_output_buffer;
  writer->destination.term_destination = term_destination;
  codec->dest = &writer->destination;
  codec->image_width = width;
  codec->image_height = height;
  codec->input_components = is_gray ? 1 : 3;
  codec->in_color_space = is_gray ? JCS_GRAYSCALE : JCS_RGB;
  // libjpeg's defaults: 4:2:0 for colour, accurate DCT, standard tables; baseline is asked for.
  jpeg_set_defaults(codec);
  jpeg_set_quality(codec, quality, TRUE);
  codec->dct_method = JDCT_ISLOW;
  jpeg_start_compress(codec, TRUE);
  return CIMAGE_OK;
}

cimage_status cimage_jpeg_writer_row(cimage_jpeg_writer *writer, const uint8_t *row) {
  if (writer->status != CIMAGE_OK || setjmp(writer->failure) != 0) {
    return writer->status;
  }
  // libjpeg only reads the row; its parameter lacks the const.
  JSAMPROW rows[1] = {(JSAMPROW)(uintptr_t)row};
  jpeg_write_scanlines(&writer->codec, rows, 1);
  return CIMAGE_OK;
}

cimage_status cimage_jpeg_writer_finish(cimage_jpeg_writer *writer) {
  if (writer->status != CIMAGE_OK || setjmp(writer->failure) != 0) {
    return writer->status;
  }
  jpeg_finish_compress(&writer->codec);
  return CIMAGE_OK;
}

const uint8_t *cimage_jpeg_writer_output(const cimage_jpeg_writer *writer, size_t *byte_count) {
  *byte_count = writer->output.count;
  return writer->output.bytes;
}

void cimage_jpeg_writer_clear(cimage_jpeg_writer *writer) { writer->output.count = 0; }
