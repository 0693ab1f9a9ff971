/* One device of load.c: its connections, its requests, and what it checks. */

#ifndef FORME_LOAD_DEVICE_H
#define FORME_LOAD_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "wire.h"

enum {
  EDGE_BYTES = 16, SLOW_BYTES = 512, NAME_LIMIT = 128, NAMES_LIMIT = 1024,
  RETRY_MICROSECONDS = 100000,
};

/* What the first form under a name was. */
struct known {
  bool is_set;
  uint8_t etag[16], first[EDGE_BYTES], last[EDGE_BYTES];
};

/* One TCP connection and the frame that is being read from it. */
struct link {
  struct device *device;
  int socket;
  bool is_connecting;
  uint8_t *frame;
  size_t held;
  uint8_t out[512];
  size_t out_from, out_end;
};

struct device {
  unsigned name;
  struct link front, back;
  uint16_t request;
  uint64_t asked_at, retry_at;
  /* Of the form that comes. */
  uint32_t received, ungranted;
  uint64_t granted_at;
  uint8_t last[EDGE_BYTES];
  bool is_transferring, is_greeted;
};

/* What all devices do. */
struct plan {
  struct sockaddr_storage server;
  socklen_t server_bytes;
  uint8_t form_key[16];
  uint32_t form_bytes;
  /* Bytes a second that a device takes; 0: as fast as they come. */
  uint32_t slow_rate;
  const char *prefix;
  unsigned name_count;
  uint64_t end_at;
  int poller;
};

/* What came of it. */
struct tally {
  /* Microseconds of each request that ended in time. */
  uint32_t *times;
  size_t time_count, time_room, referral_count, failure_count;
  char first_failure[200];
};

extern struct plan plan;
extern struct tally tally;

void die(const char *text);

/* Microseconds of a clock that only goes forward. */
uint64_t now(void);

/* Connects a device that has no connection. */
void open_front(struct device *device);

/* Grants credit for what came. */
void grant(struct device *device, uint64_t at);

/* What epoll said of a link. */
void handle(struct link *link, uint32_t events);

#endif
