#include "cimage_png_writer.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "output.h"

struct cimage_png_writer {
  png_structp png;
  png_infop info;
  jmp_buf failure;
  cimage_status status;
  char message[CIMAGE_MESSAGE_BYTES];
  cimage_output output;
};

static _Noreturn void fail(cimage_png_writer *writer, cimage_status status, const char *text) {
  writer->status = status;
  snprintf(writer->message, sizeof writer->message, "%s", text);
  longjmp(writer->failure, 1);
}

static _Noreturn void on_error(png_structp png, png_const_charp text) {
  fail(png_get_error_ptr(png), CIMAGE_UNSUPPORTED, text);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  cimage_png_writer *writer = png_get_io_ptr(png);
  if (!cimage_output_append(&writer->output, bytes, count)) {
    fail(writer, CIMAGE_OUT_OF_MEMORY, "no memory for what was written");
  }
}

static void flush_nothing(png_structp png) { (void)png; }

cimage_png_writer *cimage_png_writer_open(void) { return calloc(1, sizeof(cimage_png_writer)); }

void cimage_png_writer_close(cimage_png_writer *writer) {
  if (writer == NULL) {
    return;
  }
  png_destroy_write_struct(&writer->png, &writer->info);
  cimage_output_free(&writer->output);
  free(writer);
}

const char *cimage_png_writer_message(const cimage_png_writer *writer) { return writer->message; }

static void create(cimage_png_writer *writer) {
  writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
  if (writer->png == NULL) {
    fail(writer, CIMAGE_OUT_OF_MEMORY, "no memory for the encoder");
  }
  writer->info = png_create_info_struct(writer->png);
  if (writer->info == NULL) {
    fail(writer, CIMAGE_OUT_OF_MEMORY, "no memory for the encoder");
  }
  png_set_write_fn(writer->png, writer, write_bytes, flush_nothing);
}

cimage_status cimage_png_writer_start(cimage_png_writer *writer, uint32_t width, uint32_t height,
                                      uint8_t bit_depth, uint8_t color_type,
                                      const uint8_t *palette, size_t palette_entry_count,
                                      int level) {
  if (writer->status != CIMAGE_OK || setjmp(writer->failure) != 0) {
    return writer->status;
  }
  create(writer);
  png_set_IHDR(writer->png, writer->info, width, height, bit_depth, color_type,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (palette != NULL) {
    png_color entries[PNG_MAX_PALETTE_LENGTH];
    if (palette_entry_count > PNG_MAX_PALETTE_LENGTH) {
      fail(writer, CIMAGE_UNSUPPORTED, "more palette entries than a PNG can hold");
    }
    memcpy(entries, palette, palette_entry_count * sizeof entries[0]);
    png_set_PLTE(writer->png, writer->info, entries, (int)palette_entry_count);
  }
  png_set_compression_level(writer->png, level);
  // Said out loud, because libpng's defaults may change and forms are compared by their bytes.
  png_set_compression_strategy(writer->png, bit_depth < 8 || palette != NULL ? 0 : 1);
  png_set_filter(writer->png, PNG_FILTER_TYPE_BASE,
                 bit_depth < 8 || palette != NULL ? PNG_FILTER_NONE : PNG_ALL_FILTERS);
  png_write_info(writer->png, writer->info);
  return CIMAGE_OK;
}

size_t cimage_png_writer_bytes_per_row(const cimage_png_writer *writer) {
  return png_get_rowbytes(writer->png, writer->info);
}

cimage_status cimage_png_writer_row(cimage_png_writer *writer, const uint8_t *row) {
  if (writer->status != CIMAGE_OK || setjmp(writer->failure) != 0) {
    return writer->status;
  }
  png_write_row(writer->png, row);
  return CIMAGE_OK;
}

cimage_status cimage_png_writer_finish(cimage_png_writer *writer) {
  if (writer->status != CIMAGE_OK || setjmp(writer->failure) != 0) {
    return writer->status;
  }
  png_write_end(writer->png, NULL);
  return CIMAGE_OK;
}

const uint8_t *cimage_png_writer_output(const cimage_png_writer *writer, size_t *byte_count) {
  *byte_count = writer->output.count;
  return writer->output.bytes;
}

void cimage_png_writer_clear(cimage_png_writer *writer) { writer->output.count = 0; }
