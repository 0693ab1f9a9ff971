/* A panel of 800 × 480 pixels, four bits gray, that has no memory for its 192,000 bytes: they go on to the
 * panel's own memory in pieces of rows, as they come through a buffer of 256 bytes.
 *
 * The board brings what panel_rows.h declares. panel_update() is called after each wake-up.
 */
#include "panel_rows.h"

#include <string.h>

#include "../forme.h"

#define COLUMNS 800u
#define ROWS 480u
#define BYTES_PER_ROW (COLUMNS / 2)
/* Seconds to sleep when the server gives no advice, and after a failure. */
#define USUAL_SLEEP 3600u
#define FAILURE_SLEEP 300u
/* Connections that one wake-up may cost. */
#define ATTEMPTS 30u

/* What `forme-device descriptor panel.json --c-header` prints. */
static const uint8_t panel_descriptor_0[] = {
    0x01, 0x00, 0x04, 0x03, 0x20, 0x01, 0xe0, 0x03, 0x00, 0x03, 0x01, 0x04,
    0x00,
};
static const struct forme_kind panel_kinds[1] = {
    {{0xb3, 0xab, 0x94, 0x28, 0xf7, 0x46, 0x4f, 0x02, 0x80, 0x83, 0x71, 0x4a,
      0xbe, 0x8e, 0x54, 0x1d},
     panel_descriptor_0, sizeof panel_descriptor_0},
};

static const struct forme_device device = {
    .id = (const uint8_t *)"panel-7",
    .id_length = 7,
    .kind_count = 1,
    .kinds = panel_kinds,
    .form_limit = ROWS * BYTES_PER_ROW,
};

static const struct forme_link panel_link = {.read = board_read, .write = board_write};

/* All of this must keep its contents while the device sleeps; then a form that was cut goes on after it. */
static struct forme client;
static uint8_t buffer[FORME_SMALLEST_BUFFER];
static uint8_t shown[16];
static uint8_t is_ready;
static uint8_t shows_something;

/* Cuts what came at the ends of rows. */
static int take_bytes(void *user, uint32_t offset, const uint8_t *bytes, size_t count) {
  uint32_t row = offset / BYTES_PER_ROW;
  uint32_t column = offset % BYTES_PER_ROW;
  (void)user;
  while (count > 0) {
    size_t step = BYTES_PER_ROW - column;
    if (step > count) step = count;
    board_panel_write((uint16_t)row, (uint16_t)(2 * column), bytes, step);
    bytes += step;
    count -= step;
    column = 0;
    row++;
  }
  return 0;
}

uint32_t panel_update(void) {
  struct forme_request request = {.name = "panel", .data = take_bytes};
  struct forme_form form;
  enum forme_result result = FORME_LOST;

  if (!is_ready) {
    if (forme_init(&client, &device, &panel_link, buffer, sizeof buffer) != FORME_DONE) return FAILURE_SLEEP;
    is_ready = 1;
  }
  if (shows_something) request.shown = shown;
  for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
    uint8_t tlvs[16];
    uint8_t *end = forme_tlv(tlvs, FORME_FIELD_BATTERY_MILLIVOLTS, board_millivolts(), 2);
    end = forme_tlv_bytes(end, FORME_FIELD_FIRMWARE, "1.0", 3);
    if (board_open() != 0) continue;
    result = forme_connect(&client, tlvs, (size_t)(end - tlvs));
    if (result == FORME_DONE) result = forme_get(&client, &request, &form);
    board_close();
    if (result == FORME_DAMAGED) {
      request.shown = NULL;
    } else if (result != FORME_LOST && result != FORME_BROKEN) {
      break;
    }
  }

  switch (result) {
    case FORME_DONE:
      /* Only now: every byte is there, and is what the server digested. */
      board_panel_refresh();
      memcpy(shown, form.etag, sizeof shown);
      shows_something = 1;
      return form.next_poll > 0 ? form.next_poll : USUAL_SLEEP;
    case FORME_NOT_MODIFIED:
      return form.next_poll > 0 ? form.next_poll : USUAL_SLEEP;
    case FORME_PENDING:
      return form.next_poll > 0 ? form.next_poll : FAILURE_SLEEP;
    default:
      return client.retry_after > 0 ? client.retry_after : FAILURE_SLEEP;
  }
}
