/* forme-fetch: fetches a form over TCP, through cuts of the link, the way a device would. The link callbacks and
 * the loop in fetch() are what a device needs too. README.md tells the options, output and exit status.
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../forme.h"

#define SOCKET_TIMEOUT_SECONDS 60

/* ---- the link ---- */

static int32_t socket_read(void *user, uint8_t *bytes, size_t count) {
  const int *descriptor = user;
  ssize_t result;
  do {
    result = recv(*descriptor, bytes, count, 0);
  } while (result < 0 && errno == EINTR);
  if (result > 0) return (int32_t)result;
  /* The end of the stream is a lost link; only a time-out is 0. */
  return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
}

static int32_t socket_write(void *user, const uint8_t *bytes, size_t count) {
  const int *descriptor = user;
  ssize_t result;
  do {
    result = send(*descriptor, bytes, count, 0);
  } while (result < 0 && errno == EINTR);
  return (int32_t)result;
}

#if FORME_WITH_KEYS
static int random_bytes(void *user, uint8_t *bytes, size_t count) {
  int source = open("/dev/urandom", O_RDONLY);
  ssize_t result = source < 0 ? -1 : read(source, bytes, count);
  (void)user;
  if (source >= 0) close(source);
  return result == (ssize_t)count ? 0 : -1;
}
#endif

static int open_link(const char *host, const char *port) {
  struct addrinfo hints;
  struct addrinfo *found;
  int descriptor = -1;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  for (struct addrinfo *each = found; each != NULL && descriptor < 0; each = each->ai_next) {
    struct timeval timeout = {SOCKET_TIMEOUT_SECONDS, 0};
    int on = 1;
    descriptor = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (descriptor < 0) continue;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    /* GET and CREDIT are small, and are waited for. */
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, each->ai_addr, each->ai_addrlen) != 0) {
      close(descriptor);
      descriptor = -1;
    }
  }
  freeaddrinfo(found);
  return descriptor;
}

/* ---- where the form goes ---- */

struct output {
  int file;
  uint32_t received;
};

static int write_bytes(void *user, uint32_t offset, const uint8_t *bytes, size_t count) {
  struct output *output = user;
  output->received += (uint32_t)count;
  return output->file < 0 || pwrite(output->file, bytes, count, (off_t)offset) == (ssize_t)count ? 0 : -1;
}

#if FORME_WITH_PATCH
static int load_bytes(void *user, uint32_t offset, uint8_t *bytes, size_t count) {
  const struct output *output = user;
  return pread(output->file, bytes, count, (off_t)offset) == (ssize_t)count ? 0 : -1;
}
#endif

/* ---- arguments ---- */

/* Beside the numbers of enum forme_result. */
#define EXIT_FILE 1
#define EXIT_USAGE 64

static void die(int status, const char *what, const char *which) {
  fprintf(stderr, "forme-fetch: %s%s%s\n", what, which[0] == 0 ? "" : ": ", which);
  exit(status);
}

static size_t read_file(const char *path, uint8_t *bytes, size_t limit) {
  FILE *file = fopen(path, "rb");
  size_t count;
  if (file == NULL) die(EXIT_FILE, "cannot read", path);
  count = fread(bytes, 1, limit, file);
  fclose(file);
  return count;
}

/* Reads 2 × `count` hexadecimal digits; returns what follows them, NULL when they are none. */
static const char *read_hex(const char *text, uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < 2 * count; i++) {
    static const char digits[] = "0123456789abcdef";
    char low = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] + 32) : text[i];
    const char *digit = low == 0 ? NULL : strchr(digits, low);
    if (digit == NULL) return NULL;
    bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | (digit - digits));
  }
  return text + 2 * count;
}

static unsigned long read_number(const char *text, unsigned long least, unsigned long most) {
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (end == text || *end != 0 || value < least || value > most) die(EXIT_USAGE, "not a number in its range", text);
  return value;
}

static void print_hex(const char *label, const uint8_t *bytes, size_t count) {
  printf("%s", label);
  for (size_t i = 0; i < count; i++) printf("%02x", bytes[i]);
  printf("\n");
}

#if FORME_WITH_KEYS
/* The line ID HEX that `forme-server key add` prints. */
static void read_secret(const char *path, struct forme_secret *secret, char id[17]) {
  char line[128] = {0};
  const char *end;
  char *space;
  line[read_file(path, (uint8_t *)line, sizeof line - 1)] = 0;
  space = strchr(line, ' ');
  if (space == NULL || space == line || space - line > 16) die(EXIT_FILE, "not a key", path);
  memcpy(id, line, (size_t)(space - line));
  end = read_hex(space + 1, secret->key, sizeof secret->key);
  if (end == NULL || (*end != 0 && *end != '\n' && *end != '\r')) die(EXIT_FILE, "not a key", path);
  secret->id = id;
}
#endif

static const char *result_name(enum forme_result result) {
  static const char *const names[] = {"DONE",    "NOT_MODIFIED", "PENDING", "REFUSED", "STOPPED", "DAMAGED",
                                      "IDLE",    "MISUSE",       "LOST",    "CLOSED",  "BROKEN", "REFERRED"};
  return names[result];
}

/* ---- what stays of a form that did not arrive whole ---- */

/* Goes on with a form whose first bytes stand in the output. They are digested anew: what is left of an earlier
 * run is believed no more than that. */
static void restore_partial(const char *path, const struct output *output, struct forme_partial *partial) {
  uint8_t stored[21], bytes[4096];
  FILE *file = fopen(path, "rb");
  size_t count = file == NULL ? 0 : fread(stored, 1, sizeof stored, file);
  if (file != NULL) fclose(file);
  if (count != 20) return;
  memset(partial, 0, sizeof *partial);
  forme_sha256_begin(&partial->digest);
  uint32_t offset = (uint32_t)stored[16] << 24 | (uint32_t)stored[17] << 16 | (uint32_t)stored[18] << 8 | stored[19];
  for (uint32_t at = 0; at < offset;) {
    size_t step = offset - at < sizeof bytes ? offset - at : sizeof bytes;
    if (pread(output->file, bytes, step, (off_t)at) != (ssize_t)step) return;
    forme_sha256_add(&partial->digest, bytes, (uint32_t)step);
    at += (uint32_t)step;
  }
  memcpy(partial->sent, stored, sizeof partial->sent);
  partial->offset = offset;
}

/* Keeps `sent` and the offset, or removes the file when nothing is left to go on with. */
static void keep_partial(const char *path, const struct forme_partial *partial) {
  uint8_t stored[20];
  FILE *file;
  if (partial->offset == 0) {
    if (remove(path) != 0 && errno != ENOENT) die(EXIT_FILE, "cannot remove", path);
    return;
  }
  memcpy(stored, partial->sent, 16);
  for (int i = 0; i < 4; i++) stored[16 + i] = (uint8_t)(partial->offset >> (24 - 8 * i));
  file = fopen(path, "wb");
  if (file == NULL || fwrite(stored, 1, sizeof stored, file) != sizeof stored) die(EXIT_FILE, "cannot write", path);
  if (fclose(file) != 0) die(EXIT_FILE, "cannot write", path);
}

/* ---- fetching ---- */

static void wait_milliseconds(uint32_t milliseconds) {
  struct timespec time = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
  nanosleep(&time, NULL);
}

struct settings {
  const char *host;
  const char *port;
  const char *descriptor;
  const char *output;
  const char *partial;
  size_t buffer_size;
  unsigned long retry;
};

#if FORME_WITH_REFER
/* Asks the server that REFER named. A ticket that it refuses is like a link that is lost: the first server may
 * name another one. */
static enum forme_result ask_other(struct forme *client, const struct forme_request *request, int *link,
                                   struct forme_form *form, unsigned *connections) {
  const struct forme_referral *referral = client->device->referral;
  char host[INET6_ADDRSTRLEN], port[6];
  enum forme_result result;
  inet_ntop(referral->family == 4 ? AF_INET : AF_INET6, referral->address, host, sizeof host);
  snprintf(port, sizeof port, "%u", referral->port);
  *link = open_link(host, port);
  if (*link < 0) return FORME_LOST;
  ++*connections;
  result = forme_follow(client);
  if (result == FORME_DONE) result = forme_get(client, request, form);
  close(*link);
  if ((result == FORME_CLOSED && client->error == FORME_ERROR_NOT_PROVEN) ||
      (result == FORME_REFUSED && client->error == FORME_ERROR_NOT_ALLOWED)) {
    return FORME_LOST;
  }
  return result;
}
#endif

/* Asks the server once, and the one that it refers to. */
static enum forme_result ask(const struct settings *settings, struct forme *client,
                             const struct forme_request *request, int *link, struct forme_form *form,
                             unsigned *connections) {
  uint8_t tlvs[16];
  uint8_t *end = forme_tlv_bytes(tlvs, FORME_FIELD_MODEL, "posix", 5);
  enum forme_result result;
  *link = open_link(settings->host, settings->port);
  if (*link < 0) return FORME_LOST;
  ++*connections;
  result = forme_connect(client, tlvs, (size_t)(end - tlvs));
  if (result == FORME_DONE) result = forme_get(client, request, form);
  close(*link);
#if FORME_WITH_REFER
  if (result == FORME_REFERRED) result = ask_other(client, request, link, form, connections);
#endif
  return result;
}

/* Goes on until the form is whole, or nothing new has come for `retry` seconds.
 * Returns how the last attempt ended. */
static enum forme_result fetch(const struct settings *settings, struct forme *client, struct forme_request *request,
                               int *link, struct forme_form *form, unsigned *connections) {
  const struct output *output = request->user;
  time_t last = time(NULL);
  uint32_t pause = 50;
  for (;;) {
    uint32_t before = output->received;
    enum forme_result result = ask(settings, client, request, link, form, connections);
    if (output->received != before) {
      last = time(NULL);
      pause = 50;
    }
    if (result == FORME_DONE || result == FORME_NOT_MODIFIED || result == FORME_MISUSE) return result;
    if (result == FORME_DAMAGED) request->shown = NULL;
    if ((result == FORME_REFUSED || (result == FORME_CLOSED && client->error != 0)) &&
        !(client->error_flags & FORME_ERROR_FLAG_RETRY)) {
      return result;
    }
    uint32_t advice = result == FORME_PENDING ? form->next_poll : result == FORME_LOST ? 0 : client->retry_after;
    if (time(NULL) - last + (time_t)advice >= (time_t)settings->retry) return result;
    wait_milliseconds(advice > 0 ? advice * 1000 : pause);
    if (pause < 5000) pause *= 2;
  }
}

static void report(enum forme_result result, const struct forme *client, const struct forme_form *form,
                   const struct output *output, unsigned connections) {
  printf("result %s\nconnections %u\nreceived %lu\n", result_name(result), connections,
         (unsigned long)output->received);
  if (result == FORME_DONE || result == FORME_NOT_MODIFIED) {
    printf("status %u\ntotal %lu\nsize %u %u\ncodec %u %u\ngeneration %lu\n", form->status,
           (unsigned long)form->total, form->width, form->height, form->codec, form->codec_parameter,
           (unsigned long)form->generation);
    print_hex("etag ", form->etag, sizeof form->etag);
  }
  if (result == FORME_PENDING) printf("next-poll %lu\n", (unsigned long)form->next_poll);
  if (result == FORME_REFUSED || result == FORME_CLOSED || result == FORME_BROKEN) {
    printf("error %02x\n", client->error);
  }
  if (result == FORME_REFUSED || result == FORME_CLOSED) {
    printf("retry-after %lu\n", (unsigned long)client->retry_after);
  }
  if (result == FORME_CLOSED && client->error == 0) printf("goaway-reason %u\n", client->goaway_reason);
}

/* ---- the program ---- */

static const char usage[] =
    "usage: forme-fetch HOST PORT NAME DESCRIPTOR.bin [--output FILE] [--key FILE] [--shown ETAG] [--partial FILE] "
    "[--max-frame BYTES] [--credit BYTES] [--retry SECONDS] [--device-id TEXT] [--image ID]";

int main(int count, char **arguments) {
  static uint8_t descriptor[2048];
  static struct forme client;
  uint8_t shown[16] = {0};
  uint8_t image[16] = {0};
  struct forme_kind kind = {{0}, descriptor, 0};
  struct settings settings;
  struct forme_device device;
  struct forme_request request;
  struct forme_form form;
  struct output output = {-1, 0};
  unsigned connections = 0;
  int descriptor_of_link = -1;
  struct forme_link link;
#if FORME_WITH_REFER
  static struct forme_referral referral;
#endif
#if FORME_WITH_KEYS
  struct forme_secret secret;
  char secret_id[17] = {0};
#endif

  memset(&settings, 0, sizeof settings);
  memset(&device, 0, sizeof device);
  memset(&request, 0, sizeof request);
  memset(&form, 0, sizeof form);
  memset(&link, 0, sizeof link);
  if (count < 5) die(EXIT_USAGE, usage, "");
  settings.host = arguments[1];
  settings.port = arguments[2];
  request.name = arguments[3];
  settings.descriptor = arguments[4];
  settings.buffer_size = FORME_SMALLEST_BUFFER;
  settings.retry = 30;
  device.id = (const uint8_t *)"forme-fetch";
  for (int i = 5; i + 1 < count; i += 2) {
    const char *value = arguments[i + 1];
    if (strcmp(arguments[i], "--output") == 0) {
      settings.output = value;
    } else if (strcmp(arguments[i], "--partial") == 0) {
      settings.partial = value;
    } else if (strcmp(arguments[i], "--shown") == 0) {
      const char *end = read_hex(value, shown, sizeof shown);
      if (end == NULL || *end != 0) die(EXIT_USAGE, "not an etag", value);
      request.shown = shown;
    } else if (strcmp(arguments[i], "--image") == 0) {
      const char *end = read_hex(value, image, sizeof image);
      if (end == NULL || *end != 0) die(EXIT_USAGE, "not an image id", value);
      request.name = NULL;
      request.image = image;
    } else if (strcmp(arguments[i], "--max-frame") == 0) {
      settings.buffer_size =
          FORME_LIMIT_HEADER_BYTES +
          read_number(value, FORME_LIMIT_MIN_MAX_FRAME, FORME_LIMIT_MAX_FRAME - FORME_LIMIT_HEADER_BYTES);
    } else if (strcmp(arguments[i], "--credit") == 0) {
      request.window = (uint32_t)read_number(value, FORME_LIMIT_MIN_DATA_BYTES, FORME_LIMIT_CREDIT);
    } else if (strcmp(arguments[i], "--retry") == 0) {
      settings.retry = read_number(value, 0, 86400);
    } else if (strcmp(arguments[i], "--device-id") == 0) {
      device.id = (const uint8_t *)value;
#if FORME_WITH_KEYS
    } else if (strcmp(arguments[i], "--key") == 0) {
      read_secret(value, &secret, secret_id);
      device.secret = &secret;
#endif
    } else {
      die(EXIT_USAGE, "no such option", arguments[i]);
    }
  }
  if (count % 2 == 0) die(EXIT_USAGE, "an option without its value", arguments[count - 1]);
  if (strlen((const char *)device.id) > FORME_LIMIT_DEVICE_ID_BYTES) {
    die(EXIT_USAGE, "a device's id has at most 32 bytes", (const char *)device.id);
  }
  if (settings.partial != NULL && settings.output == NULL) die(EXIT_USAGE, "--partial needs --output", "");

  kind.descriptor_length = (uint16_t)read_file(settings.descriptor, descriptor, sizeof descriptor);
  forme_form_key(descriptor, kind.descriptor_length, kind.key);
  device.id_length = (uint8_t)strlen((const char *)device.id);
  device.kinds = &kind;
  device.kind_count = 1;
#if FORME_WITH_REFER
  device.referral = &referral;
#endif
  if (settings.output != NULL) {
    output.file = open(settings.output, O_RDWR | O_CREAT, 0666);
    if (output.file < 0) die(EXIT_FILE, "cannot write", settings.output);
  }
  request.data = write_bytes;
  request.user = &output;
#if FORME_WITH_PATCH
  if (request.shown != NULL && output.file >= 0) {
    struct stat facts;
    if (fstat(output.file, &facts) != 0 || facts.st_size > (off_t)FORME_LIMIT_FORM_BYTES) {
      die(EXIT_FILE, "cannot use", settings.output);
    }
    request.load = load_bytes;
    request.shown_total = (uint32_t)facts.st_size;
  }
#endif

  link.read = socket_read;
  link.write = socket_write;
#if FORME_WITH_KEYS
  link.random = random_bytes;
#endif
  link.user = &descriptor_of_link;
  signal(SIGPIPE, SIG_IGN);
  uint8_t *buffer = malloc(settings.buffer_size);
  if (buffer == NULL || forme_init(&client, &device, &link, buffer, settings.buffer_size) != FORME_DONE) {
    die(EXIT_FILE, "cannot begin", "");
  }
  if (settings.partial != NULL) restore_partial(settings.partial, &output, &client.partial);
  enum forme_result result = fetch(&settings, &client, &request, &descriptor_of_link, &form, &connections);
  if (settings.partial != NULL) keep_partial(settings.partial, &client.partial);
  report(result, &client, &form, &output, connections);
  if (output.file >= 0) {
    if (result == FORME_DONE && ftruncate(output.file, (off_t)form.total) != 0) {
      die(EXIT_FILE, "cannot write", settings.output);
    }
    close(output.file);
  }
  free(buffer);
  return result == FORME_NOT_MODIFIED ? 0 : (int)result;
}
