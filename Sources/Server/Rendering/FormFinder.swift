internal import Capabilities
internal import Logging
internal import Render
internal import Store

/// A form's bytes on their way into the spool.
final class SpoolOutput: FormOutput, Sendable {
  let file: SpoolFile

  init(_ file: SpoolFile) { self.file = file }

  func write(_ bytes: [UInt8]) throws { try file.append(bytes) }
}

/// What a request for a form ends with.
enum FindOutcome: Sendable {
  /// The device shows it already.
  case notModified(alternative: Int, StoredForm)
  /// Its bytes, ready to send.
  case found(alternative: Int, StoredForm, BlobFile)
}

/// Finds forms: stored ones, else made now and stored. Equal requests are joined, so that a form is
/// made once however many devices ask for it at the same time.
actor FormFinder {
  private let library: any Library
  private let renderer: Renderer
  private let queue: RenderQueue
  private let logger: Logger
  private var underWay: [FormID: Task<StoredForm, any Error>] = [:]

  init(library: any Library, renderer: Renderer, queue: RenderQueue, logger: Logger) {
    self.library = library
    self.renderer = renderer
    self.queue = queue
    self.logger = logger
  }

  /// The best alternative that can be had.
  /// - Parameters:
  ///   - image: what is wanted.
  ///   - alternatives: 1…4, best first.
  ///   - shown: the etag of what the device shows; equal means that nothing is sent, and nothing
  ///     is made for it either.
  /// - Throws: ``RenderError`` of the last alternative when none can be made, ``StoreError``,
  ///   ``RenderQueue/Full``.
  func find(
    image: ImageID, alternatives: [Capability], shown: [UInt8]
  ) async throws -> FindOutcome {
    var tooLarge: RenderError?
    for (index, capability) in alternatives.enumerated() {
      let id = FormID(
        image: image, key: capability.formKey, rendererVersion: UInt32(Renderer.version))
      let known = try await library.form(id)
      if let known, known.facts.etag == shown {
        return .notModified(alternative: index, known)
      }
      if let known, let file = try await bytes(of: known) {
        return .found(alternative: index, known, file)
      }
      do {
        let made = try await make(id, capability)
        if made.facts.etag == shown { return .notModified(alternative: index, made) }
        guard let file = try await bytes(of: made) else { throw StoreError.originalDamaged(image) }
        return .found(alternative: index, made, file)
      } catch RenderError.formTooLarge(let reason) {
        tooLarge = .formTooLarge(reason)
      }
    }
    throw tooLarge ?? RenderError.unsupported(field: "alternatives", reason: "there are none")
  }

  private func bytes(of form: StoredForm) async throws -> BlobFile? {
    guard form.hasBytes else { return nil }
    switch try await library.openForm(form) {
    case .present(let file): return file
    case .absent: return nil
    case .damaged:
      logger.error(
        "stored form is damaged and will be made again",
        metadata: ["image": "\(form.id.image)", "kind": "\(form.id.key)"])
      return nil
    }
  }

  /// Joins a render that is under way, or starts one. The render belongs to nobody who waits for
  /// it: whoever goes away leaves it running for the others.
  private func make(_ id: FormID, _ capability: Capability) async throws -> StoredForm {
    if let task = underWay[id] { return try await task.value }
    let task = Task { try await render(id, capability) }
    underWay[id] = task
    defer { underWay[id] = nil }
    return try await task.value
  }

  private func render(_ id: FormID, _ capability: Capability) async throws -> StoredForm {
    let clock = ContinuousClock()
    let start = clock.now
    let original = try await library.openOriginal(id.image)
    var outputs: [SpoolOutput] = []
    for _ in capability.codecs { outputs.append(SpoolOutput(try await library.makeSpoolFile())) }
    let (rendered, spooled) = try await queue.run { [renderer, outputs] in
      let form = try original.withDescriptor { descriptor in
        try renderer.render(original: descriptor, as: capability, into: outputs)
      }
      return (form, try form.output.file.finish())
    }
    let facts = FormFacts(
      etag: rendered.etag, codec: rendered.codec, width: rendered.width, height: rendered.height)
    let stored = try await library.addForm(id, facts: facts, bytes: spooled)
    logger.info(
      "form made",
      metadata: [
        "image": "\(id.image)", "kind": "\(id.key)", "bytes": "\(rendered.byteCount)",
        "codec": "\(rendered.codec.word)", "took": "\(clock.now - start)",
      ])
    return stored
  }
}
