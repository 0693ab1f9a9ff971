#define _GNU_SOURCE
#include "device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct known known[NAMES_LIMIT];

void die(const char *text) {
  fprintf(stderr, "load: %s\n", text);
  exit(1);
}

uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_nsec / 1000u;
}
/* --- Links --- */

/* Appends a frame to what the link has to send. */
static void append(struct link *link, int kind, unsigned request, const uint8_t *payload, size_t count) {
  if (link->out_from == link->out_end) link->out_from = link->out_end = 0;
  uint8_t *to = link->out + link->out_end;
  if (link->out_end + HEADER_BYTES + count > sizeof link->out) die("the output does not fit");
  to[0] = (uint8_t)kind;
  to[1] = 0;
  put16(to + 2, (unsigned)count);
  put16(to + 4, request);
  put16(to + 6, check(to, 6));
  memcpy(to + HEADER_BYTES, payload, count);
  link->out_end += HEADER_BYTES + count;
}

static void watch(struct link *link, int operation) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
  if (link->is_connecting || link->out_from < link->out_end) event.events |= EPOLLOUT;
  epoll_ctl(plan.poller, operation, link->socket, &event);
}

static void shut(struct link *link) {
  if (link->socket >= 0) close(link->socket);
  link->socket = -1;
  link->held = link->out_from = link->out_end = 0;
}

static void connect_to(struct link *link, const struct sockaddr *address, socklen_t count) {
  link->socket = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (link->socket < 0) die("no socket is left: see ulimit -n");
  int yes = 1;
  setsockopt(link->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (plan.slow_rate) {
    /* What the device has not asked for must wait at the server, not in this kernel. */
    int small = 4096;
    setsockopt(link->socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  }
  link->is_connecting = connect(link->socket, address, count) != 0;
  watch(link, EPOLL_CTL_ADD);
}

static void hello(struct link *link, const uint8_t *ticket, size_t ticket_bytes) {
  uint8_t payload[128];
  size_t at = 0;
  char id[16];
  /* Minor version 1 takes REFER. */
  memcpy(payload, "FORM\1\1", 6);
  put16(payload + 6, FRAME_LIMIT);
  put16(payload + 8, 0);
  int id_bytes = snprintf(id, sizeof id, "load-%u", link->device->name);
  payload[10] = (uint8_t)id_bytes;
  memcpy(payload + 11, id, (size_t)id_bytes);
  at = 11 + (size_t)id_bytes;
  payload[at++] = 1;
  memcpy(payload + at, plan.form_key, sizeof plan.form_key);
  at += sizeof plan.form_key;
  if (ticket_bytes) {
    payload[at++] = TICKET;
    payload[at++] = (uint8_t)ticket_bytes;
    memcpy(payload + at, ticket, ticket_bytes);
    at += ticket_bytes;
  }
  append(link, HELLO, 0, payload, at);
}

static void ask(struct link *link) {
  struct device *device = link->device;
  uint8_t payload[2 + NAME_LIMIT + 40] = {1};
  int name_bytes = snprintf((char *)payload + 2, NAME_LIMIT, "%s%u", plan.prefix, device->name % plan.name_count);
  payload[1] = (uint8_t)name_bytes;
  size_t at = 2 + (size_t)name_bytes;
  memset(payload + at, 0, 36);
  put32(payload + at + 36, plan.slow_rate ? SLOW_BYTES : 1 << 20);
  append(link, GET, device->request, payload, at + 40);
  device->received = device->ungranted = 0;
  device->granted_at = now();
  device->is_transferring = false;
}

void open_front(struct device *device) {
  device->is_greeted = false;
  hello(&device->front, NULL, 0);
  connect_to(&device->front, (struct sockaddr *)&plan.server, plan.server_bytes);
}

/* The request is over without a form; the device begins again after a while. */
static void fail(struct device *device, const char *why) {
  if (!tally.failure_count++) snprintf(tally.first_failure, sizeof tally.first_failure, "%s", why);
  shut(&device->front);
  shut(&device->back);
  device->is_transferring = false;
  device->retry_at = now() + RETRY_MICROSECONDS;
}

static void next_request(struct device *device) {
  device->asked_at = now();
  device->request = (uint16_t)(device->request % 60000 + 1);
  ask(&device->front);
}

/* --- Frames --- */

static bool refer(struct device *device, const uint8_t *payload, size_t count) {
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  size_t address_bytes = count > 3 && payload[2] == 4 ? 4 : 16;
  const uint8_t *rest = payload + 3 + address_bytes;
  if (count < 3 + address_bytes + 3 || rest[2] > TICKET_LIMIT
      || count < 3 + address_bytes + 3 + rest[2])
    return fail(device, "REFER does not add up"), false;
  tally.referral_count++;
  device->back.held = 0;
  hello(&device->back, rest + 3, rest[2]);
  ask(&device->back);
  if (address_bytes == 4) {
    memcpy(&v4.sin_addr, payload + 3, 4);
    memcpy(&v4.sin_port, rest, 2);
    connect_to(&device->back, (struct sockaddr *)&v4, sizeof v4);
  } else {
    memcpy(&v6.sin6_addr, payload + 3, 16);
    memcpy(&v6.sin6_port, rest, 2);
    connect_to(&device->back, (struct sockaddr *)&v6, sizeof v6);
  }
  return true;
}

static bool begin_form(struct device *device, const uint8_t *form, size_t count) {
  struct known *is = &known[device->name % plan.name_count];
  if (count < FORM_BYTES || form[0] != 0) return fail(device, "FORM without a form"), false;
  if (get32(form + 34) != plan.form_bytes || get32(form + 42) != plan.form_bytes)
    return fail(device, "the form is of another length"), false;
  if (is->is_set && memcmp(is->etag, form + 2, 16) != 0)
    return fail(device, "the form has another etag"), false;
  memcpy(is->etag, form + 2, 16);
  device->is_transferring = true;
  return true;
}

static void end_form(struct device *device) {
  struct known *is = &known[device->name % plan.name_count];
  uint64_t at = now();
  if (is->is_set && memcmp(is->last, device->last, EDGE_BYTES) != 0) {
    fail(device, "the form ends with other bytes");
    return;
  }
  memcpy(is->last, device->last, EDGE_BYTES);
  is->is_set = true;
  if (tally.time_count == tally.time_room) {
    tally.time_room = tally.time_room ? tally.time_room * 2 : 65536;
    tally.times = realloc(tally.times, tally.time_room * sizeof *tally.times);
    if (!tally.times) die("no memory");
  }
  if (at <= plan.end_at) tally.times[tally.time_count++] = (uint32_t)(at - device->asked_at);
  device->is_transferring = false;
  shut(&device->back);
  next_request(device);
  watch(&device->front, EPOLL_CTL_MOD);
}

static bool data(struct link *link, const uint8_t *bytes, size_t count, bool is_last) {
  struct device *device = link->device;
  struct known *is = &known[device->name % plan.name_count];
  if (!device->is_transferring || count > plan.form_bytes - device->received)
    return fail(device, "DATA that was not announced"), false;
  if (device->received == 0) {
    if (count < EDGE_BYTES) return fail(device, "the first DATA is too short"), false;
    if (is->is_set && memcmp(is->first, bytes, EDGE_BYTES) != 0)
      return fail(device, "the form begins with other bytes"), false;
    if (!is->is_set) memcpy(is->first, bytes, EDGE_BYTES);
  }
  /* The last bytes so far, whatever the pieces were. */
  size_t edge = count < EDGE_BYTES ? count : EDGE_BYTES;
  memmove(device->last, device->last + edge, EDGE_BYTES - edge);
  memcpy(device->last + EDGE_BYTES - edge, bytes + count - edge, edge);
  device->received += (uint32_t)count;
  device->ungranted += (uint32_t)count;
  if (is_last != (device->received == plan.form_bytes)) return fail(device, "DATA ends elsewhere"), false;
  if (is_last) end_form(device);
  /* The link that it came on is closed, or has its next request. */
  return !is_last;
}

/* Gives false when the link is gone or is not to be read on for now. */
static bool take(struct link *link, const uint8_t *frame, size_t count) {
  struct device *device = link->device;
  const uint8_t *payload = frame + HEADER_BYTES;
  char text[180];
  switch (frame[0]) {
  case WELCOME:
    if (count < 2 || payload[1]) return fail(device, "the server wants to know the kind, or a key"), false;
    if (link == &device->front && !device->is_greeted) {
      device->is_greeted = true;
      next_request(device);
      watch(link, EPOLL_CTL_MOD);
    }
    return true;
  case FORM: return begin_form(device, payload, count);
  case DATA: return data(link, payload, count, frame[1] & FLAG_LAST);
  case REFER:
    if (link == &device->back) return fail(device, "a server that was referred to refers on"), false;
    return refer(device, payload, count);
  case PING:
    append(link, PONG, get16(frame + 4), NULL, 0);
    watch(link, EPOLL_CTL_MOD);
    return true;
  case ERROR:
    snprintf(text, sizeof text, "ERROR %02x: %.*s", payload[0], count > 4 ? payload[4] : 0, payload + 5);
    return fail(device, text), false;
  case GOAWAY: return fail(device, "GOAWAY"), false;
  default: return true;
  }
}

static void read_link(struct link *link) {
  for (;;) {
    ssize_t count = recv(link->socket, link->frame + link->held,
                         HEADER_BYTES + FRAME_LIMIT - link->held, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
      fail(link->device, count ? strerror(errno) : "the server closed a connection");
      return;
    }
    link->held += (size_t)count;
    size_t at = 0, held = link->held;
    while (held - at >= HEADER_BYTES) {
      const uint8_t *frame = link->frame + at;
      size_t payload = get16(frame + 2);
      if (check(frame, 6) != get16(frame + 6)) {
        fail(link->device, "a header's check is wrong");
        return;
      }
      if (held - at < HEADER_BYTES + payload) break;
      at += HEADER_BYTES + payload;
      if (!take(link, frame, payload) && link->socket < 0) return;
    }
    link->held = held - at;
    memmove(link->frame, link->frame + at, link->held);
    if (link->socket < 0) return;
  }
}

static void write_link(struct link *link) {
  while (link->out_from < link->out_end) {
    ssize_t count = send(link->socket, link->out + link->out_from, link->out_end - link->out_from,
                         MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (count < 0) {
      fail(link->device, strerror(errno));
      return;
    }
    link->out_from += (size_t)count;
  }
  watch(link, EPOLL_CTL_MOD);
}

void handle(struct link *link, uint32_t events) {
  if (link->socket < 0) return;
  if (link->is_connecting && events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
    int error = 0;
    socklen_t count = sizeof error;
    getsockopt(link->socket, SOL_SOCKET, SO_ERROR, &error, &count);
    if (error) {
      fail(link->device, strerror(error));
      return;
    }
    link->is_connecting = false;
  }
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_link(link);
  if (link->socket >= 0 && !link->is_connecting && link->out_from < link->out_end) write_link(link);
}

void grant(struct device *device, uint64_t at) {
  struct link *link = device->back.socket >= 0 ? &device->back : &device->front;
  uint8_t payload[4];
  put32(payload, device->ungranted);
  append(link, CREDIT, device->request, payload, sizeof payload);
  device->ungranted = 0;
  device->granted_at = at;
  watch(link, EPOLL_CTL_MOD);
}
