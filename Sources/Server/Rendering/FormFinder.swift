internal import Capabilities
internal import Logging
internal import Render
internal import Store

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
  /// A form and its bytes, which stay readable whatever becomes of the file.
  private struct Ready: Sendable {
    let form: StoredForm
    let bytes: BlobFile
  }

  private let library: any Library
  private let renderer: Renderer
  private let queue: RenderQueue
  private let openWork: OpenWork
  private let logger: Logger
  private var underWay: [FormID: Task<Ready, any Error>] = [:]

  init(
    library: any Library, renderer: Renderer, queue: RenderQueue, openWork: OpenWork,
    logger: Logger
  ) {
    self.library = library
    self.renderer = renderer
    self.queue = queue
    self.openWork = openWork
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
      if let known = try await library.form(id), known.facts.etag == shown {
        return .notModified(alternative: index, known)
      }
      do {
        let ready = try await ready(id, capability)
        return ready.form.facts.etag == shown
          ? .notModified(alternative: index, ready.form)
          : .found(alternative: index, ready.form, ready.bytes)
      } catch RenderError.formTooLarge(let reason) {
        tooLarge = .formTooLarge(reason)
      }
    }
    throw tooLarge ?? RenderError.unsupported(field: "alternatives", reason: "there are none")
  }

  /// The stored form, or else one that is made now. A render that is under way is joined; it
  /// belongs to nobody who waits for it: whoever goes away leaves it running for the others.
  private func ready(_ id: FormID, _ capability: Capability) async throws -> Ready {
    if let task = underWay[id] { return try await task.value }
    openWork.enter()
    let task = Task {
      defer { openWork.leave() }
      if let stored = try await stored(id) { return stored }
      return try await queue.withSlot { try await make(id, capability) }
    }
    underWay[id] = task
    defer { underWay[id] = nil }
    return try await task.value
  }

  private func stored(_ id: FormID) async throws -> Ready? {
    guard let form = try await library.form(id), form.hasBytes else { return nil }
    switch try await library.openForm(form) {
    case .present(let bytes): return Ready(form: form, bytes: bytes)
    case .absent: return nil
    case .damaged:
      logger.error(
        "stored form is damaged and will be made again",
        metadata: ["image": "\(id.image)", "kind": "\(id.key)"])
      return nil
    }
  }

  private func make(_ id: FormID, _ capability: Capability) async throws -> Ready {
    let clock = ContinuousClock()
    let start = clock.now
    let original = try await library.openOriginal(id.image)
    var outputs: [SpoolOutput] = []
    for _ in capability.codecs { outputs.append(SpoolOutput(try await library.makeSpoolFile())) }
    let (rendered, spooled) = try await queue.onThread { [renderer, outputs] in
      let form = try original.withDescriptor { descriptor in
        try renderer.render(original: descriptor, as: capability, into: outputs)
      }
      return (form, try form.output.file.finish())
    }
    let facts = FormFacts(
      etag: rendered.etag, codec: rendered.codec, width: rendered.width, height: rendered.height)
    let form = try await library.addForm(id, facts: facts, bytes: spooled)
    logger.info(
      "form made",
      metadata: [
        "image": "\(id.image)", "kind": "\(id.key)", "bytes": "\(rendered.byteCount)",
        "codec": "\(rendered.codec.word)", "took": "\(clock.now - start)",
      ])
    return Ready(form: form, bytes: spooled.content)
  }
}
