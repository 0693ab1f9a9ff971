import Capabilities
import WireProtocol

/// The bytes that hexadecimal digits write; blanks are ignored.
func hex(_ text: String) -> [UInt8] {
  guard let bytes = bytes(hexadecimal: text.filter { $0 != " " }) else {
    fatalError("not hexadecimal: \(text)")
  }
  return bytes
}

/// 16 bytes from `first` on, each one more than the last.
func short(_ first: UInt8) -> ShortDigest {
  guard let digest = ShortDigest((0..<16).map { first &+ $0 }) else { fatalError("16 bytes") }
  return digest
}

/// 32 bytes from `first` on, each one more than the last.
func full(_ first: UInt8) -> PictureDigest {
  guard let digest = PictureDigest((0..<32).map { first &+ $0 }) else { fatalError("32 bytes") }
  return digest
}

/// A name that is known to be one.
func name(_ text: String) -> ImageName {
  do { return try ImageName(text) } catch { fatalError("\(error)") }
}

/// A capability that is known to be one: 800 × 480, one bit.
func panel(width: Int = 800, height: Int = 480, codecs: [Codec] = [.identity]) -> Capability {
  do {
    return try Capability(
      size: PanelSize(width: width, height: height),
      color: .gray(GrayColor(bits: 1, black: .zero)), codecs: codecs)
  } catch { fatalError("\(error)") }
}

/// Numbers that depend on the seed alone (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Every message in `bytes`; frames are taken at any length.
func messages(_ bytes: [UInt8]) throws -> [(message: Message, request: UInt16, flags: FrameFlags)] {
  var decoder = FrameDecoder(maxFrame: 0xFFFF)
  var input = bytes[...]
  var messages: [(Message, UInt16, FrameFlags)] = []
  while let frame = try decoder.next(from: &input) {
    if let message = try Message(frame) { messages.append((message, frame.request, frame.flags)) }
  }
  guard !decoder.hasBegunFrame else { throw IncompleteFrame() }
  return messages
}

struct IncompleteFrame: Error {}

/// One message in one frame without trailer.
func encoded(_ message: Message, flags: FrameFlags = [], request: UInt16 = 0) -> [UInt8] {
  FrameEncoder(maxFrame: 0xFFFF, usesCRC32: false).encode(
    message, flags: flags, request: request)
}
