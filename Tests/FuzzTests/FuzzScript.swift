import Capabilities
import WireProtocol

// What must hold for every input: the fuzzers (fuzz/) and the tests run the same code, an exerciser
// for each.

/// Bytes that choose what happens; zeros when they are used up.
struct FuzzScript {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isEmpty: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func u16() -> UInt16 { UInt16(byte()) << 8 | UInt16(byte()) }

  mutating func u32() -> UInt32 { UInt32(u16()) << 16 | UInt32(u16()) }

  mutating func bytes(_ count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// A frame with a right check, whatever is in it.
  mutating func frame() -> [UInt8] {
    var unkeyed = FrameWriter(FrameEncoder(usesCRC32: false))
    return frame(&unkeyed)
  }

  /// The same with the MAC of a key in use, mostly.
  mutating func frame(_ writer: inout FrameWriter) -> [UInt8] {
    let type = byte()
    let flags = FrameFlags(rawValue: byte())
    let request = UInt16(byte() & 3)
    let payload = bytes(Int(byte()))
    var output: [UInt8] = []
    if writer.authenticator != nil, flags.rawValue & 0x60 != 0x60 {
      writer.append(
        type: type, flags: flags.intersection([.last, .ignored]), request: request,
        payload: payload[...], to: &output)
      return output
    }
    FrameEncoder(maxFrame: 0xFFFF, usesCRC32: flags.contains(.crc32)).append(
      type: type, flags: flags, request: request, payload: payload[...], to: &output)
    return output
  }
}

/// Looks at what a session sends.
struct OutputChecker {
  var decoder = FrameDecoder(maxFrame: 0xFFFF)
  var fault: String?

  mutating func frames(_ bytes: [UInt8], limit: Int) -> [(Frame, Message)] {
    var frames: [(Frame, Message)] = []
    var input = bytes[...]
    do {
      while let frame = try decoder.next(from: &input) {
        let trailer = frame.flags.contains(.mac) ? 8 : frame.flags.contains(.crc32) ? 4 : 0
        let length = frame.payload.count + trailer
        if length > limit { fault = "sent a frame of \(length), allowed are \(limit)" }
        if let message = try Message(frame) { frames.append((frame, message)) }
      }
    } catch { fault = "sent what is refused: \(error)" }
    if decoder.hasBegunFrame { fault = "sent a part of a frame" }
    return frames
  }
}

/// The key that the exercisers prove.
func exercisedKey() -> PresharedKey {
  guard let id = KeyID("fuzz"), let secret = KeySecret(Array(repeating: 5, count: 32)) else {
    fatalError("an id and 32 bytes")
  }
  return PresharedKey(id: id, secret: secret)
}

/// One of four names that the exercisers watch.
func watchedName(_ choice: UInt8) -> ImageName {
  do { return try ImageName("w\(choice & 3)") } catch { fatalError("\(error)") }
}

/// The first byte, a half of the rest, and the other.
func pieces(of bytes: [UInt8]) -> [[UInt8]] {
  let half = bytes.count / 2
  return [
    Array(bytes.prefix(1)), Array(bytes.prefix(half).dropFirst()),
    Array(bytes.dropFirst(max(half, 1))),
  ]
}
