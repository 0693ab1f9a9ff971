# The bytes of the Forme protocol, version 1, for Kaitai Struct (https://kaitai.io).
#
# One direction of a connection, from its first byte, without gaps. Kaitai cannot compute checks: a
# reader that wants to know compares `check` and `crc32` itself (PROTOCOL.md, section 2). Which bytes
# may follow which is said in states.md, not here.
meta:
  id: forme
  title: Forme protocol, one direction of a connection
  license: Apache-2.0
  endian: be
  encoding: UTF-8
  ks-version: "0.9"
doc-ref: PROTOCOL.md
seq:
  - id: frames
    type: frame
    repeat: eos
types:
  frame:
    doc: Section 2.
    seq:
      - id: type
        type: u1
        enum: messages
      - id: flags
        type: flags
      - id: length
        type: u2
        doc: Bytes of payload and trailer.
      - id: request
        type: u2
      - id: check
        type: u2
        doc: CRC-16/IBM-3740 over the first 6 bytes.
      - id: payload
        size: length - trailer_bytes
        type:
          switch-on: type
          cases:
            messages::hello: hello
            messages::welcome: welcome
            messages::capabilities: capabilities
            messages::accepted: accepted
            messages::prove: prove
            messages::proven: proven
            messages::get: get
            messages::form: form
            messages::data: data
            messages::credit: credit
            messages::put: put
            messages::ready: ready
            messages::stored: stored
            messages::list: list
            messages::listing: listing
            messages::remove: remove
            messages::watch: watch
            messages::notify: notify
            messages::goaway: goaway
            messages::refer: refer
            messages::origin: origin
            messages::error: error
            messages::cancel: empty
            messages::ok: empty
            messages::ping: empty
            messages::pong: empty
      - id: crc32
        type: u4
        if: flags.crc32
        doc: CRC-32/ISO-HDLC of header and payload.
      - id: mac
        size: 8
        if: flags.mac
    instances:
      trailer_bytes:
        value: "flags.crc32 ? 4 : (flags.mac ? 8 : 0)"
  flags:
    doc: Section 2.2. Bits are read from the highest to the lowest.
    seq:
      - id: ignored
        type: b4
      - id: reserved
        type: b1
      - id: mac
        type: b1
      - id: crc32
        type: b1
      - id: last
        type: b1
  empty:
    doc: A message without fields.
    seq: []
  text:
    doc: A string, section 3.3.
    seq:
      - id: length
        type: u1
      - id: value
        type: str
        size: length
  blob:
    seq:
      - id: length
        type: u1
      - id: value
        size: length
  digest:
    doc: The first 16 bytes of a SHA-256, or zeros for none.
    seq:
      - id: value
        size: 16
  hello:
    doc: Section 5.1.
    seq:
      - id: magic
        contents: FORM
      - id: major
        type: u1
        valid: 1
      - id: minor
        type: u1
      - id: max_frame
        type: u2
        valid:
          min: 248
      - id: keep_alive
        type: u2
      - id: device_id
        type: blob
      - id: key_count
        type: u1
        valid:
          max: 4
      - id: form_keys
        type: digest
        repeat: expr
        repeat-expr: key_count
      - id: tlvs
        type: tlv
        repeat: eos
  tlv:
    seq:
      - id: type
        type: u1
        enum: hello_fields
      - id: length
        type: u1
      - id: value
        size: length
        type:
          switch-on: type
          cases:
            hello_fields::model: rest_text
            hello_fields::firmware: rest_text
            hello_fields::battery_millivolts: unsigned16
            hello_fields::battery_percent: unsigned8
            hello_fields::rssi: signed8
            hello_fields::temperature: signed8
            hello_fields::wake_reason: unsigned8
            hello_fields::free_heap: unsigned32
            hello_fields::last_error: error_code
            hello_fields::shown: digest
            hello_fields::ticket: ticket
  rest_text:
    seq:
      - id: value
        type: str
        size-eos: true
  unsigned8:
    seq:
      - id: value
        type: u1
  signed8:
    seq:
      - id: value
        type: s1
  unsigned16:
    seq:
      - id: value
        type: u2
  unsigned32:
    seq:
      - id: value
        type: u4
  ticket:
    doc: What REFER handed out, 1 to 64 bytes.
    seq:
      - id: value
        size-eos: true
  error_code:
    seq:
      - id: value
        type: u1
        enum: errors
  welcome:
    doc: Section 5.2.
    seq:
      - id: minor
        type: u1
      - id: ignored_flags
        type: b6
      - id: must_authenticate
        type: b1
      - id: need_capabilities
        type: b1
      - id: max_frame
        type: u2
        valid:
          min: 8192
      - id: keep_alive
        type: u2
        valid:
          min: 1
      - id: unix_time
        type: u8
      - id: nonce
        size: 32
  capabilities:
    doc: Section 5.3.
    seq:
      - id: count
        type: u1
        valid:
          min: 1
          max: 4
      - id: descriptors
        type: descriptor
        repeat: expr
        repeat-expr: count
  descriptor:
    seq:
      - id: length
        type: u2
      - id: fields
        size: length
        type: descriptor_fields_list
  descriptor_fields_list:
    seq:
      - id: fields
        type: descriptor_field
        repeat: eos
  descriptor_field:
    doc: DESCRIPTOR.md.
    seq:
      - id: type
        type: u1
        enum: descriptor_fields
      - id: length
        type: u2
      - id: value
        size: length
  accepted:
    seq:
      - id: form_keys
        type: digest
        repeat: eos
  prove:
    doc: Section 13.1.
    seq:
      - id: id
        type: text
      - id: nonce
        size: 32
      - id: proof
        size: 32
  proven:
    seq:
      - id: proof
        size: 32
  get:
    doc: Section 6.1.
    seq:
      - id: kind
        type: u1
        valid:
          max: 1
      - id: image_id
        type: digest
        if: kind == 0
      - id: name
        type: text
        if: kind == 1
      - id: shown
        type: digest
      - id: partial
        type: digest
      - id: offset
        type: u4
      - id: credit
        type: u4
  form:
    seq:
      - id: status
        type: u1
        enum: form_status
      - id: alternative
        type: u1
        valid:
          max: 3
      - id: etag
        type: digest
      - id: sent
        type: digest
      - id: total
        type: u4
      - id: offset
        type: u4
      - id: length
        type: u4
      - id: width
        type: u2
      - id: height
        type: u2
      - id: codec
        type: u1
        enum: codecs
      - id: parameter
        type: u1
      - id: generation
        type: u4
      - id: next_poll
        type: u4
  data:
    doc: Section 6.2.
    seq:
      - id: bytes
        size-eos: true
  credit:
    seq:
      - id: bytes
        type: u4
        valid:
          min: 1
  put:
    doc: Section 6.3.
    seq:
      - id: name
        type: text
      - id: length
        type: u4
      - id: sha256
        size: 32
  ready:
    seq:
      - id: next_offset
        type: u4
      - id: credit
        type: u4
  stored:
    seq:
      - id: image_id
        type: digest
      - id: generation
        type: u4
  list:
    doc: Section 6.4.
    seq:
      - id: prefix
        type: text
      - id: after
        type: text
  listing:
    seq:
      - id: entries
        type: entry
        repeat: eos
  entry:
    seq:
      - id: name
        type: text
      - id: image_id
        type: digest
      - id: size
        type: u4
      - id: time
        type: u4
  remove:
    seq:
      - id: name
        type: text
  watch:
    doc: Section 6.6.
    seq:
      - id: names
        type: text
        repeat: eos
  notify:
    seq:
      - id: name
        type: text
      - id: image_id
        type: digest
      - id: generation
        type: u4
  goaway:
    doc: Section 7.
    seq:
      - id: reason
        type: u1
        enum: goaway_reasons
      - id: hold_off
        type: u4
  refer:
    doc: Section 6.7.
    seq:
      - id: ttl
        type: u2
        valid:
          min: 1
      - id: family
        type: u1
        valid:
          any-of: [4, 6]
      - id: ipv4
        size: 4
        if: family == 4
      - id: ipv6
        size: 16
        if: family == 6
      - id: port
        type: u2
        valid:
          min: 1
      - id: ticket
        type: blob
  origin:
    doc: Section 15. A front says it to a back.
    seq:
      - id: ignored_flags
        type: b5
      - id: refer
        type: b1
      - id: register
        type: b1
      - id: retrieve
        type: b1
      - id: prefix
        type: text
      - id: device_id
        type: blob
      - id: key_id
        type: text
      - id: key_count
        type: u1
        valid:
          max: 4
      - id: form_keys
        type: digest
        repeat: expr
        repeat-expr: key_count
      - id: sealed
        type: blob
  error:
    doc: Section 7.
    seq:
      - id: code
        type: u1
        enum: errors
      - id: ignored_flags
        type: b6
      - id: closes
        type: b1
      - id: retry
        type: b1
      - id: retry_after
        type: u2
      - id: detail
        type: text
enums:
  messages:
    # registry: messages
    0x01: hello
    0x02: welcome
    0x03: capabilities
    0x04: accepted
    0x05: prove
    0x06: proven
    0x10: get
    0x11: form
    0x12: data
    0x13: credit
    0x14: cancel
    0x20: put
    0x21: ready
    0x22: stored
    0x23: list
    0x24: listing
    0x25: remove
    0x30: watch
    0x31: notify
    0x3f: ok
    0x40: ping
    0x41: pong
    0x43: goaway
    0x44: refer
    0x45: origin
    0x7f: error
    # end registry
  hello_fields:
    # registry: hello-fields
    0x81: model
    0x82: firmware
    0x83: battery_millivolts
    0x84: battery_percent
    0x85: rssi
    0x86: temperature
    0x87: wake_reason
    0x88: free_heap
    0x89: last_error
    0x8a: shown
    0x8b: ticket
    # end registry
  form_status:
    # registry: form-status
    0x00: ok
    0x01: not_modified
    0x02: pending
    0x03: patch
    # end registry
  errors:
    # registry: errors
    0x80: not_found
    0x81: no_capabilities
    0x82: unsupported_field
    0x83: invalid_descriptor
    0x84: form_too_large
    0x85: picture_refused
    0x86: picture_too_large
    0x87: digest_mismatch
    0x88: name_invalid
    0x89: not_allowed
    0x8a: busy
    0x8b: store_full
    0x8c: cancelled
    0x8d: credit_timeout
    0x8e: internal
    0xc0: malformed
    0xc1: check_mismatch
    0xc2: frame_too_long
    0xc3: unknown_type
    0xc4: unexpected_message
    0xc5: version
    0xc6: not_proven
    0xc7: bad_mac
    0xc8: credit_overflow
    0xc9: deadline
    0xca: too_many_connections
    # end registry
  goaway_reasons:
    # registry: goaway-reasons
    0x00: shutting_down
    0x01: idle
    0x02: moved
    0x03: overloaded
    # end registry
  descriptor_fields:
    # registry: descriptor-fields
    0x01: size
    0x02: resolution
    0x03: color
    0x04: layout
    0x05: fit
    0x06: tone
    0x07: halftone
    0x08: container
    0x09: codecs
    0x0a: limits
    # end registry
  codecs:
    # registry: codecs
    0x00: identity
    0x01: packbits
    0x02: zlib
    # end registry
