internal import Codecs
internal import Foundation
internal import Logging
internal import NIOPosix
internal import Render
internal import Store

/// Takes pictures in: what was received whole is decoded once, then stored, then acknowledged. The
/// decode that proves a picture also makes the forms that should be there before anybody asks.
struct Registrar: Sendable {
  let library: any Library
  let queue: RenderQueue
  let renderer: Renderer
  let batches: BatchRenderer
  let advance: AdvanceMaker
  let verification: ServerConfiguration.Verification
  /// Where headers are read.
  let files: NIOThreadPool
  let logger: Logger

  /// Stores a received picture under a name.
  /// - Throws: ``PictureError`` when the picture is refused (its bytes are then removed),
  ///   ``StoreError``, ``RenderQueue/Full``.
  func register(_ upload: SealedUpload, as name: String) async throws -> Registration {
    let facts: PictureFacts
    let made: [(MadeForm, FormReason)]
    let rest: [AdvanceForm]
    do {
      facts = try await readHeaders(upload)
      let missing = try await advance.missing(image: upload.imageID, name: name)
      (made, rest) = try await prove(upload, facts, missing)
    } catch let error as PictureError {
      // The same bytes would be refused again: keeping them serves nobody.
      try await upload.discard()
      throw error
    }
    let registration = try await library.commit(upload, name: name, picture: facts, at: Date())
    logger.info(
      "registered",
      metadata: [
        "name": "\(LogText(name))", "image": "\(registration.image)",
        "generation": "\(registration.generation)", "format": "\(facts.format)",
        "width": "\(facts.width)", "height": "\(facts.height)",
        "bytes": "\(upload.content.byteCount)",
      ])
    await keep(made)
    advance.makeSoon(rest, of: registration.image)
    return registration
  }

  private func readHeaders(_ upload: SealedUpload) async throws -> PictureFacts {
    try await files.runIfActive { [limits = renderer.limits] in
      try upload.content.withDescriptor { descriptor in
        let info = try PictureReader(fileDescriptor: descriptor, limits: limits).info
        return PictureFacts(
          format: info.format == .jpeg ? .jpeg : .png, width: info.width, height: info.height)
      }
    }
  }

  /// Decodes the picture, unless headers are enough, into as many forms as one decode can make.
  /// - Returns: the forms, and which others are missing.
  private func prove(
    _ upload: SealedUpload, _ facts: PictureFacts, _ missing: [AdvanceForm]
  ) async throws -> (made: [(MadeForm, FormReason)], rest: [AdvanceForm]) {
    guard verification == .full else { return ([], missing) }
    // Of a shared store another node may be making the same forms: they are made by whoever has the
    // right to, in a decode of their own.
    guard !missing.isEmpty, !library.isShared else {
      try await queue.run(cost: facts.width * facts.height) { [limits = renderer.limits] in
        _ = try upload.content.withDescriptor { descriptor in
          try PictureReader.verify(fileDescriptor: descriptor, limits: limits)
        }
      }
      return ([], missing)
    }
    let kinds = missing.map(\.capability)
    let count =
      Renderer.batches(of: kinds, pictureWidth: facts.width, pictureHeight: facts.height)
      .first?.count ?? 0
    let batch = missing.prefix(count)
    let cost = Renderer.pixelCost(
      of: Array(kinds.prefix(count)), pictureWidth: facts.width, pictureHeight: facts.height)
    try queue.reserve(cost)
    defer { queue.release(cost) }
    guard let slot = await queue.enter(queue.makeTicket(), .waiting) else {
      throw RenderQueue.Full.ending
    }
    defer { queue.leave(slot) }
    let results: [Result<MadeForm, any Error>]
    do {
      results = try await batches.render(
        batch.map { FormRecipe(id: $0.id(of: upload.imageID), capability: $0.capability) },
        from: upload.content, provesPicture: true)
    } catch RenderError.picture(let error) {
      throw error
    }
    let made = zip(batch, results).compactMap { form, result in
      (try? result.get()).map { ($0, form.reason) }
    }
    return (made, Array(missing.dropFirst(batch.count)))
  }

  /// The picture is registered whatever becomes of its forms.
  private func keep(_ made: [(MadeForm, FormReason)]) async {
    for (form, reason) in made {
      do {
        _ = try await batches.keep(form, isStored: true, reason: reason)
      } catch {
        if case StoreError.formsFull = error { advance.storeIsFull() }
        logger.warning(
          "a form that was made at registration is not stored",
          metadata: ["image": "\(form.id.image)", "reason": "\(LogText("\(error)"))"])
      }
    }
  }
}
