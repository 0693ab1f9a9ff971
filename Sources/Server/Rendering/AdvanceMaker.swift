internal import Capabilities
internal import Logging
internal import Render
internal import Store
internal import Synchronization

/// A form that should be there before anybody asks for it.
struct AdvanceForm: Sendable {
  let capability: Capability
  let reason: FormReason
}

/// Makes forms before they are asked for: at registration for every kind that is known, when the
/// policy says so; for popular kinds; and for the kinds that used a name which moves. Only kinds
/// that may be believed count (see `Library.trustedKinds`), and nothing is evicted for it.
///
/// What is missing is read from the catalog and never remembered here, so that a restart loses
/// nothing of it.
actor AdvanceMaker {
  /// Images that are looked at together.
  private static let pageLength = 64
  /// When work that failed for want of room or of slots is tried again.
  private static let retryDelay = Duration.seconds(30)
  /// How long nothing is made that the store had no room for.
  private static let fullTime = Duration.seconds(600)

  private let library: any Library
  private let maker: FormMaker
  private let policy: FormPolicy
  private let openWork: OpenWork
  private let logger: Logger
  /// Kinds that are known to be popular: each is a reason to look for missing forms once.
  private let popular = Mutex<Set<FormKey>>([])
  /// Until when nothing is tried because the store was full.
  private let fullUntil = Mutex<ContinuousClock.Instant?>(nil)
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(
    library: any Library, maker: FormMaker, policy: FormPolicy, openWork: OpenWork, logger: Logger
  ) {
    self.library = library
    self.maker = maker
    self.policy = policy
    self.openWork = openWork
    self.logger = logger
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// What should be there of an image that is about to be registered under a name, and is not; what
  /// the name's devices used last comes first.
  func missing(image: ImageID, name: String) async throws -> [AdvanceForm] {
    guard !isStoreFull else { return [] }
    var wanted: [AdvanceForm] = []
    if let before = try await library.registration(of: name) {
      let used = try await library.kindsUsed(
        under: name, image: before.image, atLeast: max(1, policy.renderAfter))
      wanted += used.map { AdvanceForm(capability: $0, reason: .name) }
    }
    wanted += try await everywhere()
    var seen: Set<FormKey> = []
    wanted = wanted.filter { seen.insert($0.capability.formKey).inserted }
    return try await lacking(wanted, image)
  }

  /// Makes forms of a registered image in the background.
  nonisolated func makeSoon(_ forms: [AdvanceForm], of image: ImageID) {
    guard !forms.isEmpty else { return }
    openWork.enter()
    Task {
      do {
        try await self.make(forms, of: image)
      } catch {
        logger.info(
          "forms are not made in advance",
          metadata: ["image": "\(image)", "reason": "\(LogText("\(error)"))"])
      }
      openWork.leave()
    }
  }

  /// The store has no room for forms that nobody asked for: for a while none is made.
  nonisolated func storeIsFull() {
    fullUntil.withLock { $0 = .now + Self.fullTime }
  }

  private nonisolated var isStoreFull: Bool {
    fullUntil.withLock { until in until.map { $0 > .now } ?? false }
  }

  /// Requests were counted: a kind that has become popular is looked after.
  nonisolated func counted(_ totals: RequestTotals) {
    let crossed = totals.kinds.filter { $0.value >= policy.popularAfter }.map(\.key)
    guard !crossed.isEmpty else { return }
    let isNew = popular.withLock { popular in
      let count = popular.count
      popular.formUnion(crossed)
      return popular.count > count
    }
    if isNew { signal.yield() }
  }

  /// Looks for missing forms at once, and again whenever there is a reason, until it is cancelled.
  func run() async {
    signal.yield()
    for await _ in signals {
      do {
        try await fill()
      } catch  where Task.isCancelled {
        return
      } catch {
        if case StoreError.formsFull = error { storeIsFull() }
        logger.info(
          "forms cannot be made in advance", metadata: ["reason": "\(LogText("\(error)"))"])
        let delay = isStoreFull ? Self.fullTime : Self.retryDelay
        Task { [signal] in
          try? await Task.sleep(for: delay)
          signal.yield()
        }
      }
    }
  }

  /// The kinds whose forms of every image should be there.
  private func everywhere() async throws -> [AdvanceForm] {
    if policy.renderAfter == 0 {
      return try await library.trustedKinds().map {
        AdvanceForm(capability: $0, reason: .registration)
      }
    }
    return try await library.popularKinds(after: policy.popularAfter).map {
      AdvanceForm(capability: $0, reason: .popular)
    }
  }

  private func lacking(_ forms: [AdvanceForm], _ image: ImageID) async throws -> [AdvanceForm] {
    let rows = try await library.forms(
      of: image, keys: forms.map(\.capability.formKey),
      rendererVersion: Renderer.version)
    var missing: [AdvanceForm] = []
    for form in forms where rows[form.capability.formKey] == nil {
      let isRefused = await maker.refusal(of: form.id(of: image)) != nil
      if !isRefused { missing.append(form) }
    }
    return missing
  }

  /// Goes over all images once, one after the other; what lacks of one is made in one decode.
  private func fill() async throws {
    let forms = try await everywhere()
    for form in forms {
      var last: ImageID?
      while true {
        let images = try await library.imagesLacking(
          form.capability.formKey, rendererVersion: Renderer.version, after: last,
          limit: Self.pageLength)
        for image in images { try await make(lacking(forms, image.id), of: image.id) }
        guard images.count == Self.pageLength, let end = images.last else { break }
        last = end.id
      }
    }
  }

  private func make(_ forms: [AdvanceForm], of image: ImageID) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for form in forms {
        group.addTask { [maker, logger] in
          do {
            _ = try await maker.make(
              MakeRequest(
                id: form.id(of: image), capability: form.capability, isStored: true,
                reason: form.reason, priority: .background, patience: nil))
          } catch let error as RenderError {
            // It is remembered as refused, or the next round tries again.
            logger.debug(
              "form not made",
              metadata: ["image": "\(image)", "reason": "\(LogText("\(error)"))"])
          }
        }
      }
      try await group.waitForAll()
    }
  }
}

extension AdvanceForm {
  func id(of image: ImageID) -> FormID {
    FormID(image, as: capability)
  }
}
