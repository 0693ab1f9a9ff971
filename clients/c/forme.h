/* A client of the Forme protocol (spec/PROTOCOL.md) for devices without an allocator: C99, one struct,
 * one buffer of the caller's, two callbacks. Needs memcpy and memset and nothing else of a C library.
 *
 * Calls block until their answer has come. Nothing reaches a callback of the caller's before its frame
 * has passed every check. One struct forme serves one connection at a time and is not for two threads.
 */
#ifndef FORME_H
#define FORME_H

#include <stddef.h>
#include <stdint.h>

#include "forme_registry.h"

/* What is built in. Each switch may be set on the compiler's command line; README.md tells what it costs. */

/** Check the digests of what arrives. Without it the caller compares them (struct forme_form) itself. */
#ifndef FORME_WITH_SHA256
#define FORME_WITH_SHA256 1
#endif
/** Prove a key and check a MAC on every frame. Needs FORME_WITH_SHA256. */
#ifndef FORME_WITH_KEYS
#define FORME_WITH_KEYS FORME_WITH_SHA256
#endif
/** Take patches: only the bytes that differ from what is shown. Needs FORME_WITH_SHA256. */
#ifndef FORME_WITH_PATCH
#define FORME_WITH_PATCH FORME_WITH_SHA256
#endif
/** WATCH and NOTIFY. */
#ifndef FORME_WITH_WATCH
#define FORME_WITH_WATCH 1
#endif
/** Follow REFER to another server. Without it HELLO says that the device does not. */
#ifndef FORME_WITH_REFER
#define FORME_WITH_REFER 1
#endif
/** CRC-32 with a table of 16 entries (64 bytes, 4 times as fast); 0 computes it bit by bit. */
#ifndef FORME_WITH_CRC_TABLE
#define FORME_WITH_CRC_TABLE 1
#endif
/** Send extension points at random places, so that servers keep ignoring them (section "Grease"). */
#ifndef FORME_WITH_GREASE
#define FORME_WITH_GREASE 0
#endif

#if (FORME_WITH_KEYS || FORME_WITH_PATCH) && !FORME_WITH_SHA256
#error "FORME_WITH_KEYS and FORME_WITH_PATCH need FORME_WITH_SHA256"
#endif

#if FORME_WITH_SHA256
#include "forme_sha256.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** The smallest buffer: one frame of the length that every peer takes. */
#define FORME_SMALLEST_BUFFER 256

/** How a call ended. From FORME_LOST to FORME_BROKEN the connection is over: close the link, open it,
 *  forme_connect(). */
enum forme_result {
  /** What was asked for has happened. */
  FORME_DONE = 0,
  /** The device shows the form already. */
  FORME_NOT_MODIFIED = 1,
  /** The form is being made: ask again after `next_poll` seconds. */
  FORME_PENDING = 2,
  /** The server answered ERROR: see `error`, `error_flags`, `retry_after`. The connection goes on. */
  FORME_REFUSED = 3,
  /** A callback of the caller's said stop. What arrived until then is gone on with at the next GET. */
  FORME_STOPPED = 4,
  /** The bytes are not those of the digest. Nothing may be shown; ask again, with `shown` NULL. */
  FORME_DAMAGED = 5,
  /** forme_wait(): nothing came in the time that the link's read waits. */
  FORME_IDLE = 6,
  /** An argument is out of its range; nothing was sent. */
  FORME_MISUSE = 7,
  /** The link was lost or too slow. */
  FORME_LOST = 8,
  /** The server closed: GOAWAY (`error` 0) or ERROR (`error`, `error_flags`); `retry_after` seconds. */
  FORME_CLOSED = 9,
  /** The server, or the link, broke the protocol: `error` tells how. ERROR was sent. */
  FORME_BROKEN = 10,
  /** Another server transmits the form: close the link, open one to what device->referral says, and ask there
   *  after forme_follow() instead of forme_connect(). Nothing is lost when that fails: ask the first one again. */
  FORME_REFERRED = 11
};

/** The link, for example a socket or a modem. `user` is handed to each callback. */
struct forme_link {
  /** Puts 1 to `count` bytes into `bytes` and returns how many; waits for the first one. 0: none came
   *  in the time that the device likes to wait (60 s are advised); negative: the link is lost. */
  int32_t (*read)(void *user, uint8_t *bytes, size_t count);
  /** Sends 1 to `count` bytes and returns how many; 0 or negative: the link is lost. */
  int32_t (*write)(void *user, const uint8_t *bytes, size_t count);
#if FORME_WITH_KEYS
  /** Fills `bytes` with what it never gave before: of a random generator, or a counter that survives a
   *  reset. Returns 0, or anything else when it cannot. Only called with a key, may be NULL without. */
  int (*random)(void *user, uint8_t *bytes, size_t count);
#endif
  void *user;
};

/** One way in which the device can show a form. */
struct forme_kind {
  /** First 16 bytes of SHA-256("forme/1 form", a 0, descriptor): forme_form_key(). */
  uint8_t key[16];
  /** The capability descriptor (spec/DESCRIPTOR.md), sent only when the server does not know the key. */
  const uint8_t *descriptor;
  uint16_t descriptor_length;
};

#if FORME_WITH_KEYS
/** What the device proves itself with: the line that `forme-server key add` prints. */
struct forme_secret {
  /** 1 to 16 bytes. */
  const char *id;
  uint8_t key[32];
};
#endif

#if FORME_WITH_REFER
/** Where REFER sends a device, and what it shows there. The client writes it: on FORME_REFERRED, and with a key
 *  at each forme_connect(). */
struct forme_referral {
  /** TCP's port. */
  uint16_t port;
  /** For how many seconds the ticket is taken. */
  uint16_t ttl;
  /** 4 or 6. */
  uint8_t family;
  /** Its first 4 bytes, or all, in network order. */
  uint8_t address[16];
  /** FORME_FIELD_TICKET, a length of 1 to 64, the ticket: as it stands in HELLO. */
  uint8_t ticket[2 + FORME_LIMIT_TICKET_BYTES];
#if FORME_WITH_KEYS
  /** What is proven there instead of the device's key. */
  uint8_t key[32];
#endif
};
#endif

/** What does not change while the device runs; may be in ROM. */
struct forme_device {
  /** 0 to 32 bytes that tell the device from others. */
  const uint8_t *id;
  uint8_t id_length;
  /** 0 to 4, the best first. */
  uint8_t kind_count;
  const struct forme_kind *kinds;
  /** The most seconds between two frames of the device's; 0: as the server likes. */
  uint16_t keep_alive;
  /** The most bytes of a form as sent; 0: FORME_LIMIT_FORM_BYTES. */
  uint32_t form_limit;
#if FORME_WITH_KEYS
  /** NULL: none. With one the server must prove the same one, or the connection ends. */
  const struct forme_secret *secret;
#endif
#if FORME_WITH_REFER
  /** Where REFER is kept; NULL: the device does not follow it, and HELLO says so. */
  struct forme_referral *referral;
#endif
};

/** The answer to GET (section "GET"). */
struct forme_form {
  uint8_t status;
  /** Which of the device's kinds this form is for. */
  uint8_t alternative;
  /** First 16 bytes of the SHA-256 of the form before its codec: `shown` of the next GET. */
  uint8_t etag[16];
  /** The same of the bytes as sent; of a patch, of its bytes. */
  uint8_t sent[16];
  /** Bytes of the whole form as sent. */
  uint32_t total;
  /** Of the first byte that comes now: above 0 when a transfer goes on, and for a patch. */
  uint32_t offset;
  /** Bytes that come now. */
  uint32_t length;
  uint16_t width;
  uint16_t height;
  /** How the bytes as sent are packed: 0 not at all. Only what the descriptor lists. */
  uint8_t codec;
  uint8_t codec_parameter;
  uint32_t generation;
  /** Seconds until the device should ask again; 0: no advice. */
  uint32_t next_poll;
};

/** What forme_get() asks for, and where the bytes go. */
struct forme_request {
  /** The picture's name, 1 to 128 bytes; NULL: `image` is its id. */
  const char *name;
  const uint8_t *image;
  /** The etag of what the device shows; NULL or zeros: nothing, or not known. */
  const uint8_t *shown;
  /** Bytes that may be under way, at least 64. 0: as many as one frame brings into the buffer. A link
   *  that holds back bytes itself, such as TCP, is faster with more. */
  uint32_t window;
  /** Called before the first byte; may be NULL. Anything but 0 stops. `form->offset` above 0 without a
   *  patch: the bytes before it came earlier and must still be there. */
  int (*begin)(void *user, const struct forme_form *form);
  /** Takes `count` bytes, 1 to 65,535, at `offset` of the form. Anything but 0 stops. They come in
   *  order, but may be shown only when forme_get() returned FORME_DONE. */
  int (*data)(void *user, uint32_t offset, const uint8_t *bytes, size_t count);
#if FORME_WITH_PATCH
  /** Reads back `count` bytes at `offset` of the form that `data` wrote into; anything but 0: it cannot.
   *  NULL: the device takes no patches. */
  int (*load)(void *user, uint32_t offset, uint8_t *bytes, size_t count);
  /** With `load`: the bytes of the form `shown`. Forms of another size are never patched. */
  uint32_t shown_total;
#endif
  void *user;
};

#if FORME_WITH_WATCH
/** A watched name came to stand for another image, or was registered again: `image` is zeros when it was
 *  removed. `index` is the name's place in what forme_watch() was given. */
typedef void forme_notice(void *user, uint8_t index, const uint8_t image[16], uint32_t generation);
#endif

/** A form that did not arrive whole. */
struct forme_partial {
  /** First 16 bytes of the SHA-256 of all its bytes as sent. */
  uint8_t sent[16];
  /** How many of them are there, from the first; 0: none. */
  uint32_t offset;
#if FORME_WITH_SHA256
  /** The running digest of these. */
  struct forme_sha256 digest;
#endif
};

/** One client. Its first fields tell about the last call; the others are its own. It keeps how far a form
 *  came, so it must outlive connections: a device that sleeps keeps it, or `partial`, in retained memory. */
struct forme {
  /** The ERROR's code (FORME_ERROR_…): the server's, or the one found after FORME_BROKEN. 0: none. */
  uint8_t error;
  /** 1: the same may succeed later; 2: the sender closed. */
  uint8_t error_flags;
  /** Bytes of `detail`, a text in UTF-8 for people, until the next call. It may hold control characters. */
  uint8_t detail_length;
  /** The reason of GOAWAY. */
  uint8_t goaway_reason;
  /** Seconds to stay away after FORME_REFUSED and FORME_CLOSED; 0: no advice. */
  uint32_t retry_after;
  const uint8_t *detail;
  /** Seconds since 1970 at forme_connect(), by the server's clock. */
  uint64_t unix_time;
  /** The most seconds that the device may be silent between requests. */
  uint16_t keep_alive;

  /* Private from here on. */
  uint16_t buffer_size;
  uint16_t peer_limit;
  uint16_t request;
  uint16_t last_request;
  uint16_t fill;
  uint16_t length;
  uint8_t type;
  uint8_t flags;
  uint8_t open;
  uint8_t expects;
  uint8_t watch_count;
#if FORME_WITH_REFER
  /* This connection is one that REFER asked for. */
  uint8_t referred;
#endif
#if FORME_WITH_KEYS
  /* Whether frames have a MAC, and whether `frame` covers the one that is being sent. */
  uint8_t secured;
  uint8_t covered;
#endif
  const struct forme_device *device;
  const struct forme_link *link;
  uint8_t *buffer;
  uint32_t check;
#if FORME_WITH_WATCH
  const char *const *watched;
  forme_notice *notice;
  void *notice_user;
#endif

  /** The caller's again: what arrived of a form, and where the next GET goes on. A device that keeps nothing
   *  else in its sleep copies it away, and back after forme_init(). It stands here because a chip reaches the
   *  first fields of a struct with shorter code. */
  struct forme_partial partial;

#if FORME_WITH_KEYS
  /* The transcript during the handshake, the MAC of the frame at hand after it. */
  struct forme_sha256 frame;
  uint64_t sent_frames;
  uint64_t received_frames;
  uint8_t send_key[32];
  uint8_t receive_key[32];
#endif
};

/** Makes a client. `buffer` holds one frame: FORME_SMALLEST_BUFFER to 65,535 bytes, the caller's to keep.
 *  FORME_DONE or FORME_MISUSE. */
enum forme_result forme_init(struct forme *forme, const struct forme_device *device,
                             const struct forme_link *link, uint8_t *buffer, size_t buffer_size);

/** Begins a connection over a link that was just opened, until GET is possible. `tlvs` is what HELLO tells
 *  about the device today (forme_tlv()), or NULL. FORME_REFUSED: the server does not take the descriptors,
 *  `error` tells why; a GET on this connection would fail. */
enum forme_result forme_connect(struct forme *forme, const uint8_t *tlvs, size_t tlvs_length);

#if FORME_WITH_REFER
/** The same after FORME_REFERRED, over a link to the server that device->referral names; the next call is
 *  forme_get() for the same. FORME_CLOSED with FORME_ERROR_NOT_PROVEN: the ticket was refused. A ticket is good
 *  for one try. */
enum forme_result forme_follow(struct forme *forme);
#endif

/** Appends one value to what HELLO tells: `type` is FORME_FIELD_…, `value` a number of `length` bytes (1, 2 or
 *  4). Returns where the next one goes; the caller made room for 2 + `length` bytes. */
uint8_t *forme_tlv(uint8_t *end, uint8_t type, uint32_t value, uint8_t length);

/** The same for a text, an etag or other bytes. */
uint8_t *forme_tlv_bytes(uint8_t *end, uint8_t type, const void *bytes, uint8_t length);

/** Asks for a form and hands its bytes on. After FORME_LOST, FORME_CLOSED, FORME_BROKEN and FORME_STOPPED the
 *  next one goes on where this one ended, if it is still the same form. `form` is set when the server
 *  answered with one (FORME_DONE, _NOT_MODIFIED, _PENDING, _STOPPED, _DAMAGED). */
enum forme_result forme_get(struct forme *forme, const struct forme_request *request,
                            struct forme_form *form);

/** Forgets what arrived of a form: the next one starts at 0. For devices that have shown or lost it. */
void forme_forget(struct forme *forme);

/** Asks whether the server is there, and tells it that the device is. */
enum forme_result forme_ping(struct forme *forme);

#if FORME_WITH_WATCH
/** Watches up to 64 names instead of those before; `notice` is then called from within any later call. The
 *  names must stay where they are. */
enum forme_result forme_watch(struct forme *forme, const char *const *names, uint8_t count,
                              forme_notice *notice, void *user);

/** Waits for one notice. FORME_IDLE: none came; after `keep_alive` seconds of that, forme_ping(). */
enum forme_result forme_wait(struct forme *forme);
#endif

#if FORME_WITH_SHA256
/** A descriptor's form key, for devices that read their descriptor from elsewhere. */
void forme_form_key(const uint8_t *descriptor, size_t length, uint8_t key[16]);
#endif

#ifdef __cplusplus
}
#endif

#endif
