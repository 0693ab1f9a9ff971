import Testing
import WireProtocol

@Suite("Vectors: messages")
struct MessageVectorTests {
  /// Refusals of whole messages, for their side, the state they come in, or their frame's number.
  private static let ofSessions: Set<String> = ["side", "state", "request", "credit"]

  /// The one frame of these bytes, cut before `split`.
  private func frame(_ vector: WireVector, split: Int) throws(FramingError) -> Frame? {
    var decoder = vector.decoder
    var first = vector.bytes[..<split]
    if split < vector.bytes.count, let early = try decoder.next(from: &first) { return early }
    guard split < vector.bytes.count else { return try decoder.next(from: &first) }
    #expect(decoder.heldByteCount == split)
    var second = vector.bytes[split...]
    return try decoder.next(from: &second)
  }

  private func frameBytewise(_ vector: WireVector) throws(FramingError) -> Frame? {
    var decoder = vector.decoder
    var frame: Frame?
    for byte in vector.bytes {
      var piece: ArraySlice<UInt8> = [byte]
      frame = try decoder.next(from: &piece)
    }
    return frame
  }

  @Test("are what they should be, however they are cut", arguments: WireVectorFile.messages)
  func decode(file: WireVectorFile) {
    for vector in file.cases {
      let whole: Frame
      do throws(FramingError) {
        guard let frame = try frame(vector, split: vector.bytes.count) else {
          Issue.record("\(vector.title) is not complete")
          continue
        }
        whole = frame
      } catch {
        checkRefused(vector, error)
        continue
      }
      for split in vector.bytes.indices {
        #expect((try? frame(vector, split: split)) == whole, "\(vector.title), cut at \(split)")
      }
      #expect((try? frameBytewise(vector)) == whole, "\(vector.title)")
      check(vector, whole)
    }
  }

  /// The frame itself is refused, at every cut.
  private func checkRefused(_ vector: WireVector, _ error: FramingError) {
    guard let refusal = vector.refusal else {
      Issue.record("\(vector.title): \(error)")
      return
    }
    #expect(refusal.codes == [error.code.word], "\(vector.title): \(error)")
    #expect(error.vectorReason == (refusal.reason, refusal.offset), "\(vector.title): \(error)")
    for split in vector.bytes.indices {
      #expect(throws: error, "\(vector.title), cut at \(split)") {
        try frame(vector, split: split)
      }
    }
    #expect(throws: error, "\(vector.title)") { try frameBytewise(vector) }
  }

  private func check(_ vector: WireVector, _ frame: Frame) {
    do throws(MessageError) {
      guard let message = try Message(frame) else {
        #expect(vector.isSkipped, "\(vector.title)")
        return
      }
      #expect(!vector.isSkipped, "\(vector.title)")
      #expect(message.payload == frame.payload, "\(vector.title) is written otherwise")
      if let value = vector.value {
        #expect(canonicalJSON(message.vectorValue(in: frame)) == value, "\(vector.title)")
      } else if let refusal = vector.refusal {
        let isOfSession =
          Self.ofSessions.contains(refusal.reason) || refusal.codes[0].hasPrefix("PICTURE")
        #expect(isOfSession, "\(vector.title) is taken")
      }
    } catch {
      guard let refusal = vector.refusal else {
        Issue.record("\(vector.title): \(error)")
        return
      }
      // A device tells of no name that is none: in a server's message it is a fault of the layout.
      let code = vector.isFromDevice ? error.code : SessionEnd.message(error).code
      #expect(refusal.codes == [code?.word], "\(vector.title): \(error)")
      #expect(error.vectorReason == (refusal.reason, refusal.offset), "\(vector.title): \(error)")
    }
  }

  @Test("what is taken is written the same", arguments: WireVectorFile.messages)
  func encode(file: WireVectorFile) throws {
    for vector in file.cases where vector.value != nil {
      let decoded = try #require(try frame(vector, split: vector.bytes.count))
      let message = try #require(try Message(decoded))
      let encoder = FrameEncoder(
        maxFrame: vector.maxFrame, usesCRC32: decoded.flags.contains(.crc32))
      #expect(
        encoder.encode(message, flags: decoded.flags, request: decoded.request) == vector.bytes,
        "\(vector.title)")
    }
  }

  /// Messages whose last field may stand there more or less often.
  private static let openEnded: Set<MessageType> = [.hello, .accepted, .data, .listing, .watch]

  @Test(
    "a payload that ends early is refused, or another message", arguments: WireVectorFile.messages)
  func truncated(file: WireVectorFile) throws {
    for vector in file.cases where vector.value != nil {
      let whole = try #require(try frame(vector, split: vector.bytes.count))
      // Long payloads are long lists: their first and last kilobyte hold every kind of end.
      let count = whole.payload.count
      let cuts = count <= 2_048 ? Array(0..<count) : Array(0..<1_024) + Array(count - 1_024..<count)
      for cut in cuts {
        let part = Frame(
          type: whole.type, flags: whole.flags, request: whole.request,
          payload: Array(whole.payload.prefix(cut)))
        guard let message = try? Message(part) else { continue }
        #expect(Self.openEnded.contains(message.type), "\(vector.title), \(cut) bytes")
        #expect(message.payload == part.payload, "\(vector.title), \(cut) bytes")
      }
    }
  }
}
