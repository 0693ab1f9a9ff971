import Capabilities
import WireProtocol

// What must hold for every input; the fuzzer (fuzz/) and the tests run the same code. Only the
// public interface is used.

/// Runs one input through the decoder, the server's session or the device's, by its first byte.
/// - Returns: what did not hold; `nil` when everything did.
func exerciseProtocol(_ input: [UInt8]) -> String? {
  var script = FuzzScript(input)
  switch script.byte() % 3 {
  case 0: return exerciseDecoder(&script)
  case 1:
    var exerciser = ServerExerciser(&script)
    return exerciser.run(&script)
  default:
    var exerciser = DeviceExerciser(&script)
    return exerciser.run(&script)
  }
}

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

private func exerciseDecoder(_ script: inout FuzzScript) -> String? {
  let limit = 248 + Int(script.byte())
  var whole: [UInt8] = []
  while !script.isEmpty {
    whole += script.byte() & 1 == 0 ? script.frame() : script.bytes(Int(script.byte() & 31))
  }
  func frames(_ pieces: [ArraySlice<UInt8>]) -> (frames: [Frame], error: FramingError?, fits: Bool)
  {
    var decoder = FrameDecoder(maxFrame: limit)
    var frames: [Frame] = []
    var fits = true
    for piece in pieces {
      var input = piece
      do throws(FramingError) {
        while let frame = try decoder.next(from: &input) { frames.append(frame) }
      } catch { return (frames, error, fits) }
      fits = fits && input.isEmpty && decoder.heldByteCount <= 8 + limit
    }
    return (frames, nil, fits)
  }
  let once = frames([whole[...]])
  let bytewise = frames(whole.indices.map { whole[$0...$0] })
  guard once.frames == bytewise.frames, once.error == bytewise.error else {
    return "the decoder depends on the pieces"
  }
  guard once.fits && bytewise.fits else { return "the decoder holds too much" }
  var again: [UInt8] = []
  for frame in once.frames {
    FrameEncoder(maxFrame: 0xFFFF, usesCRC32: frame.flags.contains(.crc32)).append(
      type: frame.type, flags: frame.flags, request: frame.request, payload: frame.payload[...],
      to: &again)
    if let message = try? Message(frame), message.payload != frame.payload {
      return "\(message.type.word) is not encoded as it came"
    }
  }
  return whole.starts(with: again) ? nil : "frames are not encoded as they came"
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
