internal import Capabilities
internal import Foundation
internal import Logging
internal import Render
internal import Store

/// A form to be made.
struct FormRecipe: Sendable {
  let id: FormID
  /// What the key of `id` stands for.
  let capability: Capability
}

/// A form as it was made, in the spool.
struct MadeForm: Sendable {
  let id: FormID
  let facts: FormFacts
  let bytes: SpooledForm
}

/// One decode of a picture: forms come out of it spooled, and are then stored or kept for a while.
struct BatchRenderer: Sendable {
  let library: any Library
  let renderer: Renderer
  let queue: RenderQueue
  let shelf: FormShelf
  let logger: Logger

  /// Makes forms of a stored picture; only with a slot of the queue.
  /// - Returns: for each recipe what became of it.
  func render(_ recipes: [FormRecipe], of image: ImageID) async -> [Result<MadeForm, any Error>] {
    do {
      return try await render(recipes, from: try await library.openOriginal(image))
    } catch {
      return recipes.map { _ in .failure(error) }
    }
  }

  /// Makes forms of a picture; only with a slot of the queue.
  /// - Parameter provesPicture: read it to its end, whatever becomes of its forms.
  /// - Throws: what is wrong with the picture, or keeps all forms from being made.
  func render(
    _ recipes: [FormRecipe], from original: BlobFile, provesPicture: Bool = false
  ) async throws -> [Result<MadeForm, any Error>] {
    let clock = ContinuousClock()
    let start = clock.now
    var orders: [FormOrder<SpoolOutput>] = []
    for recipe in recipes {
      var outputs: [SpoolOutput] = []
      for _ in recipe.capability.codecs {
        outputs.append(SpoolOutput(try await library.makeSpoolFile()))
      }
      orders.append(FormOrder(recipe.capability, into: outputs))
    }
    let results = try await queue.onThread { [renderer, queue, orders] in
      let rendered = try original.withDescriptor { descriptor throws(RenderError) in
        try FanOut(original: descriptor, orders: orders, limits: renderer.limits)
          .run(provesPicture: provesPicture) { !queue.isClosed }
      }
      return zip(zip(recipes, orders), rendered).map { made, result in
        let (recipe, order) = made
        // What the store said says more than that writing failed.
        if let failure = order.outputs.lazy.compactMap(\.failure).first {
          return Result<MadeForm, any Error>.failure(failure)
        }
        return Result<MadeForm, any Error> { try MadeForm(recipe.id, result.get()) }
      }
    }
    let bytes = results.reduce(0) { $0 + ((try? $1.get().bytes.content.byteCount) ?? 0) }
    logger.info(
      "decoded",
      metadata: [
        "image": "\(recipes.first.map { "\($0.id.image)" } ?? "-")",
        "forms": "\(recipes.count)", "bytes": "\(bytes)", "took": "\(clock.now - start)",
      ])
    return results
  }

  /// Stores a form, or keeps it for a while. One that the store has no room for is kept for a while
  /// too: those who wait for it get it.
  func keep(_ made: MadeForm, isStored: Bool, reason: FormReason) async throws -> ReadyForm {
    if isStored {
      do {
        return try await store(made, reason: reason)
      } catch StoreError.storeFull where reason.mayEvict {
        logger.error("no room to store a form", metadata: ["image": "\(made.id.image)"])
      } catch StoreError.formsFull where reason.mayEvict {
        logger.warning(
          "the form is larger than all stored ones may be",
          metadata: ["image": "\(made.id.image)", "kind": "\(made.id.key)"])
      }
    }
    let form = StoredForm(
      id: made.id, facts: made.facts, digest: made.bytes.digest,
      byteCount: made.bytes.content.byteCount, hasBytes: false)
    let now = Date()
    do {
      try await library.noteForm(
        made.id, facts: made.facts, digest: form.digest, byteCount: form.byteCount,
        reason: reason,
        spooledUntil: now.addingTimeInterval(FormShelf.spoolTime / .seconds(1)), at: now)
    } catch StoreError.storeFull {
      logger.error("no room to note a form", metadata: ["image": "\(made.id.image)"])
    }
    let ready = ReadyForm(form: form, bytes: .spooled(made.bytes))
    shelf.spool(ready)
    logMade(made, "form converted")
    return ready
  }

  private func store(_ made: MadeForm, reason: FormReason) async throws -> ReadyForm {
    let form = try await library.addForm(
      made.id, facts: made.facts, bytes: made.bytes, reason: reason,
      mayEvict: reason.mayEvict, at: Date())
    shelf.unspool(form.id)
    logMade(made, "form made")
    return ReadyForm(form: form, bytes: .stored(made.bytes.content))
  }

  private func logMade(_ made: MadeForm, _ text: Logger.Message) {
    logger.info(
      text,
      metadata: [
        "image": "\(made.id.image)", "kind": "\(made.id.key)",
        "bytes": "\(made.bytes.content.byteCount)", "codec": "\(made.facts.codec.word)",
      ])
  }
}

extension MadeForm {
  /// Ends the spool file that the smallest result is in; the others go.
  fileprivate init(
    _ id: FormID, _ form: RenderedForm<SpoolOutput>
  ) throws(StoreError) {
    self.init(
      id: id,
      facts: FormFacts(
        etag: form.etag, codec: form.codec, width: form.width, height: form.height),
      bytes: try form.output.file.finish())
  }
}

extension FormReason {
  /// A device asks for it, so other forms may go for it; what is made in advance evicts nothing.
  fileprivate var mayEvict: Bool { self == .request }
}
