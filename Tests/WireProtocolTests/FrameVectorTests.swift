import Testing
import WireProtocol

@Suite("Vectors: frames")
struct FrameVectorTests {
  /// What a decoder makes of bytes that come in these pieces.
  private struct Outcome: Equatable {
    var frames: [Frame] = []
    var error: FramingError?
    var hasBegunFrame = false
    var mostHeld = 0
  }

  private func outcome(_ vector: WireVector, _ pieces: [ArraySlice<UInt8>]) -> Outcome {
    var outcome = Outcome()
    var decoder = vector.decoder
    for piece in pieces {
      var input = piece
      do throws(FramingError) {
        while let frame = try decoder.next(from: &input) { outcome.frames.append(frame) }
      } catch {
        outcome.error = error
        break
      }
      outcome.mostHeld = max(outcome.mostHeld, decoder.heldByteCount)
    }
    outcome.hasBegunFrame = decoder.hasBegunFrame
    return outcome
  }

  private func check(_ outcome: Outcome, _ vector: WireVector, _ where: String) {
    let place = "\(vector.title), \(`where`)"
    #expect(outcome.frames.map { canonicalJSON($0.vectorValue) } == vector.frames, "\(place)")
    #expect(outcome.hasBegunFrame == vector.needsMore, "\(place)")
    // The header, and no more than the frame limit allows.
    #expect(outcome.mostHeld <= 8 + vector.maxFrame, "\(place)")
    #expect((outcome.error == nil) == (vector.refusal == nil), "\(place): \(outcome)")
    guard let error = outcome.error, let refusal = vector.refusal else { return }
    #expect(refusal.codes.contains(error.code.word), "\(place): \(error)")
    #expect(error.vectorReason == (refusal.reason, refusal.offset), "\(place): \(error)")
  }

  @Test(
    "are taken or refused as they should, however they are cut", arguments: WireVectorFile.frames)
  func split(file: WireVectorFile) {
    for vector in file.cases {
      let bytes = vector.bytes
      let whole = outcome(vector, [bytes[...]])
      check(whole, vector, "whole")
      for split in bytes.indices {
        let cut = outcome(vector, [bytes[..<split], bytes[split...]])
        #expect(cut.frames == whole.frames && cut.error == whole.error, "\(vector.title), \(split)")
        #expect(cut.hasBegunFrame == whole.hasBegunFrame, "\(vector.title), \(split)")
        #expect(cut.mostHeld <= 8 + vector.maxFrame, "\(vector.title), \(split)")
      }
      check(outcome(vector, bytes.indices.map { bytes[$0...$0] }), vector, "bytewise")
    }
  }

  @Test("a refusal comes with the byte that decides it", arguments: WireVectorFile.frames)
  func refusals(file: WireVectorFile) {
    for vector in file.cases {
      guard let refusal = vector.refusal else { continue }
      let bytes = vector.bytes[...]
      #expect(outcome(vector, [bytes.prefix(refusal.after)]).error != nil, "\(vector.title)")
      // Other protocols may be known by their first byte.
      guard refusal.reason != "foreign" else { continue }
      #expect(outcome(vector, [bytes.prefix(refusal.after - 1)]).error == nil, "\(vector.title)")
    }
  }

  @Test("what ends early waits for more", arguments: WireVectorFile.frames)
  func prefixes(file: WireVectorFile) {
    for vector in file.cases where vector.refusal == nil {
      let whole = outcome(vector, [vector.bytes[...]])
      for count in vector.bytes.indices {
        let early = outcome(vector, [vector.bytes[..<count]])
        #expect(early.error == nil, "\(vector.title), \(count) bytes")
        #expect(whole.frames.starts(with: early.frames), "\(vector.title), \(count) bytes")
        #expect(early.frames.count < whole.frames.count || whole.hasBegunFrame, "\(vector.title)")
      }
    }
  }

  @Test("what is taken is written the same", arguments: WireVectorFile.frames)
  func encode(file: WireVectorFile) {
    for vector in file.cases {
      let frames = outcome(vector, [vector.bytes[...]]).frames
      var written: [UInt8] = []
      var writer = FrameWriter(FrameEncoder(maxFrame: vector.maxFrame, usesCRC32: false))
      writer.authenticator = vector.authenticator
      for frame in frames {
        writer.encoder.usesCRC32 = frame.flags.contains(.crc32)
        writer.append(
          type: frame.type, flags: frame.flags, request: frame.request,
          payload: frame.payload[...], to: &written)
      }
      #expect(vector.bytes.starts(with: written), "\(vector.title)")
      #expect(
        written.count == vector.bytes.count || vector.refusal != nil || vector.needsMore,
        "\(vector.title)")
    }
  }
}
