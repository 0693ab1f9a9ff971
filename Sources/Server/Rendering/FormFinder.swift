internal import Capabilities
internal import Foundation
internal import Logging
internal import NIOPosix
internal import Render
internal import Store
internal import WireProtocol

/// A device's request for a form.
struct FormRequest: Sendable {
  let image: ImageID
  /// The name that was asked for; `nil` for an id.
  let name: String?
  /// What the device can show, best first, 1…4.
  let alternatives: [Capability]
  /// The etag of what it shows; empty or zeros: nothing.
  var shown: [UInt8] = []
  /// The digest, as sent, of what it holds a part of; empty or zeros: nothing.
  var partial: [UInt8] = []
  /// How much it holds of that.
  var offset = 0
  /// False when this request was counted before.
  var isCounted = true
}

/// What a request for a form ends with.
enum FindOutcome: Sendable {
  /// The device shows it already.
  case notModified(alternative: Int, StoredForm)
  /// Its bytes, ready to send.
  case found(alternative: Int, ReadyForm)
  /// Its bytes, and those in which they differ from what the device shows. The session sends the
  /// fewer: these, or what the device lacks of the whole.
  case patch(alternative: Int, ReadyForm, FormPatch)
  /// It is being made, or will be when more ask for it.
  case pending(retryAfter: Duration)
}

/// Finds forms: what is stored or spooled at once, else by the policy what is made now, another
/// alternative that is stored, or nothing yet. Counts every request, because that is what the policy
/// goes by.
struct FormFinder: Sendable {
  /// How long a device waits for a form before it is told to come back.
  static let patience = Duration.seconds(10)
  /// When it comes back for a form that is being made.
  private static let pendingDelay = Duration.seconds(2)
  /// When it comes back for a form that is made only when more ask for it.
  private static let deferredDelay = Duration.seconds(5)

  let library: any Library
  let maker: FormMaker
  let advance: AdvanceMaker
  let shelf: FormShelf
  let patches: PatchDesk
  let ledger: DemandLedger
  let policy: FormPolicy
  /// Where small forms are read into memory.
  let files: NIOThreadPool
  let logger: Logger
  /// How long this finder lets a device wait.
  var patience = Self.patience

  /// One of the alternatives, and what is known of its form.
  private struct Candidate {
    let index: Int
    let capability: Capability
    let id: FormID
    var ready: ReadyForm?
    var known: StoredForm?

    /// What is known of it.
    var form: StoredForm? { ready?.form ?? known }
  }

  /// The best that can be had.
  /// - Throws: ``RenderError`` of the last alternative when none can be made, ``StoreError``,
  ///   ``RenderQueue/Full``.
  func find(_ request: FormRequest) async throws -> FindOutcome {
    var candidates: [Candidate] = []
    var refusal = RenderError.formTooLarge("the device has no alternative")
    for (index, capability) in request.alternatives.enumerated() {
      let id = FormID(request.image, as: capability)
      if let known = await maker.refusal(of: id) {
        refusal = known
      } else {
        candidates.append(
          Candidate(index: index, capability: capability, id: id, ready: shelf.form(id)))
      }
    }
    // A refused alternative does not make the request two.
    var total: Int?
    while !candidates.isEmpty {
      do {
        return try await find(&candidates, request, total: &total)
      } catch let error as RenderError where error.isAboutForm {
        refusal = error
        candidates.removeFirst()
      }
    }
    throw refusal
  }

  /// The best of the candidates, of which the first is wanted.
  private func find(
    _ candidates: inout [Candidate], _ request: FormRequest, total: inout Int?
  ) async throws -> FindOutcome {
    if candidates[0].ready == nil {
      let rows = try await library.forms(
        of: request.image, keys: candidates.map(\.id.key),
        rendererVersion: Renderer.version)
      for index in candidates.indices { candidates[index].known = rows[candidates[index].id.key] }
    }
    let first = candidates[0]
    let counted = CountedRequest(
      key: RequestKey(image: request.image, key: first.id.key), name: request.name)
    let isResumed = request.offset > 0 && candidates.contains { $0.form?.sent == request.partial }
    let isCounted = request.isCounted && !isResumed
    if let form = first.form, form.facts.etag == request.shown {
      if total == nil, request.isCounted { ledger.note(counted, sent: form.id, at: Date()) }
      return .notModified(alternative: first.index, form)
    }
    if let ready = try await readiness(of: first), !ready.isSpooled {
      ledger.note(isCounted && total == nil ? counted : nil, sent: first.id, at: Date())
      return try await outcome(first, ready, request)
    }
    if total == nil { total = isCounted ? try await ledger.count(counted, at: Date()) : 1 }
    return try await decide(candidates, request, isDue: policy.isDue(total ?? 1))
  }

  /// What the policy says of a form that is not stored.
  private func decide(
    _ candidates: [Candidate], _ request: FormRequest, isDue: Bool
  ) async throws -> FindOutcome {
    let first = candidates[0]
    if !isDue, let spooled = first.ready { return try await outcome(first, spooled, request) }
    switch policy.beforeStored {
    case .nearest:
      for other in candidates.dropFirst() {
        guard let ready = try await readiness(of: other), !ready.isSpooled else { continue }
        if isDue {
          // The device has something to show and does not wait for its better form.
          advance.makeSoon(
            [AdvanceForm(capability: first.capability, reason: .request)], of: request.image)
        }
        ledger.note(nil, sent: other.id, at: Date())
        return try await outcome(other, ready, request)
      }
    case .defer where !isDue: return .pending(retryAfter: Self.deferredDelay)
    case .convert, .defer: break
    }
    do {
      let ready = try await maker.make(
        MakeRequest(
          id: first.id, capability: first.capability, isStored: isDue, reason: .request,
          priority: .waiting, patience: patience))
      return try await outcome(first, ready, request)
    } catch is FormIsPending {
      return .pending(retryAfter: Self.pendingDelay)
    }
  }

  /// The candidate's bytes if they are within reach or stored.
  private func readiness(of candidate: Candidate) async throws -> ReadyForm? {
    if let ready = candidate.ready { return ready }
    guard let known = candidate.known, known.hasBytes else { return nil }
    switch try await library.openForm(known) {
    case .present(let file):
      guard known.byteCount <= FormShelf.memoryFormByteLimit else {
        return ReadyForm(form: known, bytes: .stored(file))
      }
      let bytes = try await files.runIfActive { try file.read(at: 0, count: known.byteCount) }
      shelf.keep(known, bytes: bytes)
      return ReadyForm(form: known, bytes: .memory(bytes))
    case .absent: return nil
    case .damaged:
      logger.error(
        "stored form is damaged and will be made again",
        metadata: ["image": "\(known.id.image)", "kind": "\(known.id.key)"])
      return nil
    }
  }

  /// What is sent of a form.
  private func outcome(
    _ candidate: Candidate, _ ready: ReadyForm, _ request: FormRequest
  ) async throws -> FindOutcome {
    if ready.form.facts.etag == request.shown {
      return .notModified(alternative: candidate.index, ready.form)
    }
    if let patch = try await patches.patch(to: ready, shown: request.shown) {
      return .patch(alternative: candidate.index, ready, patch)
    }
    return .found(alternative: candidate.index, ready)
  }
}

extension RenderError {
  /// True when another alternative may do better.
  fileprivate var isAboutForm: Bool {
    if case .formTooLarge = self { true } else { false }
  }
}
