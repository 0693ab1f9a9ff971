/* Makes the calls that its arguments name, against a server on this machine, and prints what came of each.
 *
 * usage: driver PORT WORD...; a WORD is a setting or a call:
 *   buffer=N step=N seed=N window=N limit=N keepalive=N secret=ID:HEX kind=HEX tlvs=HEX
 *   base=HEX (the form in memory) stop=N (the callback stops from byte N on) refuse=1 (begin stops)
 *   connect follow get=NAME image=HEX shown=HEX patches=0|1 ping watch=A,B wait forget timeout=1
 *   refer=0|1 (0: the device does not follow REFER)
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "../forme.h"

#define MEMORY (1 << 20)

static int link_descriptor = -1;
static unsigned long step;
static uint32_t seed = 1;
static uint8_t *memory;
static uint32_t memory_used;
static uint32_t expected_offset;
static unsigned long stop_at;
static int refuse;

static void broken(const char *promise) {
  fprintf(stderr, "driver: the client broke a promise: %s\n", promise);
  abort();
}

/* `step` bytes at most at once; 0: as many as there are; above 1,000,000: a number by chance. */
static size_t bounded(size_t count) {
  size_t most = step;
  if (step > 1000000) {
    seed = seed * 1664525u + 1013904223u;
    most = 1 + (seed >> 16) % 40;
  }
  return step > 0 && count > most ? most : count;
}

static int32_t link_read(void *user, uint8_t *bytes, size_t count) {
  ssize_t result;
  if (user != &link_descriptor || count == 0) broken("read has its user and room");
  result = recv(link_descriptor, bytes, bounded(count), 0);
  return result > 0 ? (int32_t)result : result < 0 ? 0 : -1;
}

static int32_t link_write(void *user, const uint8_t *bytes, size_t count) {
  if (user != &link_descriptor || count == 0) broken("write has its user and bytes");
  return (int32_t)send(link_descriptor, bytes, bounded(count), MSG_NOSIGNAL);
}

/* The same numbers each time, so that the tests know them. */
static int fixed_numbers(void *user, uint8_t *bytes, size_t count) {
  (void)user;
  for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)(0xA0 + i);
  return 0;
}

static int begin(void *user, const struct forme_form *form) {
  (void)user;
  expected_offset = form->offset;
  if (form->offset > MEMORY || form->length > MEMORY - form->offset) return 1;
  return refuse;
}

static int data(void *user, uint32_t offset, const uint8_t *bytes, size_t count) {
  (void)user;
  if (offset != expected_offset || count == 0 || offset > MEMORY || count > MEMORY - offset) {
    broken("bytes come in order and inside the form");
  }
  if (stop_at > 0 && offset + count > stop_at) return 1;
  memcpy(memory + offset, bytes, count);
  expected_offset += (uint32_t)count;
  if (expected_offset > memory_used) memory_used = expected_offset;
  return 0;
}

static int load(void *user, uint32_t offset, uint8_t *bytes, size_t count) {
  (void)user;
  if (offset > memory_used || count > memory_used - offset) return 1;
  memcpy(bytes, memory + offset, count);
  return 0;
}

static void notice(void *user, uint8_t index, const uint8_t image[16], uint32_t generation) {
  (void)user;
  printf("notice %u %02x%02x %lu\n", index, image[0], image[15], (unsigned long)generation);
}

static size_t read_hex(const char *text, uint8_t *bytes, size_t limit) {
  size_t count = 0;
  for (; text[0] != 0 && text[0] != ':' && count < limit; text += 2) {
    unsigned value;
    if (sscanf(text, "%2x", &value) != 1) exit(2);
    bytes[count++] = (uint8_t)value;
  }
  return count;
}

static struct forme_referral referral;

static void print_hex(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) printf("%02x", bytes[i]);
}

static void report(const struct forme *client, const char *call, enum forme_result result) {
  static const char *const names[] = {"DONE",    "NOT_MODIFIED", "PENDING", "REFUSED", "STOPPED", "DAMAGED",
                                      "IDLE",    "MISUSE",       "LOST",    "CLOSED",  "BROKEN", "REFERRED"};
  printf("%s %s", call, names[result]);
  if (client->error != 0) printf(" error=%02x flags=%u", client->error, client->error_flags);
  if (client->retry_after != 0) printf(" retry=%lu", (unsigned long)client->retry_after);
  if (client->goaway_reason != 0) printf(" reason=%u", client->goaway_reason);
  if (client->detail_length != 0) printf(" detail=%.*s", client->detail_length, (const char *)client->detail);
  if (result == FORME_REFERRED) {
    printf(" ttl=%u family=%u port=%u address=", referral.ttl, referral.family, referral.port);
    print_hex(referral.address, referral.family == 4 ? 4 : 16);
    printf(" ticket=");
    print_hex(referral.ticket, 2u + referral.ticket[1]);
  }
  printf("\n");
  fflush(stdout);
}

/* Closing with bytes unread would reset the connection, and the server would not read why. */
static void close_link(void) {
  uint8_t rest[256];
  if (link_descriptor < 0) return;
  shutdown(link_descriptor, SHUT_WR);
  while (recv(link_descriptor, rest, sizeof rest, 0) > 0) continue;
  close(link_descriptor);
}

static void open_link(int port, int timeout) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  close_link();
  link_descriptor = socket(AF_INET, SOCK_STREAM, 0);
  struct timeval limit = {timeout ? 0 : 20, timeout ? 200000 : 0};
  setsockopt(link_descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(link_descriptor, (struct sockaddr *)&address, sizeof address) != 0) exit(3);
}

int main(int count, char **words) {
  static struct forme_kind kinds[4];
  static uint8_t descriptors[4][2048];
  /* Names stay where they are until others are watched. */
  static const char *watched[4][64];
  unsigned watches = 0;
  static uint8_t tlvs[512];
  struct forme_device device;
  struct forme_request request;
  struct forme_secret secret;
  struct forme client;
  const struct forme_link link = {link_read, link_write, fixed_numbers, &link_descriptor};
  char secret_id[32] = {0};
  uint8_t shown[16];
  uint8_t image[16];
  size_t buffer_size = FORME_SMALLEST_BUFFER;
  size_t tlvs_length = 0;
  uint8_t *buffer = NULL;
  int timeout = 0;
  int patches = 1;

  memset(&device, 0, sizeof device);
  memset(&request, 0, sizeof request);
  device.id = (const uint8_t *)"driver";
  device.id_length = 6;
  device.kinds = kinds;
  device.referral = &referral;
  request.begin = begin;
  request.data = data;
  memory = calloc(1, MEMORY);
  for (int i = 2; i < count; i++) {
    char *word = words[i];
    char *value = strchr(word, '=');
    size_t name_length = value == NULL ? strlen(word) : (size_t)(value - word);
    unsigned long number;
    value = value == NULL ? word + name_length : value + 1;
    number = strtoul(value, NULL, 10);
#define IS(name) (name_length == sizeof name - 1 && memcmp(word, name, name_length) == 0)
    if (IS("buffer")) {
      buffer_size = number;
    } else if (IS("step")) {
      step = number;
    } else if (IS("seed")) {
      seed = (uint32_t)number;
    } else if (IS("window")) {
      request.window = (uint32_t)number;
    } else if (IS("limit")) {
      device.form_limit = (uint32_t)number;
    } else if (IS("keepalive")) {
      device.keep_alive = (uint16_t)number;
    } else if (IS("timeout")) {
      timeout = (int)number;
    } else if (IS("refer")) {
      device.referral = number ? &referral : NULL;
    } else if (IS("patches")) {
      patches = (int)number;
    } else if (IS("stop")) {
      stop_at = number;
    } else if (IS("refuse")) {
      refuse = (int)number;
    } else if (IS("secret")) {
      char *colon = strchr(value, ':');
      memcpy(secret_id, value, (size_t)(colon - value));
      read_hex(colon + 1, secret.key, sizeof secret.key);
      secret.id = secret_id;
      device.secret = &secret;
    } else if (IS("kind")) {
      struct forme_kind *kind = &kinds[device.kind_count];
      uint8_t *descriptor = descriptors[device.kind_count++];
      kind->descriptor_length = (uint16_t)read_hex(value, descriptor, 2048);
      kind->descriptor = descriptor;
      forme_form_key(descriptor, kind->descriptor_length, kind->key);
    } else if (IS("tlvs")) {
      tlvs_length = read_hex(value, tlvs, sizeof tlvs);
    } else if (IS("base")) {
      memory_used = (uint32_t)read_hex(value, memory, MEMORY);
    } else if (IS("shown")) {
      request.shown = *value == 0 ? NULL : shown;
      read_hex(value, shown, sizeof shown);
    } else {
      enum forme_result result = FORME_DONE;
      struct forme_form form;
      if (buffer == NULL) {
        buffer = malloc(buffer_size);
        result = forme_init(&client, &device, &link, buffer, buffer_size);
        if (result != FORME_DONE) {
          printf("init MISUSE\n");
          free(buffer);
          free(memory);
          return 0;
        }
      }
      if (IS("connect")) {
        open_link(atoi(words[1]), timeout);
        report(&client, word, forme_connect(&client, tlvs, tlvs_length));
        printf("keepalive %u time %llu\n", client.keep_alive, (unsigned long long)client.unix_time);
      } else if (IS("follow")) {
        open_link(referral.port, timeout);
        report(&client, word, forme_follow(&client));
      } else if (IS("ping")) {
        report(&client, word, forme_ping(&client));
      } else if (IS("forget")) {
        forme_forget(&client);
      } else if (IS("wait")) {
        report(&client, word, forme_wait(&client));
      } else if (IS("watch")) {
        const char **list = watched[watches++ % 4];
        uint8_t names = 0;
        for (char *name = strtok(value, ","); name != NULL; name = strtok(NULL, ",")) list[names++] = name;
        report(&client, "watch", forme_watch(&client, list, names, notice, NULL));
      } else if (IS("get") || IS("image")) {
        memset(&form, 0, sizeof form);
        request.name = IS("get") ? value : NULL;
        request.image = NULL;
        if (IS("image")) {
          read_hex(value, image, sizeof image);
          request.image = image;
        }
        request.load = patches ? load : NULL;
        request.shown_total = memory_used;
        result = forme_get(&client, &request, &form);
        report(&client, "get", result);
        if (form.total != 0 || result == FORME_PENDING) {
          printf("form %u %u %lu %lu %lu %u %u %u %lu %lu ", form.status, form.alternative,
                 (unsigned long)form.total, (unsigned long)form.offset, (unsigned long)form.length, form.width,
                 form.height, form.codec, (unsigned long)form.generation, (unsigned long)form.next_poll);
          print_hex(form.etag, 16);
          printf("\n");
        }
      } else {
        return 2;
      }
      fflush(stdout);
    }
  }
  printf("memory ");
  print_hex(memory, memory_used);
  printf("\n");
  close_link();
  free(buffer);
  free(memory);
  return 0;
}
