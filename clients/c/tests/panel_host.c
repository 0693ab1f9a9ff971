/* A board on a computer: panel_rows over TCP, with a panel that is an array.
 *
 * usage: panel-rows PORT UPDATES FILE; prints the seconds to sleep after each update, writes what is shown.
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../examples/panel_rows.h"

static int link_descriptor = -1;
static int port;
static uint8_t memory[480][400];
static uint8_t screen[480][400];
static unsigned refreshes;

int board_open(void) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  link_descriptor = socket(AF_INET, SOCK_STREAM, 0);
  return connect(link_descriptor, (struct sockaddr *)&address, sizeof address);
}

void board_close(void) { close(link_descriptor); }

int32_t board_read(void *user, uint8_t *bytes, size_t count) {
  ssize_t result = recv(link_descriptor, bytes, count, 0);
  (void)user;
  return result > 0 ? (int32_t)result : -1;
}

int32_t board_write(void *user, const uint8_t *bytes, size_t count) {
  (void)user;
  return (int32_t)send(link_descriptor, bytes, count, MSG_NOSIGNAL);
}

uint32_t board_millivolts(void) { return 3700; }

void board_panel_write(uint16_t row, uint16_t column, const uint8_t *bytes, size_t count) {
  if (row >= 480 || column % 2 != 0 || column / 2 + count > 400) abort();
  memcpy(memory[row] + column / 2, bytes, count);
}

void board_panel_refresh(void) {
  memcpy(screen, memory, sizeof screen);
  refreshes++;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  port = atoi(arguments[1]);
  for (int left = atoi(arguments[2]); left > 0; left--) printf("sleep %lu\n", (unsigned long)panel_update());
  printf("refreshes %u\n", refreshes);
  FILE *file = fopen(arguments[3], "wb");
  if (file == NULL || fwrite(screen, 1, sizeof screen, file) != sizeof screen) return 2;
  return fclose(file) == 0 ? 0 : 2;
}
