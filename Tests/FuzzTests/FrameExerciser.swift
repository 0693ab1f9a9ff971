import Capabilities
import WireProtocol

/// Runs one input through the frame decoder: whole, byte by byte, and cut where the input says. Its
/// first byte sets the limit; of the second the low bit takes a key into use, and the others say how
/// long the pieces are.
/// - Returns: what did not hold; `nil` when everything did.
func exerciseFrames(_ input: [UInt8]) -> String? {
  var script = FuzzScript(input)
  let limit = 248 + Int(script.byte())
  let choice = script.byte()
  let authenticator =
    choice & 1 == 0
    ? nil : KeyProof.authenticators(exercisedKey().secret, transcript: []).deviceToServer
  let whole = stream(&script, authenticator)
  let pieceByteCount = 1 + Int(choice >> 1)
  let pieces = stride(from: 0, to: whole.count, by: pieceByteCount).map {
    whole[$0..<min($0 + pieceByteCount, whole.count)]
  }
  let once = Decoding([whole[...]], limit: limit, authenticator)
  for other in [
    Decoding(whole.indices.map { whole[$0...$0] }, limit: limit, authenticator),
    Decoding(pieces, limit: limit, authenticator),
  ] {
    guard once.frames == other.frames, once.error == other.error else {
      return "the decoder depends on the pieces"
    }
    guard other.fits else { return "the decoder holds too much" }
  }
  guard once.fits else { return "the decoder holds too much" }
  return whole.starts(with: encoded(once.frames, authenticator))
    ? nil : "frames are not encoded as they came"
}

/// What a peer sends: frames with right checks and bytes without a meaning.
private func stream(_ script: inout FuzzScript, _ authenticator: FrameAuthenticator?) -> [UInt8] {
  var writer = FrameWriter(FrameEncoder(maxFrame: 0xFFFF, usesCRC32: false))
  writer.authenticator = authenticator
  var bytes: [UInt8] = []
  while !script.isEmpty {
    bytes +=
      script.byte() & 1 == 0 ? script.frame(&writer) : script.bytes(Int(script.byte() & 31))
  }
  return bytes
}

/// The bytes of the frames, by our own encoder.
private func encoded(_ frames: [Frame], _ authenticator: FrameAuthenticator?) -> [UInt8] {
  var writer = FrameWriter(FrameEncoder(maxFrame: 0xFFFF, usesCRC32: false))
  writer.authenticator = authenticator
  var bytes: [UInt8] = []
  for frame in frames {
    guard authenticator == nil else {
      writer.append(
        type: frame.type, flags: frame.flags, request: frame.request, payload: frame.payload[...],
        to: &bytes)
      continue
    }
    FrameEncoder(maxFrame: 0xFFFF, usesCRC32: frame.flags.contains(.crc32)).append(
      type: frame.type, flags: frame.flags, request: frame.request, payload: frame.payload[...],
      to: &bytes)
  }
  return bytes
}

/// What a decoder made of some pieces.
private struct Decoding {
  var frames: [Frame] = []
  var error: FramingError?
  /// All input was taken, and never more of it was held than a frame.
  var fits = true

  init(_ pieces: [ArraySlice<UInt8>], limit: Int, _ authenticator: FrameAuthenticator?) {
    var decoder = FrameDecoder(maxFrame: limit)
    decoder.authenticator = authenticator
    for piece in pieces {
      var input = piece
      do throws(FramingError) {
        while let frame = try decoder.next(from: &input) { frames.append(frame) }
      } catch {
        self.error = error
        return
      }
      fits = fits && input.isEmpty && decoder.heldByteCount <= 8 + limit
    }
  }
}
