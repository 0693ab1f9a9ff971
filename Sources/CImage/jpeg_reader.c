#include "cimage_jpeg_reader.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "jpeg_segments.h"
#include "source.h"

struct cimage_jpeg_reader {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr input;
  struct jpeg_progress_mgr progress;
  jmp_buf failure;
  cimage_status status;
  char message[CIMAGE_MESSAGE_BYTES];
  int scan_limit;
  unsigned seen_components; // bit i: some scan so far carried component i
  bool is_inverted;         // delivered CMYK has to be turned round
  cimage_jpeg_segments segments;
  cimage_source source;
};

_Static_assert(JMSG_LENGTH_MAX <= CIMAGE_MESSAGE_BYTES, "libjpeg's messages fit");

// ---- failing ------------------------------------------------------------------------------------

static _Noreturn void fail(cimage_jpeg_reader *reader, cimage_status status, const char *text) {
  reader->status = status;
  snprintf(reader->message, sizeof reader->message, "%s", text);
  longjmp(reader->failure, 1);
}

static cimage_status status_of(int message_code) {
  switch (message_code) {
  case JERR_ARITH_NOTIMPL:
  case JERR_BAD_J_COLORSPACE:
  case JERR_BAD_PRECISION:
  case JERR_CCIR601_NOTIMPL:
  case JERR_COMPONENT_COUNT:
  case JERR_CONVERSION_NOTIMPL:
  case JERR_FRACT_SAMPLE_NOTIMPL:
  case JERR_IMAGE_TOO_BIG:
  case JERR_NOT_COMPILED:
  case JERR_SOF_UNSUPPORTED:
    return CIMAGE_UNSUPPORTED;
  case JERR_NO_BACKING_STORE:
  case JERR_OUT_OF_MEMORY:
    return CIMAGE_OUT_OF_MEMORY;
  default:
    return CIMAGE_DAMAGED;
  }
}

static _Noreturn void error_exit(j_common_ptr codec) {
  cimage_jpeg_reader *reader = codec->client_data;
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  fail(reader, status_of(codec->err->msg_code), text);
}

// libjpeg warns where it can go on by making something up. That is damage, except for the three
// warnings that touch no sample: an unknown JFIF revision, an unknown Adobe transform code (the
// component count decides then), and spectral parameters of a sequential scan, which nobody reads.
static void emit_message(j_common_ptr codec, int level) {
  int code = codec->err->msg_code;
  if (level < 0 && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM &&
      code != JWRN_NOT_SEQUENTIAL) {
    error_exit(codec);
  }
}

static void output_nothing(j_common_ptr codec) { (void)codec; }

// ---- reading bytes ------------------------------------------------------------------------------

static void init_source(j_decompress_ptr codec) { (void)codec; }

static boolean fill_input_buffer(j_decompress_ptr codec) {
  cimage_jpeg_reader *reader = codec->client_data;
  if (!cimage_source_fill(&reader->source)) {
    if (reader->source.error != 0) {
      fail(reader, CIMAGE_UNREADABLE, strerror(reader->source.error));
    }
    fail(reader, CIMAGE_DAMAGED, "the file ends before its end-of-image marker");
  }
  codec->src->next_input_byte = reader->source.next;
  codec->src->bytes_in_buffer = reader->source.available;
  return TRUE;
}

static void skip_input_data(j_decompress_ptr codec, long count) {
  if (count <= 0) {
    return;
  }
  size_t left = (size_t)count;
  while (left > codec->src->bytes_in_buffer) {
    left -= codec->src->bytes_in_buffer;
    fill_input_buffer(codec);
  }
  codec->src->next_input_byte += left;
  codec->src->bytes_in_buffer -= left;
}

static void term_source(j_decompress_ptr codec) { (void)codec; }

static int next_byte(j_decompress_ptr codec) {
  if (codec->src->bytes_in_buffer == 0) {
    fill_input_buffer(codec);
  }
  codec->src->bytes_in_buffer -= 1;
  return *codec->src->next_input_byte++;
}

// Reads one APP1 or APP2 segment. libjpeg's own jpeg_save_markers keeps every one of them, as
// large as the file; this keeps the first Exif and one profile, both bounded.
static boolean read_segment(j_decompress_ptr codec) {
  cimage_jpeg_reader *reader = codec->client_data;
  int high = next_byte(codec);
  int length = (high << 8 | next_byte(codec)) - 2;
  if (length < 0) {
    fail(reader, CIMAGE_DAMAGED, "a segment is shorter than its own length field");
  }
  uint8_t *bytes = reader->segments.scratch;
  for (int count = 0; count < length; count += 1) {
    bytes[count] = (uint8_t)next_byte(codec);
  }
  if (!cimage_jpeg_segments_take(&reader->segments, codec->unread_marker, bytes, (size_t)length)) {
    fail(reader, CIMAGE_OUT_OF_MEMORY, "no memory for a segment");
  }
  return TRUE;
}

// ---- life ---------------------------------------------------------------------------------------

static cimage_jpeg_reader *open_reader(void) {
  cimage_jpeg_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    return NULL;
  }
  reader->codec.err = jpeg_std_error(&reader->errors);
  reader->errors.error_exit = error_exit;
  reader->errors.emit_message = emit_message;
  reader->errors.output_message = output_nothing;
  reader->codec.client_data = reader;
  return reader;
}

cimage_jpeg_reader *cimage_jpeg_reader_open(int descriptor) {
  cimage_jpeg_reader *reader = open_reader();
  if (reader != NULL) {
    cimage_source_init_descriptor(&reader->source, descriptor);
  }
  return reader;
}

cimage_jpeg_reader *cimage_jpeg_reader_open_bytes(const uint8_t *bytes, size_t byte_count) {
  cimage_jpeg_reader *reader = open_reader();
  if (reader != NULL) {
    cimage_source_init_bytes(&reader->source, bytes, byte_count);
  }
  return reader;
}

void cimage_jpeg_reader_close(cimage_jpeg_reader *reader) {
  if (reader == NULL) {
    return;
  }
  jpeg_destroy_decompress(&reader->codec);
  cimage_jpeg_segments_free(&reader->segments);
  free(reader);
}

const char *cimage_jpeg_reader_message(const cimage_jpeg_reader *reader) {
  return reader->message;
}

// ---- headers ------------------------------------------------------------------------------------

static uint64_t rounded_up(uint64_t count, uint64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

// Every sample of a picture of several scans waits in libjpeg as a 16-bit coefficient.
static uint64_t coefficient_bytes(j_decompress_ptr codec) {
  uint64_t total = 0;
  if (!jpeg_has_multiple_scans(codec)) {
    return 0;
  }
  for (int index = 0; index < codec->num_components; index += 1) {
    const jpeg_component_info *component = &codec->comp_info[index];
    uint64_t columns = rounded_up(component->width_in_blocks, (uint64_t)component->h_samp_factor);
    uint64_t rows = rounded_up(component->height_in_blocks, (uint64_t)component->v_samp_factor);
    total += columns * rows * DCTSIZE2 * sizeof(JCOEF);
  }
  return total;
}

static cimage_jpeg_color color_of(cimage_jpeg_reader *reader) {
  switch (reader->codec.jpeg_color_space) {
  case JCS_GRAYSCALE:
    return CIMAGE_JPEG_GRAY;
  case JCS_YCbCr:
  case JCS_RGB:
    return CIMAGE_JPEG_RGB;
  case JCS_CMYK:
  case JCS_YCCK:
    return CIMAGE_JPEG_CMYK;
  default:
    fail(reader, CIMAGE_UNSUPPORTED, "the number of components is not 1, 3 or 4");
  }
}

cimage_status cimage_jpeg_reader_header(cimage_jpeg_reader *reader, cimage_jpeg_header *header) {
  if (reader->status != CIMAGE_OK || setjmp(reader->failure) != 0) {
    return reader->status;
  }
  j_decompress_ptr codec = &reader->codec;
  jpeg_create_decompress(codec);
  reader->input.next_input_byte = reader->source.next;
  reader->input.bytes_in_buffer = reader->source.available;
  reader->input.init_source = init_source;
  reader->input.fill_input_buffer = fill_input_buffer;
  reader->input.skip_input_data = skip_input_data;
  reader->input.resync_to_restart = jpeg_resync_to_restart;
  reader->input.term_source = term_source;
  codec->src = &reader->input;
  jpeg_set_marker_processor(codec, JPEG_APP0 + 1, read_segment);
  jpeg_set_marker_processor(codec, JPEG_APP0 + 2, read_segment);
  jpeg_read_header(codec, TRUE);
  cimage_jpeg_segments_end(&reader->segments);

  header->width = codec->image_width;
  header->height = codec->image_height;
  header->color = color_of(reader);
  header->working_byte_count = coefficient_bytes(codec);
  header->exif = reader->segments.exif;
  header->exif_byte_count = reader->segments.exif_byte_count;
  header->profile = reader->segments.profile;
  header->profile_byte_count = reader->segments.profile_byte_count;
  reader->is_inverted = header->color == CIMAGE_JPEG_CMYK && codec->saw_Adobe_marker;
  return CIMAGE_OK;
}

// ---- decoding -----------------------------------------------------------------------------------

// libjpeg calls this at least once a scan while it gathers the scans of a picture.
static void watch_scans(j_common_ptr common) {
  cimage_jpeg_reader *reader = common->client_data;
  j_decompress_ptr codec = &reader->codec;
  if (codec->input_scan_number > reader->scan_limit) {
    fail(reader, CIMAGE_TOO_MANY_SCANS, "too many scans");
  }
  for (int index = 0; index < codec->comps_in_scan; index += 1) {
    reader->seen_components |= 1u << codec->cur_comp_info[index]->component_index;
  }
}

// A file whose last scans were lost can still end in an end-of-image marker.
static void require_all_scans(cimage_jpeg_reader *reader) {
  j_decompress_ptr codec = &reader->codec;
  if (!jpeg_has_multiple_scans(codec)) {
    return;
  }
  if (reader->seen_components != (1u << codec->num_components) - 1) {
    fail(reader, CIMAGE_DAMAGED, "no scan holds one of the components");
  }
  if (!codec->progressive_mode || codec->coef_bits == NULL) {
    return;
  }
  for (int component = 0; component < codec->num_components; component += 1) {
    for (int coefficient = 0; coefficient < DCTSIZE2; coefficient += 1) {
      if (codec->coef_bits[component][coefficient] != 0) {
        fail(reader, CIMAGE_DAMAGED, "scans are missing, the picture is not refined to its end");
      }
    }
  }
}

static void start(cimage_jpeg_reader *reader, int scan_limit, int64_t memory_byte_limit) {
  j_decompress_ptr codec = &reader->codec;
  reader->scan_limit = scan_limit;
  reader->progress.progress_monitor = watch_scans;
  codec->progress = &reader->progress;
  codec->do_block_smoothing = FALSE;
  if (jpeg_has_multiple_scans(codec)) {
    // Above the coefficients libjpeg needs some rows of everything; 16 MiB is ample. The caller has
    // compared the coefficients with its limit, so this only backs it up.
    const int64_t rows = 16 * 1024 * 1024;
    codec->mem->max_memory_to_use =
        memory_byte_limit < LONG_MAX - rows ? (long)(memory_byte_limit + rows) : LONG_MAX;
  }
  // Segments between scans come too late to matter.
  jpeg_save_markers(codec, JPEG_APP0 + 1, 0);
  jpeg_save_markers(codec, JPEG_APP0 + 2, 0);
  jpeg_start_decompress(codec);
  require_all_scans(reader);
}

cimage_status cimage_jpeg_reader_start(cimage_jpeg_reader *reader, int scan_limit,
                                       int64_t memory_byte_limit) {
  if (reader->status != CIMAGE_OK || setjmp(reader->failure) != 0) {
    return reader->status;
  }
  j_decompress_ptr codec = &reader->codec;
  switch (color_of(reader)) {
  case CIMAGE_JPEG_GRAY:
    codec->out_color_space = JCS_GRAYSCALE;
    break;
  case CIMAGE_JPEG_RGB:
    codec->out_color_space = JCS_RGB;
    break;
  case CIMAGE_JPEG_CMYK:
    codec->out_color_space = JCS_CMYK;
    break;
  }
  codec->dct_method = JDCT_ISLOW;
  codec->do_fancy_upsampling = TRUE;
  start(reader, scan_limit, memory_byte_limit);
  return CIMAGE_OK;
}

cimage_status cimage_jpeg_reader_start_check(cimage_jpeg_reader *reader, int scan_limit,
                                             int64_t memory_byte_limit) {
  if (reader->status != CIMAGE_OK || setjmp(reader->failure) != 0) {
    return reader->status;
  }
  // At an eighth libjpeg still decodes every code and skips only the arithmetic after it.
  j_decompress_ptr codec = &reader->codec;
  codec->out_color_space = codec->jpeg_color_space;
  codec->scale_num = 1;
  codec->scale_denom = 8;
  codec->do_fancy_upsampling = FALSE;
  start(reader, scan_limit, memory_byte_limit);
  return CIMAGE_OK;
}

uint32_t cimage_jpeg_reader_height(const cimage_jpeg_reader *reader) {
  return reader->codec.output_height;
}

size_t cimage_jpeg_reader_bytes_per_row(const cimage_jpeg_reader *reader) {
  return (size_t)reader->codec.output_width * (size_t)reader->codec.output_components;
}

cimage_status cimage_jpeg_reader_row(cimage_jpeg_reader *reader, uint8_t *buffer) {
  if (reader->status != CIMAGE_OK || setjmp(reader->failure) != 0) {
    return reader->status;
  }
  uint8_t *row = buffer + CIMAGE_JPEG_ROW_OFFSET;
  if (jpeg_read_scanlines(&reader->codec, &row, 1) != 1) {
    fail(reader, CIMAGE_DAMAGED, "a row is missing");
  }
  if (reader->is_inverted) {
    size_t count = cimage_jpeg_reader_bytes_per_row(reader);
    for (size_t index = 0; index < count; index += 1) {
      row[index] = (uint8_t)(255 - row[index]);
    }
  }
  return CIMAGE_OK;
}

cimage_status cimage_jpeg_reader_finish(cimage_jpeg_reader *reader) {
  if (reader->status != CIMAGE_OK || setjmp(reader->failure) != 0) {
    return reader->status;
  }
  jpeg_finish_decompress(&reader->codec);
  return CIMAGE_OK;
}
