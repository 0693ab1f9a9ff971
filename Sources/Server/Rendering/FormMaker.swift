internal import Capabilities
internal import Codecs
internal import Render
internal import Store

/// Makes forms. Equal orders are joined before they take a slot of the queue, and everything that
/// is wanted of one picture when its turn comes is made in one decode.
actor FormMaker {
  /// Attempts at one form that fail for reasons which may pass.
  private static let attemptLimit = 3
  /// What a form of a device that waits may need beyond its own bytes, on a full disk.
  private static let freedByteCount = 16 << 20
  /// Forms that cannot be made, remembered so that nobody decodes a picture for them again.
  private static let refusalLimit = 65_536
  /// Jobs whose end is remembered, for those who looked for the form just before it.
  private static let endLimit = 4_096

  /// What waits for a decode of one picture.
  private struct Line {
    let ticket: RenderQueue.Ticket
    var jobs: [FormJob] = []
  }

  private let library: any Library
  private let batches: BatchRenderer
  private let queue: RenderQueue
  private let shelf: FormShelf
  private let openWork: OpenWork
  private var jobs: [FormID: FormJob] = [:]
  private var lines: [ImageID: Line] = [:]
  private var refusals = ClockCache<FormID, RenderError>(costLimit: refusalLimit)
  /// When jobs ended last, by ``lastSerial``.
  private var ends = ClockCache<FormID, Int>(costLimit: endLimit)
  private var lastSerial = 0

  init(
    library: any Library, batches: BatchRenderer, queue: RenderQueue, shelf: FormShelf,
    openWork: OpenWork
  ) {
    self.library = library
    self.batches = batches
    self.queue = queue
    self.shelf = shelf
    self.openWork = openWork
  }

  /// Why this form can never be made, as far as is known.
  func refusal(of id: FormID) -> RenderError? { refusals.value(of: id) }

  /// How many wait for a form.
  var waiterCount: Int { jobs.values.reduce(0) { $0 + $1.waiters.count } }

  /// Makes a form, or joins those who wait for it. A cancelled caller leaves the others waiting; a
  /// form that nobody wants any more is not begun.
  /// - Throws: ``RenderError``, ``StoreError``, ``RenderQueue/Full``; ``FormIsPending`` when it
  ///   takes longer than the order's patience: it is made all the same.
  func make(_ order: MakeRequest) async throws -> ReadyForm {
    if let refusal = refusals.value(of: order.id) { throw refusal }
    let picture: PictureFacts
    if let job = jobs[order.id] {
      picture = job.picture
    } else {
      guard let image = try await library.image(order.id.image) else {
        throw StoreError.unknownImage(order.id.image)
      }
      picture = image.picture
      if let stored = try await stored(order.id) { return stored }
    }
    lastSerial += 1
    let serial = lastSerial
    let timer = order.patience.map { patience in
      Task {
        try await Task.sleep(for: patience)
        self.promise(order.id, to: serial)
      }
    }
    defer { timer?.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        add(order, picture, FormJob.Waiter(serial: serial, continuation: continuation))
      }
    } onCancel: {
      Task { await self.leave(order.id, serial) }
    }
  }

  /// A form that was stored since the caller looked for it.
  private func stored(_ id: FormID) async throws -> ReadyForm? {
    while true {
      let lastEnd = ends.value(of: id)
      if let form = try await library.form(id), form.hasBytes,
        case .present(let file) = try await library.openForm(form)
      {
        return ReadyForm(form: form, bytes: .stored(file))
      }
      // It may have been stored while this looked, and nothing may come in between from here on.
      if ends.value(of: id) == lastEnd { return nil }
    }
  }

  // MARK: Joining and leaving

  private func add(
    _ order: MakeRequest, _ picture: PictureFacts, _ waiter: FormJob.Waiter
  ) {
    if let job = jobs[order.id] {
      job.join(order, waiter)
      if job.isInLine, job.isUrgent, let line = lines[order.id.image] {
        queue.promote(line.ticket)
      }
      return
    }
    // It may have been made while the picture was looked up, or waits in the spool.
    let known = shelf.form(order.id)
    if let known, !order.isStored || !known.isSpooled {
      return waiter.continuation.resume(returning: known)
    }
    // The decode is paid for by the first form of a line.
    let decoding = lines[order.id.image] == nil ? 0 : picture.width * picture.height
    let cost =
      Renderer.pixelCost(
        of: [order.capability], pictureWidth: picture.width, pictureHeight: picture.height)
      - decoding
    do throws(RenderQueue.Full) {
      try queue.reserve(cost)
    } catch {
      return waiter.continuation.resume(throwing: error)
    }
    let job = FormJob(order, picture, cost: cost)
    job.join(order, waiter)
    jobs[order.id] = job
    if let known, case .spooled(let bytes) = known.bytes {
      store(job, MadeForm(id: order.id, facts: known.form.facts, bytes: bytes))
    } else if library.isShared {
      job.claiming = Task { await self.claim(job) }
    } else {
      enqueue(job)
    }
  }

  /// Waits until no other node makes this form; what it has stored by then is not made again.
  private func claim(_ job: FormJob) async {
    openWork.enter()
    defer { openWork.leave() }
    let result: Result<ReadyForm, any Error>
    do {
      let claim = try await library.claim(job.id)
      guard jobs[job.id] === job else { return }
      let stored = try await stored(job.id)
      guard jobs[job.id] === job else { return }
      job.claiming = nil
      guard let stored else {
        job.claim = claim
        return enqueue(job)
      }
      result = .success(stored)
    } catch {
      guard jobs[job.id] === job else { return }
      result = .failure(error)
    }
    job.claiming = nil
    end(job)
    job.finish(result)
  }

  /// Ends the waiting for other nodes; the queue has ended before.
  func shutDown() {
    for job in jobs.values { job.claiming?.cancel() }
  }

  /// What was only spooled is wanted in the store now.
  private func store(_ job: FormJob, _ made: MadeForm) {
    job.isInLine = false
    openWork.enter()
    Task {
      await self.settle(job, .success(made))
      openWork.leave()
    }
  }

  private func leave(_ id: FormID, _ serial: Int) {
    guard let job = jobs[id], let continuation = job.takeWaiter(serial) else { return }
    continuation.resume(throwing: CancellationError())
    guard job.waiters.isEmpty, job.isInLine, !job.isWantedAnyway else { return }
    drop(job)
  }

  private func promise(_ id: FormID, to serial: Int) {
    guard let job = jobs[id], let continuation = job.takeWaiter(serial) else { return }
    job.promise()
    continuation.resume(throwing: FormIsPending())
  }

  /// Nobody wants it any more, and it is not begun.
  private func drop(_ job: FormJob) {
    end(job)
    let image = job.id.image
    lines[image]?.jobs.removeAll { $0 === job }
    guard let line = lines[image], line.jobs.isEmpty else { return }
    lines[image] = nil
    queue.withdraw(line.ticket)
  }

  private func end(_ job: FormJob) {
    jobs[job.id] = nil
    job.claiming?.cancel()
    // Another node may make it from here on; what this one has stored is there by now.
    job.claim = nil
    lastSerial += 1
    ends.insert(lastSerial, for: job.id)
    queue.release(job.cost)
  }

  // MARK: Decoding

  private func enqueue(_ job: FormJob) {
    job.isInLine = true
    if lines[job.id.image] != nil {
      lines[job.id.image]?.jobs.append(job)
    } else {
      stand(in: job.id.image, [job])
    }
  }

  /// Begins a line for a picture: what joins until its turn comes is made in the same decode.
  private func stand(in image: ImageID, _ jobs: [FormJob]) {
    let ticket = queue.makeTicket()
    lines[image] = Line(ticket: ticket, jobs: jobs)
    openWork.enter()
    Task {
      await self.serve(image, ticket)
      openWork.leave()
    }
  }

  private func serve(_ image: ImageID, _ ticket: RenderQueue.Ticket) async {
    guard let line = lines[image], line.ticket == ticket else { return }
    let priority: RenderQueue.Priority =
      line.jobs.contains { $0.isUrgent } ? .waiting : .background
    guard let slot = await queue.enter(ticket, priority) else { return turnAway(image, ticket) }
    let batch = takeBatch(image, ticket)
    let results = batch.isEmpty ? [] : await batches.render(batch.map(\.recipe), of: image)
    queue.leave(slot)
    for (job, result) in zip(batch, results) { await settle(job, result) }
  }

  /// The server is ending, or everybody has left.
  private func turnAway(_ image: ImageID, _ ticket: RenderQueue.Ticket) {
    guard let line = lines[image], line.ticket == ticket else { return }
    lines[image] = nil
    for job in line.jobs {
      end(job)
      job.finish(.failure(RenderQueue.Full.ending))
    }
  }

  /// What one decode can make in bounded memory: what devices wait for first.
  private func takeBatch(_ image: ImageID, _ ticket: RenderQueue.Ticket) -> [FormJob] {
    guard let line = lines[image], line.ticket == ticket else { return [] }
    lines[image] = nil
    let jobs = line.jobs.filter(\.isUrgent) + line.jobs.filter { !$0.isUrgent }
    guard let picture = jobs.first?.picture else { return [] }
    let count =
      Renderer.batches(
        of: jobs.map(\.capability), pictureWidth: picture.width, pictureHeight: picture.height
      ).first?.count ?? 0
    if count < jobs.count { stand(in: image, Array(jobs[count...])) }
    for job in jobs.prefix(count) { job.isInLine = false }
    return Array(jobs.prefix(count))
  }

  // MARK: Afterwards

  private func settle(_ job: FormJob, _ result: Result<MadeForm, any Error>) async {
    do {
      let ready = try await keep(try result.get(), for: job)
      end(job)
      job.finish(.success(ready))
    } catch let error as RenderError where error.isLasting {
      refusals.insert(error, for: job.id)
      end(job)
      job.finish(.failure(error))
    } catch StoreError.storeFull where job.isUrgent && job.failureCount == 0 {
      // The disk is full before the limit on stored forms is reached: some of them go.
      job.failureCount += 1
      do {
        try await library.freeSpace(byteCount: Self.freedByteCount)
        enqueue(job)
      } catch {
        handOver(job, error)
      }
    } catch {
      handOver(job, error)
    }
  }

  /// Stores or spools a form, as those want it who wait by then.
  private func keep(_ made: MadeForm, for job: FormJob) async throws -> ReadyForm {
    var spooled: ReadyForm?
    while true {
      let (isStored, reason) = (job.isStored, job.reason)
      do {
        let ready = try await batches.keep(made, isStored: isStored, reason: reason)
        // Somebody who wants it stored may have joined meanwhile.
        guard ready.isSpooled, job.isStored, !isStored else { return ready }
        spooled = ready
      } catch let error as StoreError
        where error.isLackOfRoom && reason != .request && job.isUrgent
      {
        // Work in advance finds no room, and devices wait for the same form: theirs may take some,
        // and what is not to be stored is there.
        if job.reason == .request { continue }
        if let spooled { return spooled }
        return try await batches.keep(made, isStored: false, reason: .request)
      }
    }
  }

  /// What failed may succeed for the next who waits: only the one for whom it was done hears of it.
  private func handOver(_ job: FormJob, _ error: any Error) {
    job.failureCount += 1
    guard job.waiters.count > 1, job.failureCount < Self.attemptLimit else {
      end(job)
      return job.finish(.failure(error))
    }
    job.takeLeader()?.resume(throwing: error)
    enqueue(job)
  }
}

extension FormJob {
  fileprivate var recipe: FormRecipe { FormRecipe(id: id, capability: capability) }
}

extension StoreError {
  /// True when other forms may have to go first.
  fileprivate var isLackOfRoom: Bool {
    switch self {
    case .formsFull, .storeFull: true
    default: false
    }
  }
}

extension RenderError {
  /// True when the same form fails the same way whenever it is tried.
  fileprivate var isLasting: Bool {
    switch self {
    case .picture(.outOfMemory), .picture(.unreadable), .output, .cancelled: false
    default: true
    }
  }
}
