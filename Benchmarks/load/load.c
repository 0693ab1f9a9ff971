/* Many devices of one kind that ask for stored forms again and again, after spec/PROTOCOL.md alone.
 *
 *   load --server HOST:PORT --key HEX --bytes N [--prefix load/] [--names 1] [--connections 64]
 *        [--seconds 4] [--slow BYTES_PER_SECOND]
 *
 * Every connection asks for one of the names PREFIX0, PREFIX1, …, for the kind of device whose form key
 * is --key (the server must know it), takes the whole form, and asks again. A device that is referred
 * makes a new connection with its ticket for each form, and its HELLO and GET travel together. With
 * --slow a device grants credit at so many bytes a second, in pieces of at most 512.
 *
 * A form must be of --bytes bytes and need no codec; its etag and its first and last bytes must be those
 * of the first form under that name. Prints one JSON object; times are from GET to the last byte, in
 * microseconds, of the requests that ended.
 *
 * One thread, epoll; Linux. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "device.h"

struct plan plan = {.prefix = "load/", .name_count = 1};
struct tally tally;
static unsigned device_count = 64;
/* The most forms that were under way at once. */
static size_t holding_most;

/* What happens by the clock: devices that failed come back, slow ones grant credit. */
static void tick(struct device *devices, uint64_t at) {
  size_t holding = 0;
  for (unsigned i = 0; i < device_count; i++) {
    struct device *device = &devices[i];
    if (device->front.socket < 0 && at >= device->retry_at) open_front(device);
    if (device->is_transferring) holding++;
    if (!plan.slow_rate || !device->is_transferring || !device->ungranted) continue;
    if ((at - device->granted_at) * plan.slow_rate / 1000000u < device->ungranted) continue;
    grant(device, at);
  }
  if (holding > holding_most) holding_most = holding;
}

static int by_value(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static uint32_t percentile(double share) {
  if (!tally.time_count) return 0;
  size_t index = (size_t)(share * (double)tally.time_count);
  return tally.times[index < tally.time_count ? index : tally.time_count - 1];
}

static void parse_server(char *text) {
  char *colon = strrchr(text, ':');
  struct sockaddr_in *v4 = (struct sockaddr_in *)&plan.server;
  if (!colon) die("--server is HOST:PORT");
  *colon = 0;
  v4->sin_family = AF_INET;
  v4->sin_port = htons((uint16_t)atoi(colon + 1));
  if (inet_pton(AF_INET, text, &v4->sin_addr) != 1) die("--server has an IPv4 address");
  plan.server_bytes = sizeof *v4;
}

static void parse_key(const char *text) {
  if (strlen(text) != 32) die("--key is 32 hexadecimal digits");
  for (int i = 0; i < 16; i++) {
    unsigned byte;
    if (sscanf(text + 2 * i, "%2x", &byte) != 1) die("--key is 32 hexadecimal digits");
    plan.form_key[i] = (uint8_t)byte;
  }
}

static double parse(int count, char **arguments) {
  static const struct option options[] = {
    {"server", 1, 0, 's'}, {"key", 1, 0, 'k'}, {"bytes", 1, 0, 'b'}, {"prefix", 1, 0, 'p'},
    {"names", 1, 0, 'n'}, {"connections", 1, 0, 'c'}, {"seconds", 1, 0, 't'}, {"slow", 1, 0, 'r'},
    {0, 0, 0, 0},
  };
  double seconds = 4;
  bool has_key = false;
  for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) {
    switch (option) {
    case 's': parse_server(optarg); break;
    case 'k': parse_key(optarg), has_key = true; break;
    case 'b': plan.form_bytes = (uint32_t)atol(optarg); break;
    case 'p': plan.prefix = optarg; break;
    case 'n': plan.name_count = (unsigned)atoi(optarg); break;
    case 'c': device_count = (unsigned)atoi(optarg); break;
    case 't': seconds = atof(optarg); break;
    case 'r': plan.slow_rate = (uint32_t)atol(optarg); break;
    default: exit(64);
    }
  }
  if (!plan.server_bytes || !has_key || !plan.form_bytes || !device_count || seconds <= 0
      || !plan.name_count || plan.name_count > NAMES_LIMIT || strlen(plan.prefix) > 100)
    die("usage: load --server HOST:PORT --key HEX --bytes N [--prefix P] [--names N] "
        "[--connections N] [--seconds S] [--slow BYTES_PER_SECOND]");
  return seconds;
}

int main(int count, char **arguments) {
  double seconds = parse(count, arguments);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  plan.poller = epoll_create1(EPOLL_CLOEXEC);
  struct device *devices = calloc(device_count, sizeof *devices);
  if (plan.poller < 0 || !devices) die("no memory");
  for (unsigned i = 0; i < device_count; i++) {
    struct device *device = &devices[i];
    device->name = i;
    struct link *links[] = {&device->front, &device->back};
    for (int j = 0; j < 2; j++) {
      links[j]->device = device;
      links[j]->socket = -1;
      links[j]->frame = malloc(HEADER_BYTES + FRAME_LIMIT);
      if (!links[j]->frame) die("no memory");
    }
  }
  uint64_t begin_at = now();
  plan.end_at = begin_at + (uint64_t)(seconds * 1e6);
  uint64_t next_tick = 0;
  for (uint64_t at = begin_at; at < plan.end_at; at = now()) {
    if (at >= next_tick) {
      tick(devices, at);
      next_tick = at + 5000;
    }
    struct epoll_event events[256];
    int ready = epoll_wait(plan.poller, events, 256, 5);
    for (int i = 0; i < ready; i++) handle(events[i].data.ptr, events[i].events);
  }
  double took = (double)(now() - begin_at) / 1e6;
  qsort(tally.times, tally.time_count, sizeof *tally.times, by_value);
  printf("{\"requests\": %zu, \"seconds\": %.3f, \"perSecond\": %.1f, \"p50\": %u, \"p90\": %u, "
         "\"p99\": %u, \"most\": %u, \"referred\": %zu, \"failures\": %zu, \"atOnce\": %zu, "
         "\"firstFailure\": \"%s\"}\n",
         tally.time_count, took, (double)tally.time_count / took, percentile(0.5), percentile(0.9),
         percentile(0.99), percentile(1), tally.referral_count, tally.failure_count, holding_most, tally.first_failure);
  return tally.failure_count ? 1 : 0;
}
