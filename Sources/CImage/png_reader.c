#include "cimage_png_reader.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "source.h"

struct cimage_png_reader {
  png_structp png;
  png_infop info;
  jmp_buf failure;
  cimage_status status;
  char message[CIMAGE_MESSAGE_BYTES];
  uint8_t *picture; // of an interlaced picture, all its rows
  uint32_t next_row;
  bool rows_are_read;
  size_t late_data_byte_count; // of IDAT after the last row
  cimage_source source;
};

// ---- failing ------------------------------------------------------------------------------------

static _Noreturn void fail(cimage_png_reader *reader, cimage_status status, const char *text) {
  reader->status = status;
  snprintf(reader->message, sizeof reader->message, "%s", text);
  longjmp(reader->failure, 1);
}

static _Noreturn void on_error(png_structp png, png_const_charp text) {
  cimage_png_reader *reader = png_get_error_ptr(png);
  bool is_memory = strcmp(text, "Out of memory") == 0;
  fail(reader, is_memory ? CIMAGE_OUT_OF_MEMORY : CIMAGE_DAMAGED, text);
}

// Before IDAT libpng warns of ancillary chunks that it then leaves out, which is right. From IDAT
// on the reader makes everything an error that libpng calls benign, see cimage_png_reader_start.
static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

// ---- reading bytes ------------------------------------------------------------------------------

// A zlib stream's last block code and checksum may trail into IDATs after the last row. More than
// that is picture data that belongs to no row, which libpng would pass over in silence.
static void watch_late_data(cimage_png_reader *reader, png_structp png, size_t count) {
  static const png_uint_32 idat = 0x49444154;
  bool is_data = (png_get_io_state(png) & PNG_IO_MASK_LOC) == PNG_IO_CHUNK_DATA;
  if (!reader->rows_are_read || !is_data || png_get_io_chunk_type(png) != idat) {
    return;
  }
  reader->late_data_byte_count += count;
  if (reader->late_data_byte_count > 8) {
    fail(reader, CIMAGE_DAMAGED, "IDAT: data after the last row");
  }
}

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
  cimage_png_reader *reader = png_get_io_ptr(png);
  cimage_source *source = &reader->source;
  watch_late_data(reader, png, count);
  while (count > 0) {
    if (source->available == 0 && !cimage_source_fill(source)) {
      if (source->error != 0) {
        fail(reader, CIMAGE_UNREADABLE, strerror(source->error));
      }
      fail(reader, CIMAGE_DAMAGED, "the file ends before its IEND");
    }
    size_t part = count < source->available ? count : source->available;
    memcpy(bytes, source->next, part);
    source->next += part;
    source->available -= part;
    bytes += part;
    count -= part;
  }
}

// ---- life ---------------------------------------------------------------------------------------

cimage_png_reader *cimage_png_reader_open(int descriptor) {
  cimage_png_reader *reader = calloc(1, sizeof *reader);
  if (reader != NULL) {
    cimage_source_init_descriptor(&reader->source, descriptor);
  }
  return reader;
}

cimage_png_reader *cimage_png_reader_open_bytes(const uint8_t *bytes, size_t byte_count) {
  cimage_png_reader *reader = calloc(1, sizeof *reader);
  if (reader != NULL) {
    cimage_source_init_bytes(&reader->source, bytes, byte_count);
  }
  return reader;
}

void cimage_png_reader_close(cimage_png_reader *reader) {
  if (reader == NULL) {
    return;
  }
  png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader->picture);
  free(reader);
}

const char *cimage_png_reader_message(const cimage_png_reader *reader) { return reader->message; }

// ---- headers ------------------------------------------------------------------------------------

// Nobody here looks at these, and the text ones can inflate to anything.
static const png_byte skipped_chunks[] = "bKGD\0hIST\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0"
                                         "sPLT\0sTER\0tEXt\0tIME\0zTXt";

static const png_byte exif_name[] = "eXIf";
static const png_byte srgb_name[] = "sRGB";

static void create(cimage_png_reader *reader) {
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
  if (reader->png == NULL) {
    fail(reader, CIMAGE_OUT_OF_MEMORY, "no memory for the decoder");
  }
  reader->info = png_create_info_struct(reader->png);
  if (reader->info == NULL) {
    fail(reader, CIMAGE_OUT_OF_MEMORY, "no memory for the decoder");
  }
  png_set_read_fn(reader->png, reader, read_bytes);
  png_set_crc_action(reader->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // The caller compares the declared size with its own limits before it starts.
  png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(reader->png, CIMAGE_KEPT_BYTES_MAX);
  png_set_chunk_cache_max(reader->png, 16);
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, skipped_chunks,
                              (int)(sizeof skipped_chunks / 5));
  // libpng's own reader of eXIf allocates what the chunk declares; as an unknown chunk it is held
  // to the limit above.
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_ALWAYS, exif_name, 1);
  // libpng drops sRGB where gAMA or cHRM contradict it; the PNG specification lets sRGB win.
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_ALWAYS, srgb_name, 1);
}

static void take_palette(cimage_png_reader *reader, cimage_png_header *header) {
  png_colorp entries = NULL;
  int count = 0;
  _Static_assert(sizeof(png_color) == 3, "palette entries are packed");
  if (header->color_type == CIMAGE_PNG_PALETTE &&
      png_get_PLTE(reader->png, reader->info, &entries, &count) != 0) {
    header->palette = (const uint8_t *)entries;
    header->palette_entry_count = (size_t)count;
  }
}

static void take_transparency(cimage_png_reader *reader, cimage_png_header *header) {
  png_bytep alpha = NULL;
  int count = 0;
  png_color_16p color = NULL;
  if (png_get_tRNS(reader->png, reader->info, &alpha, &count, &color) == 0) {
    return;
  }
  if (header->color_type == CIMAGE_PNG_PALETTE) {
    header->palette_alpha = alpha;
    header->palette_alpha_count = alpha == NULL ? 0 : (size_t)count;
    return;
  }
  if (color == NULL) {
    return;
  }
  uint16_t mask = (uint16_t)((1u << header->bit_depth) - 1);
  bool is_gray = header->color_type == CIMAGE_PNG_GRAY;
  header->has_transparent_color = true;
  header->transparent_color[0] = mask & (is_gray ? color->gray : color->red);
  header->transparent_color[1] = mask & color->green;
  header->transparent_color[2] = mask & color->blue;
}

static void take_color(cimage_png_reader *reader, cimage_png_header *header) {
  png_charp name = NULL;
  int method = 0;
  png_bytep profile = NULL;
  png_uint_32 profile_byte_count = 0;
  if (png_get_iCCP(reader->png, reader->info, &name, &method, &profile, &profile_byte_count) != 0 &&
      profile_byte_count <= CIMAGE_KEPT_BYTES_MAX) {
    header->profile = profile;
    header->profile_byte_count = profile_byte_count;
  }
  png_fixed_point gamma = 0;
  if (png_get_gAMA_fixed(reader->png, reader->info, &gamma) != 0 && gamma > 0) {
    header->gamma = (uint32_t)gamma;
  }
  int32_t *c = header->chromaticities;
  header->has_chromaticities =
      png_get_cHRM_fixed(reader->png, reader->info, &c[0], &c[1], &c[2], &c[3], &c[4], &c[5],
                         &c[6], &c[7]) != 0;
}

static void take_unknown_chunks(cimage_png_reader *reader, cimage_png_header *header) {
  png_unknown_chunkp chunks = NULL;
  int count = png_get_unknown_chunks(reader->png, reader->info, &chunks);
  for (int index = 0; index < count; index += 1) {
    if (memcmp(chunks[index].name, srgb_name, sizeof srgb_name) == 0 && chunks[index].size == 1) {
      header->has_srgb = true;
    }
    if (header->exif == NULL && memcmp(chunks[index].name, exif_name, sizeof exif_name) == 0) {
      header->exif = chunks[index].data;
      header->exif_byte_count = chunks[index].size;
    }
  }
}

cimage_status cimage_png_reader_header(cimage_png_reader *reader, cimage_png_header *header) {
  if (reader->status != CIMAGE_OK || setjmp(reader->failure) != 0) {
    return reader->status;
  }
  create(reader);
  png_read_info(reader->png, reader->info);
  memset(header, 0, sizeof *header);
  header->width = png_get_image_width(reader->png, reader->info);
  header->height = png_get_image_height(reader->png, reader->info);
  header->bit_depth = png_get_bit_depth(reader->png, reader->info);
  header->color_type = png_get_color_type(reader->png, reader->info);
  header->is_interlaced =
      png_get_interlace_type(reader->png, reader->info) != PNG_INTERLACE_NONE;
  header->bytes_per_row = png_get_rowbytes(reader->png, reader->info);
  take_palette(reader, header);
  take_transparency(reader, header);
  take_color(reader, header);
  take_unknown_chunks(reader, header);
  return CIMAGE_OK;
}

// ---- decoding -----------------------------------------------------------------------------------

static void read_interlaced(cimage_png_reader *reader, int pass_count) {
  size_t bytes_per_row = png_get_rowbytes(reader->png, reader->info);
  uint32_t height = png_get_image_height(reader->png, reader->info);
  // Zeroed, so that the padding bits of narrow rows are the same every time.
  reader->picture = calloc(height, bytes_per_row);
  if (reader->picture == NULL) {
    fail(reader, CIMAGE_OUT_OF_MEMORY, "no memory for an interlaced picture");
  }
  for (int pass = 0; pass < pass_count; pass += 1) {
    for (uint32_t y = 0; y < height; y += 1) {
      png_read_row(reader->png, reader->picture + bytes_per_row * y, NULL);
    }
  }
  reader->rows_are_read = true;
}

cimage_status cimage_png_reader_start(cimage_png_reader *reader) {
  if (reader->status != CIMAGE_OK || setjmp(reader->failure) != 0) {
    return reader->status;
  }
  // From here on: nothing is forgiven in the picture's data, and no chunk but IEND matters.
  png_set_benign_errors(reader->png, 0);
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  int pass_count = png_set_interlace_handling(reader->png);
  png_start_read_image(reader->png);
  if (pass_count > 1) {
    read_interlaced(reader, pass_count);
  }
  return CIMAGE_OK;
}

cimage_status cimage_png_reader_row(cimage_png_reader *reader, uint8_t *row) {
  if (reader->status != CIMAGE_OK || setjmp(reader->failure) != 0) {
    return reader->status;
  }
  if (reader->picture != NULL) {
    size_t bytes_per_row = png_get_rowbytes(reader->png, reader->info);
    memcpy(row, reader->picture + bytes_per_row * reader->next_row, bytes_per_row);
  } else {
    png_read_row(reader->png, row, NULL);
  }
  reader->next_row += 1;
  if (reader->next_row == png_get_image_height(reader->png, reader->info)) {
    reader->rows_are_read = true;
  }
  return CIMAGE_OK;
}

cimage_status cimage_png_reader_finish(cimage_png_reader *reader) {
  if (reader->status != CIMAGE_OK || setjmp(reader->failure) != 0) {
    return reader->status;
  }
  png_read_end(reader->png, NULL);
  return CIMAGE_OK;
}
