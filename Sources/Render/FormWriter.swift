internal import Capabilities
internal import Crypto

/// Takes a form's bytes as they are made, packs them with every codec the device knows, and keeps
/// the smallest result; ties go to the lowest codec id (spec/FORMS.md, "Codecs").
struct FormWriter<Output: FormOutput> {
  private var etagHash = SHA256()
  private let candidates: [Candidate]

  /// - Parameters:
  ///   - codecs: ascending by id, identity first.
  ///   - outputs: one for each codec.
  init(codecs: [Codec], outputs: [Output]) throws(RenderError) {
    precondition(codecs.count == outputs.count, "one output for each codec")
    var candidates: [Candidate] = []
    for (codec, output) in zip(codecs, outputs) {
      candidates.append(
        Candidate(codec: codec, output: output, packer: try makePacker(for: codec)))
    }
    self.candidates = candidates
  }

  /// Appends bytes of the form.
  mutating func write(_ bytes: [UInt8]) throws(RenderError) {
    guard !bytes.isEmpty else { return }
    etagHash.update(data: bytes)
    for candidate in candidates { try candidate.write(bytes) }
  }

  /// Ends the form.
  mutating func finish(width: Int, height: Int) throws(RenderError) -> RenderedForm<Output> {
    var best = candidates[0]
    for candidate in candidates {
      try candidate.finish()
      if candidate.byteCount < best.byteCount { best = candidate }
    }
    return RenderedForm(
      width: width, height: height, etag: Array(etagHash.finalize().prefix(16)),
      byteCount: best.byteCount, codec: best.codec, output: best.output)
  }

  /// The form packed with one codec.
  private final class Candidate {
    let codec: Codec
    let output: Output
    private(set) var byteCount = 0
    private var pending: [UInt8] = []
    private let packer: any Packer

    init(codec: Codec, output: Output, packer: any Packer) {
      self.codec = codec
      self.output = output
      self.packer = packer
    }

    func write(_ bytes: [UInt8]) throws(RenderError) {
      packer.pack(bytes, into: &pending)
      try flush()
    }

    func finish() throws(RenderError) {
      packer.finish(into: &pending)
      try flush()
    }

    private func flush() throws(RenderError) {
      guard !pending.isEmpty else { return }
      byteCount += pending.count
      do { try output.write(pending) } catch { throw .output("\(error)") }
      pending.removeAll(keepingCapacity: true)
    }
  }
}
