/* What panel_rows.c needs from the board, and what it does for it. */
#ifndef PANEL_ROWS_H
#define PANEL_ROWS_H

#include <stddef.h>
#include <stdint.h>

/** Fetches the picture when there is a new one, and shows it. Returns the seconds to sleep. */
uint32_t panel_update(void);

/** Opens the link to the server; 0 when it is open. */
int board_open(void);
void board_close(void);
/** As struct forme_link says. */
int32_t board_read(void *user, uint8_t *bytes, size_t count);
int32_t board_write(void *user, const uint8_t *bytes, size_t count);
/** Millivolts of the battery. */
uint32_t board_millivolts(void);
/** Writes bytes of one row into the panel's memory, from pixel `column` on; not to be seen yet. */
void board_panel_write(uint16_t row, uint16_t column, const uint8_t *bytes, size_t count);
/** Shows what the panel's memory holds. */
void board_panel_refresh(void);

#endif
