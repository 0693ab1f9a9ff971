-- Dissector of the Forme protocol, version 1, for Wireshark and tshark 3.6 and later.
--
-- Copy it into the folder of personal Lua plugins (Help, About, Folders), or say
--   tshark -X lua_script:forme.lua -r capture.pcap -O forme
--
-- TCP port 3676; other ports by "Decode as". Every field of every message is named. A wrong header
-- check or CRC-32 is an error of the expert information; a MAC is shown and not checked, since the
-- key is not in the capture. Section numbers are those of PROTOCOL.md.

local forme = Proto("forme", "Forme")

-- ---- names and numbers; Scripts/registry writes what stands between the markers ----

local message_names = {
  -- registry: messages
  [0x01] = "HELLO",
  [0x02] = "WELCOME",
  [0x03] = "CAPABILITIES",
  [0x04] = "ACCEPTED",
  [0x05] = "PROVE",
  [0x06] = "PROVEN",
  [0x10] = "GET",
  [0x11] = "FORM",
  [0x12] = "DATA",
  [0x13] = "CREDIT",
  [0x14] = "CANCEL",
  [0x20] = "PUT",
  [0x21] = "READY",
  [0x22] = "STORED",
  [0x23] = "LIST",
  [0x24] = "LISTING",
  [0x25] = "REMOVE",
  [0x30] = "WATCH",
  [0x31] = "NOTIFY",
  [0x3F] = "OK",
  [0x40] = "PING",
  [0x41] = "PONG",
  [0x43] = "GOAWAY",
  [0x44] = "REFER",
  [0x45] = "ORIGIN",
  [0x7F] = "ERROR",
  -- end registry
}
local hello_field_names = {
  -- registry: hello-fields
  [0x81] = "MODEL",
  [0x82] = "FIRMWARE",
  [0x83] = "BATTERY_MILLIVOLTS",
  [0x84] = "BATTERY_PERCENT",
  [0x85] = "RSSI",
  [0x86] = "TEMPERATURE",
  [0x87] = "WAKE_REASON",
  [0x88] = "FREE_HEAP",
  [0x89] = "LAST_ERROR",
  [0x8A] = "SHOWN",
  [0x8B] = "TICKET",
  -- end registry
}
local status_names = {
  -- registry: form-status
  [0x00] = "OK",
  [0x01] = "NOT_MODIFIED",
  [0x02] = "PENDING",
  [0x03] = "PATCH",
  -- end registry
}
local error_names = {
  -- registry: errors
  [0x80] = "NOT_FOUND",
  [0x81] = "NO_CAPABILITIES",
  [0x82] = "UNSUPPORTED_FIELD",
  [0x83] = "INVALID_DESCRIPTOR",
  [0x84] = "FORM_TOO_LARGE",
  [0x85] = "PICTURE_REFUSED",
  [0x86] = "PICTURE_TOO_LARGE",
  [0x87] = "DIGEST_MISMATCH",
  [0x88] = "NAME_INVALID",
  [0x89] = "NOT_ALLOWED",
  [0x8A] = "BUSY",
  [0x8B] = "STORE_FULL",
  [0x8C] = "CANCELLED",
  [0x8D] = "CREDIT_TIMEOUT",
  [0x8E] = "INTERNAL",
  [0xC0] = "MALFORMED",
  [0xC1] = "CHECK_MISMATCH",
  [0xC2] = "FRAME_TOO_LONG",
  [0xC3] = "UNKNOWN_TYPE",
  [0xC4] = "UNEXPECTED_MESSAGE",
  [0xC5] = "VERSION",
  [0xC6] = "NOT_PROVEN",
  [0xC7] = "BAD_MAC",
  [0xC8] = "CREDIT_OVERFLOW",
  [0xC9] = "DEADLINE",
  [0xCA] = "TOO_MANY_CONNECTIONS",
  -- end registry
}
local goaway_names = {
  -- registry: goaway-reasons
  [0x00] = "SHUTTING_DOWN",
  [0x01] = "IDLE",
  [0x02] = "MOVED",
  [0x03] = "OVERLOADED",
  -- end registry
}
local descriptor_names = {
  -- registry: descriptor-fields
  [0x01] = "size",
  [0x02] = "resolution",
  [0x03] = "color",
  [0x04] = "layout",
  [0x05] = "fit",
  [0x06] = "tone",
  [0x07] = "halftone",
  [0x08] = "container",
  [0x09] = "codecs",
  [0x0A] = "limits",
  -- end registry
}
local codec_names = {
  -- registry: codecs
  [0x00] = "identity",
  [0x01] = "packbits",
  [0x02] = "zlib",
  -- end registry
}
local reference_names = { [0] = "image id", [1] = "name" }
local family_names = { [4] = "IPv4", [6] = "IPv6" }

local HEADER_BYTES, CRC32_BYTES, MAC_BYTES = 8, 4, 8
local FLAG_LAST, FLAG_CRC32, FLAG_MAC, FLAG_RESERVED = 0x01, 0x02, 0x04, 0x08

-- ---- checks (section 2) ----

local bits = bit or bit32 or require("bit")

local function unsigned(value)
  return value % 0x100000000
end

local crc16_table, crc32_table = {}, {}
for byte = 0, 255 do
  local short, long = byte * 256, byte
  for _ = 1, 8 do
    local carry = short >= 0x8000
    short = (short * 2) % 0x10000
    if carry then short = bits.bxor(short, 0x1021) end
    local odd = long % 2 == 1
    long = math.floor(long / 2)
    if odd then long = unsigned(bits.bxor(long, 0xEDB88320)) end
  end
  crc16_table[byte], crc32_table[byte] = short, long
end

-- CRC-16/IBM-3740 of the first 6 bytes.
local function header_check(bytes)
  local crc = 0xFFFF
  for index = 0, 5 do
    local top = bits.bxor(math.floor(crc / 256), bytes:get_index(index))
    crc = bits.bxor((crc * 256) % 0x10000, crc16_table[top])
  end
  return crc
end

-- CRC-32/ISO-HDLC of the first `count` bytes.
local function crc32(bytes, count)
  local crc = 0xFFFFFFFF
  for index = 0, count - 1 do
    local low = bits.bxor(crc % 256, bytes:get_index(index))
    crc = unsigned(bits.bxor(math.floor(crc / 256), crc32_table[low]))
  end
  return unsigned(bits.bnot(crc))
end

-- ---- fields ----

local f, is_text = {}, {}

-- Declares forme.<path> and keeps it under this path.
local function field(kind, path, label, ...)
  f[path] = ProtoField[kind]("forme." .. path, label, ...)
  is_text[path] = kind == "string"
end

-- A length and what it counts.
local function counted(kind, path, label, length_kind)
  field(length_kind or "uint8", path .. ".length", label .. " length", base.DEC)
  field(kind, path, label)
end

field("uint8", "type", "Type", base.HEX, message_names)
field("uint8", "flags", "Flags", base.HEX)
field("bool", "flags.last", "last", 8, nil, FLAG_LAST)
field("bool", "flags.crc32", "CRC-32 trailer", 8, nil, FLAG_CRC32)
field("bool", "flags.mac", "MAC trailer", 8, nil, FLAG_MAC)
field("bool", "flags.reserved", "reserved", 8, nil, FLAG_RESERVED)
field("uint8", "flags.ignored", "ignored", base.HEX, nil, 0xF0)
field("uint16", "length", "Length of payload and trailer", base.DEC)
field("uint16", "request", "Request", base.DEC)
field("uint16", "check", "Header check", base.HEX)
field("uint32", "crc32", "CRC-32", base.HEX)
field("bytes", "mac", "MAC (not checked)")
field("bytes", "skipped", "Payload of an unknown type")
field("bytes", "refused", "Bytes after a refused header")
field("bytes", "trailing", "Bytes after the last field")

field("string", "hello.magic", "Magic")
field("uint8", "hello.major", "Major version", base.DEC)
field("uint8", "hello.minor", "Minor version", base.DEC)
field("uint16", "hello.max_frame", "Largest frame taken", base.DEC)
field("uint16", "hello.keep_alive", "Keep-alive wanted (s)", base.DEC)
counted("bytes", "hello.device_id", "Device id")
field("uint8", "hello.key_count", "Form keys", base.DEC)
field("bytes", "hello.form_key", "Form key")
field("none", "hello.tlv", "TLV")
field("uint8", "hello.tlv.type", "Type", base.HEX, hello_field_names)
field("uint8", "hello.tlv.length", "Length", base.DEC)
field("string", "hello.model", "Model")
field("string", "hello.firmware", "Firmware")
field("uint16", "hello.battery_millivolts", "Battery (mV)", base.DEC)
field("uint8", "hello.battery_percent", "Battery (percent)", base.DEC)
field("int8", "hello.rssi", "RSSI (dBm)", base.DEC)
field("int8", "hello.temperature", "Temperature (°C)", base.DEC)
field("uint8", "hello.wake_reason", "Wake reason", base.DEC)
field("uint32", "hello.free_heap", "Free heap (bytes)", base.DEC)
field("uint8", "hello.last_error", "Last error", base.HEX, error_names)
field("bytes", "hello.shown", "Shown etag")
field("bytes", "hello.ticket", "Ticket")
field("bytes", "hello.tlv.value", "Value of an unknown TLV")

field("uint8", "welcome.minor", "Minor version in force", base.DEC)
field("uint8", "welcome.flags", "Flags", base.HEX)
field("bool", "welcome.flags.need_capabilities", "CAPABILITIES must follow", 8, nil, 0x01)
field("bool", "welcome.flags.must_authenticate", "a key must be proven", 8, nil, 0x02)
field("uint16", "welcome.max_frame", "Largest frame taken", base.DEC)
field("uint16", "welcome.keep_alive", "Keep-alive (s)", base.DEC)
field("absolute_time", "welcome.time", "Time of the server", base.UTC)
field("bytes", "welcome.nonce", "Nonce")

field("uint8", "capabilities.count", "Descriptors", base.DEC)
field("uint16", "capabilities.length", "Descriptor length", base.DEC)
field("bytes", "descriptor", "Descriptor")
field("uint8", "descriptor.type", "Field", base.HEX, descriptor_names)
field("uint16", "descriptor.length", "Field length", base.DEC)
field("bytes", "descriptor.value", "Field value")
field("bytes", "accepted.form_key", "Form key")

counted("string", "prove.id", "Key id")
field("bytes", "prove.nonce", "Nonce")
field("bytes", "prove.proof", "Proof")
field("bytes", "proven.proof", "Proof")

field("uint8", "get.kind", "Reference kind", base.DEC, reference_names)
field("bytes", "get.image_id", "Image id")
counted("string", "get.name", "Name")
field("bytes", "get.shown", "Shown etag")
field("bytes", "get.partial", "Held part of")
field("uint32", "get.offset", "Bytes held", base.DEC)
field("uint32", "get.credit", "Credit", base.DEC)

field("uint8", "form.status", "Status", base.DEC, status_names)
field("uint8", "form.alternative", "Alternative", base.DEC)
field("bytes", "form.etag", "Etag")
field("bytes", "form.sent", "Digest as sent")
field("uint32", "form.total", "Total bytes", base.DEC)
field("uint32", "form.offset", "Offset", base.DEC)
field("uint32", "form.length", "Bytes that DATA brings", base.DEC)
field("uint16", "form.width", "Width", base.DEC)
field("uint16", "form.height", "Height", base.DEC)
field("uint8", "form.codec", "Codec", base.DEC, codec_names)
field("uint8", "form.parameter", "Codec parameter", base.DEC)
field("uint32", "form.generation", "Generation", base.DEC)
field("uint32", "form.next_poll", "Next poll (s)", base.DEC)

field("bytes", "data", "Bytes of the form or picture")
field("uint32", "credit.bytes", "Credit", base.DEC)

counted("string", "put.name", "Name")
field("uint32", "put.length", "Picture bytes", base.DEC)
field("bytes", "put.sha256", "SHA-256")
field("uint32", "ready.next_offset", "Next offset", base.DEC)
field("uint32", "ready.credit", "Credit", base.DEC)
field("bytes", "stored.image_id", "Image id")
field("uint32", "stored.generation", "Generation", base.DEC)

counted("string", "list.prefix", "Prefix")
counted("string", "list.after", "After")
field("none", "listing.entry", "Entry")
counted("string", "listing.name", "Name")
field("bytes", "listing.image_id", "Image id")
field("uint32", "listing.size", "Picture bytes", base.DEC)
field("absolute_time", "listing.time", "Registered", base.UTC)
counted("string", "remove.name", "Name")
counted("string", "watch.name", "Name")
counted("string", "notify.name", "Name")
field("bytes", "notify.image_id", "Image id")
field("uint32", "notify.generation", "Generation", base.DEC)

field("uint8", "goaway.reason", "Reason", base.DEC, goaway_names)
field("uint32", "goaway.hold_off", "Hold-off (s)", base.DEC)
field("uint16", "refer.ttl", "Ticket taken for (s)", base.DEC)
field("uint8", "refer.family", "Family", base.DEC, family_names)
field("ipv4", "refer.ipv4", "Address")
field("ipv6", "refer.ipv6", "Address")
field("uint16", "refer.port", "Port", base.DEC)
counted("bytes", "refer.ticket", "Ticket")
field("uint8", "origin.flags", "Flags", base.HEX)
field("bool", "origin.flags.retrieve", "may GET, LIST and WATCH", 8, nil, 0x01)
field("bool", "origin.flags.register", "may PUT and REMOVE", 8, nil, 0x02)
field("bool", "origin.flags.refer", "a form is to be answered by REFER", 8, nil, 0x04)
counted("string", "origin.prefix", "Prefix")
counted("bytes", "origin.device_id", "Device id")
counted("string", "origin.key_id", "Key id")
field("uint8", "origin.key_count", "Form keys", base.DEC)
field("bytes", "origin.form_key", "Form key")
counted("bytes", "origin.sealed", "Sealed referral secret")
field("uint8", "error.code", "Code", base.HEX, error_names)
field("uint8", "error.flags", "Flags", base.HEX)
field("bool", "error.flags.retry", "the same request may succeed later", 8, nil, 0x01)
field("bool", "error.flags.closes", "the sender closes", 8, nil, 0x02)
field("uint16", "error.retry_after", "Retry after (s)", base.DEC)
counted("string", "error.detail", "Detail")

local declared = {}
for _, one in pairs(f) do declared[#declared + 1] = one end
forme.fields = declared

local expert_check = ProtoExpert.new(
  "forme.expert.check", "The header's check is wrong", expert.group.CHECKSUM, expert.severity.ERROR)
local expert_crc32 = ProtoExpert.new(
  "forme.expert.crc32", "The CRC-32 is wrong", expert.group.CHECKSUM, expert.severity.ERROR)
local expert_flags = ProtoExpert.new(
  "forme.expert.flags", "Flags that are refused", expert.group.PROTOCOL, expert.severity.ERROR)
local expert_malformed = ProtoExpert.new(
  "forme.expert.malformed", "The payload is not this message", expert.group.MALFORMED,
  expert.severity.ERROR)
local expert_unknown = ProtoExpert.new(
  "forme.expert.unknown", "Unknown type", expert.group.UNDECODED, expert.severity.WARN)
local expert_skipped = ProtoExpert.new(
  "forme.expert.skipped", "Unknown type that is skipped", expert.group.UNDECODED, expert.severity.NOTE)
local expert_failed = ProtoExpert.new(
  "forme.expert.error", "ERROR", expert.group.RESPONSE_CODE, expert.severity.NOTE)
forme.experts = {
  expert_check, expert_crc32, expert_flags, expert_malformed, expert_unknown, expert_skipped,
  expert_failed,
}

-- ---- reading a payload ----

-- What reading stops with where a payload ends inside a field.
local TRUNCATED = {}

local Cursor = {}
Cursor.__index = Cursor

local function cursor(tvb, tree)
  return setmetatable({ tvb = tvb, tree = tree, offset = 0 }, Cursor)
end

function Cursor:rest()
  return self.tvb:len() - self.offset
end

-- Adds a field of `count` bytes; returns its range and its item.
function Cursor:add(path, count, tree)
  if self:rest() < count then error(TRUNCATED) end
  local parent = tree or self.tree
  if count == 0 then
    return nil, parent:add(f[path], self.tvb(self.offset, 0), "")
  end
  local range = self.tvb(self.offset, count)
  local item
  if is_text[path] then
    item = parent:add_packet_field(f[path], range, ENC_UTF_8)
  else
    item = parent:add(f[path], range)
  end
  self.offset = self.offset + count
  return range, item
end

-- Adds a length and as many bytes; returns their range, nil when there are none.
function Cursor:counted(path, tree)
  local count = self:add(path .. ".length", 1, tree):uint()
  if count == 0 then return nil end
  return (self:add(path, count, tree))
end

function Cursor:flags(path, names)
  local range, item = self:add(path, 1)
  for _, name in ipairs(names) do item:add(f[path .. "." .. name], range) end
end

-- A length and a text; the text also ends the line that stands for the frame.
function Cursor:name(path, tree)
  local range = self:counted(path, tree)
  return range and range:string(ENC_UTF_8) or ""
end

-- Adds seconds since 1970 of 4 or 8 bytes.
function Cursor:time(path, count, tree)
  if self:rest() < count then error(TRUNCATED) end
  local range = self.tvb(self.offset, count)
  local seconds = count == 8 and range:uint64():tonumber() or range:uint()
  ;(tree or self.tree):add(f[path], range, NSTime.new(seconds, 0))
  self.offset = self.offset + count
end

local hello_values = {
  [0x81] = "hello.model", [0x82] = "hello.firmware", [0x83] = "hello.battery_millivolts",
  [0x84] = "hello.battery_percent", [0x85] = "hello.rssi", [0x86] = "hello.temperature",
  [0x87] = "hello.wake_reason", [0x88] = "hello.free_heap", [0x89] = "hello.last_error",
  [0x8A] = "hello.shown", [0x8B] = "hello.ticket",
}
local hello_lengths = {
  [0x83] = 2, [0x84] = 1, [0x85] = 1, [0x86] = 1, [0x87] = 1, [0x88] = 4, [0x89] = 1, [0x8A] = 16,
}

local function descriptor(c, length)
  local first = c.offset
  if c:rest() < length then error(TRUNCATED) end
  local tree = c.tree:add(f["descriptor"], c.tvb(first, length))
  while c.offset < first + length do
    local kind = c:add("descriptor.type", 1, tree):uint()
    local count = c:add("descriptor.length", 2, tree):uint()
    if c.offset + count > first + length then error(TRUNCATED) end
    local _, item = c:add("descriptor.value", count, tree)
    item:append_text(" (" .. (descriptor_names[kind] or "unknown") .. ")")
  end
end

-- What each message's payload holds; a text that is returned ends the line of the frame.
local payloads = {
  HELLO = function(c)
    c:add("hello.magic", 4)
    c:add("hello.major", 1)
    c:add("hello.minor", 1)
    c:add("hello.max_frame", 2)
    c:add("hello.keep_alive", 2)
    c:counted("hello.device_id")
    for _ = 1, c:add("hello.key_count", 1):uint() do c:add("hello.form_key", 16) end
    while c:rest() > 0 do
      local tree = c.tree:add(f["hello.tlv"], c.tvb(c.offset))
      local kind = c:add("hello.tlv.type", 1, tree):uint()
      local length = c:add("hello.tlv.length", 1, tree):uint()
      tree:set_len(2 + math.min(length, c:rest()))
      tree:append_text(": " .. (hello_field_names[kind] or "unknown"))
      if hello_lengths[kind] and hello_lengths[kind] ~= length then error(TRUNCATED) end
      if length > 0 then c:add(hello_values[kind] or "hello.tlv.value", length, tree) end
    end
  end,
  WELCOME = function(c)
    c:add("welcome.minor", 1)
    c:flags("welcome.flags", { "need_capabilities", "must_authenticate" })
    c:add("welcome.max_frame", 2)
    c:add("welcome.keep_alive", 2)
    c:time("welcome.time", 8)
    c:add("welcome.nonce", 32)
  end,
  CAPABILITIES = function(c)
    for _ = 1, c:add("capabilities.count", 1):uint() do
      descriptor(c, c:add("capabilities.length", 2):uint())
    end
  end,
  ACCEPTED = function(c)
    repeat c:add("accepted.form_key", 16) until c:rest() == 0
  end,
  PROVE = function(c)
    local id = c:name("prove.id")
    c:add("prove.nonce", 32)
    c:add("prove.proof", 32)
    return id
  end,
  PROVEN = function(c)
    c:add("proven.proof", 32)
  end,
  GET = function(c)
    local kind, name = c:add("get.kind", 1):uint(), nil
    if kind == 0 then
      c:add("get.image_id", 16)
    elseif kind == 1 then
      name = c:name("get.name")
    else
      error(TRUNCATED)
    end
    c:add("get.shown", 16)
    c:add("get.partial", 16)
    c:add("get.offset", 4)
    c:add("get.credit", 4)
    return name
  end,
  FORM = function(c)
    local status = c:add("form.status", 1):uint()
    c:add("form.alternative", 1)
    c:add("form.etag", 16)
    c:add("form.sent", 16)
    c:add("form.total", 4)
    c:add("form.offset", 4)
    c:add("form.length", 4)
    c:add("form.width", 2)
    c:add("form.height", 2)
    c:add("form.codec", 1)
    c:add("form.parameter", 1)
    c:add("form.generation", 4)
    c:add("form.next_poll", 4)
    return status_names[status]
  end,
  DATA = function(c)
    local count = c:rest()
    if count > 0 then c:add("data", count) end
    return count .. " bytes"
  end,
  CREDIT = function(c)
    return tostring(c:add("credit.bytes", 4):uint())
  end,
  PUT = function(c)
    local name = c:name("put.name")
    c:add("put.length", 4)
    c:add("put.sha256", 32)
    return name
  end,
  READY = function(c)
    c:add("ready.next_offset", 4)
    c:add("ready.credit", 4)
  end,
  STORED = function(c)
    c:add("stored.image_id", 16)
    c:add("stored.generation", 4)
  end,
  LIST = function(c)
    local prefix = c:name("list.prefix")
    c:counted("list.after")
    return prefix
  end,
  LISTING = function(c)
    local count = 0
    while c:rest() > 0 do
      local first = c.offset
      local tree = c.tree:add(f["listing.entry"], c.tvb(first))
      tree:append_text(": " .. c:name("listing.name", tree))
      c:add("listing.image_id", 16, tree)
      c:add("listing.size", 4, tree)
      c:time("listing.time", 4, tree)
      tree:set_len(c.offset - first)
      count = count + 1
    end
    return count .. " names"
  end,
  REMOVE = function(c)
    return c:name("remove.name")
  end,
  WATCH = function(c)
    while c:rest() > 0 do c:name("watch.name") end
  end,
  NOTIFY = function(c)
    local name = c:name("notify.name")
    c:add("notify.image_id", 16)
    c:add("notify.generation", 4)
    return name
  end,
  GOAWAY = function(c)
    local reason = c:add("goaway.reason", 1):uint()
    c:add("goaway.hold_off", 4)
    return goaway_names[reason]
  end,
  REFER = function(c)
    c:add("refer.ttl", 2)
    local family = c:add("refer.family", 1):uint()
    local address
    if family == 4 then
      address = tostring(c:add("refer.ipv4", 4):ipv4())
    elseif family == 6 then
      address = tostring(c:add("refer.ipv6", 16):ipv6())
    else
      error(TRUNCATED)
    end
    local port = c:add("refer.port", 2):uint()
    c:counted("refer.ticket")
    return address .. " " .. port
  end,
  ORIGIN = function(c)
    c:flags("origin.flags", { "retrieve", "register", "refer" })
    c:name("origin.prefix")
    local id = c:counted("origin.device_id")
    local key = c:name("origin.key_id")
    for _ = 1, c:add("origin.key_count", 1):uint() do c:add("origin.form_key", 16) end
    c:counted("origin.sealed")
    if key ~= "" then return key end
    return id and tostring(id:bytes()) or nil
  end,
  ERROR = function(c)
    local range, item = c:add("error.code", 1)
    item:add_proto_expert_info(expert_failed)
    c:flags("error.flags", { "retry", "closes" })
    c:add("error.retry_after", 2)
    c:counted("error.detail")
    return error_names[range:uint()]
  end,
  CANCEL = function() end,
  OK = function() end,
  PING = function() end,
  PONG = function() end,
}

-- ---- frames ----

-- The length of the frame at `offset`; when its header is damaged, all that there is, since nothing
-- after it has a meaning.
local function frame_length(tvb, _, offset)
  local header = tvb(offset, HEADER_BYTES)
  if header_check(header:bytes()) ~= header(6, 2):uint() then return tvb:len() - offset end
  return HEADER_BYTES + header(2, 2):uint()
end

local function add_header(tvb, tree)
  tree:add(f["type"], tvb(0, 1))
  local flags = tree:add(f["flags"], tvb(1, 1))
  for _, name in ipairs({ "last", "crc32", "mac", "reserved", "ignored" }) do
    flags:add(f["flags." .. name], tvb(1, 1))
  end
  tree:add(f["length"], tvb(2, 2))
  tree:add(f["request"], tvb(4, 2))
  return flags, tree:add(f["check"], tvb(6, 2))
end

local function add_payload(tvb, tree, kind)
  local name = message_names[kind]
  if not name then
    if tvb:len() > 0 then tree:add(f["skipped"], tvb()) end
    tree:add_proto_expert_info(kind >= 0x80 and expert_skipped or expert_unknown)
    return nil
  end
  local c = cursor(tvb, tree)
  local done, result = pcall(payloads[name], c)
  if not done and result ~= TRUNCATED then error(result, 0) end
  if c:rest() > 0 then tree:add(f["trailing"], tvb(c.offset)) end
  if not done or c:rest() > 0 then tree:add_proto_expert_info(expert_malformed) end
  return done and result or nil
end

-- Dissects one whole frame; returns how many bytes it took.
local function dissect_frame(tvb, pinfo, root)
  local tree = root:add(forme, tvb())
  local kind, flags = tvb(0, 1):uint(), tvb(1, 1):uint()
  local name = message_names[kind] or string.format("type %02X", kind)
  local flags_item, check_item = add_header(tvb, tree)

  local expected = header_check(tvb(0, HEADER_BYTES):bytes())
  if expected ~= tvb(6, 2):uint() then
    check_item:add_proto_expert_info(
      expert_check, string.format("The header's check is wrong, computed 0x%04x", expected))
    if tvb:len() > HEADER_BYTES then tree:add(f["refused"], tvb(HEADER_BYTES)) end
    pinfo.cols.info:append(" [damaged header]")
    return tvb:len()
  end
  check_item:append_text(" (right)")

  local has_crc32 = bits.band(flags, FLAG_CRC32) ~= 0
  local has_mac = bits.band(flags, FLAG_MAC) ~= 0
  local trailer = (has_crc32 and CRC32_BYTES or 0) + (has_mac and MAC_BYTES or 0)
  local payload = tvb:len() - HEADER_BYTES - trailer
  if (has_crc32 and has_mac) or bits.band(flags, FLAG_RESERVED) ~= 0 or payload < 0 then
    flags_item:add_proto_expert_info(expert_flags)
    if tvb:len() > HEADER_BYTES then tree:add(f["refused"], tvb(HEADER_BYTES)) end
    return tvb:len()
  end

  local body = tvb(HEADER_BYTES, payload):tvb()
  local text = add_payload(body, tree, kind)
  if has_crc32 then
    local range = tvb(tvb:len() - CRC32_BYTES)
    local item = tree:add(f["crc32"], range)
    local computed = crc32(tvb:bytes(), tvb:len() - CRC32_BYTES)
    if computed == range:uint() then
      item:append_text(" (right)")
    else
      item:add_proto_expert_info(
        expert_crc32, string.format("The CRC-32 is wrong, computed 0x%08x", computed))
    end
  end
  if has_mac then tree:add(f["mac"], tvb(tvb:len() - MAC_BYTES)) end

  local request = tvb(4, 2):uint()
  local line = name .. (request > 0 and " #" .. request or "")
  if text and text ~= "" then line = line .. " " .. text end
  tree:append_text(", " .. line)
  pinfo.cols.info:append(" " .. line)
  return tvb:len()
end

function forme.dissector(tvb, pinfo, root)
  pinfo.cols.protocol = "Forme"
  pinfo.cols.info = tostring(pinfo.src_port) .. " → " .. tostring(pinfo.dst_port)
  return dissect_tcp_pdus(tvb, root, HEADER_BYTES, frame_length, dissect_frame)
end

DissectorTable.get("tcp.port"):add(3676, forme)
