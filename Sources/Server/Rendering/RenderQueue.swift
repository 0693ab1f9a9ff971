internal import NIOPosix
internal import Synchronization

/// Where pictures are decoded and forms are made: as many slots as threads, and two lines before
/// them. Whoever has a device waiting goes before background work, and one thread is always left
/// for such work where there is more than one.
///
/// What may be asked for at once is bounded by what it costs in pixels, decoded and made, because
/// that is what time goes by. Decoding blocks a thread for its whole length, so it never runs on
/// the threads that Swift's tasks or the event loops share.
final class RenderQueue: Sendable {
  /// Who wants the work.
  enum Priority: Sendable {
    /// A device waits for it.
    case waiting
    /// Nobody waits.
    case background
  }

  /// So much is asked for that it would take too long, or the server is ending.
  struct Full: Error {
    /// When to ask again.
    let retryAfter: Duration

    /// The server is ending; another may be there soon.
    static let ending = Full(retryAfter: .seconds(5))
  }

  /// A place in line; never used twice.
  struct Ticket: Hashable, Sendable {
    fileprivate let serial: UInt64
  }

  /// What waits in line for a slot; resumed with `nil` when it never gets one.
  private struct Waiter {
    let ticket: Ticket
    let continuation: CheckedContinuation<Priority?, Never>
  }

  /// Somebody whose turn it is, as what.
  private typealias Turn = (continuation: CheckedContinuation<Priority?, Never>, priority: Priority)

  private struct State {
    var lastSerial: UInt64 = 0
    /// Pixels that were reserved.
    var reservedCost = 0
    var freeSlotCount: Int
    var freeBackgroundSlotCount: Int
    var waiting: [Waiter] = []
    var background: [Waiter] = []
    var isClosed = false

    /// Takes a slot for work of this priority.
    /// - Returns: false when there is none.
    mutating func takeSlot(_ priority: Priority) -> Bool {
      guard freeSlotCount > 0 else { return false }
      if priority == .background {
        guard freeBackgroundSlotCount > 0 else { return false }
        freeBackgroundSlotCount -= 1
      }
      freeSlotCount -= 1
      return true
    }

    /// The next in line for whom there is a slot, which is taken.
    mutating func next() -> Turn? {
      if !waiting.isEmpty, takeSlot(.waiting) {
        return (waiting.removeFirst().continuation, .waiting)
      }
      if !background.isEmpty, takeSlot(.background) {
        return (background.removeFirst().continuation, .background)
      }
      return nil
    }
  }

  /// Pixels that one thread decodes and makes in a second, on the slow side: what BUSY's delay and
  /// the bound are computed with.
  private static let pixelsPerSecond = 25_000_000
  /// Work for longer than this is not taken on.
  private static let longestLineSeconds = 60

  private let pool: NIOThreadPool
  private let threadCount: Int
  private let costLimit: Int
  private let state: Mutex<State>

  /// - Parameters:
  ///   - threadCount: work in progress at once.
  ///   - costLimit: pixels in progress and in line together; `nil`: a minute's work.
  init(threadCount: Int, costLimit: Int? = nil) {
    precondition(threadCount > 0 && costLimit ?? 0 >= 0)
    pool = NIOThreadPool(numberOfThreads: threadCount)
    self.threadCount = threadCount
    self.costLimit =
      costLimit ?? threadCount * Self.pixelsPerSecond * Self.longestLineSeconds
    state = Mutex(
      State(freeSlotCount: threadCount, freeBackgroundSlotCount: max(1, threadCount - 1)))
    pool.start()
  }

  // MARK: What it costs

  /// Takes on work of so many pixels; ``release(_:)`` it when it is done or given up. Work that
  /// alone passes the bound is taken on when there is no other.
  func reserve(_ cost: Int) throws(Full) {
    let refusal: Full? = state.withLock { state in
      if state.isClosed { return .ending }
      guard state.reservedCost == 0 || cost <= costLimit - state.reservedCost else {
        let seconds = state.reservedCost / (threadCount * Self.pixelsPerSecond)
        return Full(retryAfter: .seconds(min(max(1, seconds), Self.longestLineSeconds)))
      }
      state.reservedCost += cost
      return nil
    }
    if let refusal { throw refusal }
  }

  /// The work is done.
  func release(_ cost: Int) {
    state.withLock { $0.reservedCost -= cost }
  }

  // MARK: Slots

  /// A new place in line.
  func makeTicket() -> Ticket {
    state.withLock { state in
      state.lastSerial += 1
      return Ticket(serial: state.lastSerial)
    }
  }

  /// Waits for a slot; whoever got one calls ``leave(_:)``.
  /// - Returns: as what the slot was taken, for ``leave(_:)``; `nil` when the ticket was withdrawn
  ///   or the server is ending, and then there is no slot.
  func enter(
    isolation: isolated (any Actor)? = #isolation, _ ticket: Ticket, _ priority: Priority
  ) async -> Priority? {
    await withCheckedContinuation { continuation in
      let answer: Priority?? = state.withLock { state in
        if state.isClosed { return .some(nil) }
        if state.takeSlot(priority) { return priority }
        let waiter = Waiter(ticket: ticket, continuation: continuation)
        switch priority {
        case .waiting: state.waiting.append(waiter)
        case .background: state.background.append(waiter)
        }
        return nil
      }
      if let answer { continuation.resume(returning: answer) }
    }
  }

  /// A device waits now for what nobody waited for.
  func promote(_ ticket: Ticket) {
    let next: Turn? = state.withLock { state in
      guard let index = state.background.firstIndex(where: { $0.ticket == ticket }) else {
        return nil
      }
      state.waiting.append(state.background.remove(at: index))
      // The slot that background work must leave free may be there.
      return state.next()
    }
    if let next { next.continuation.resume(returning: next.priority) }
  }

  /// How many wait for a slot.
  var lineCount: Int { state.withLock { $0.waiting.count + $0.background.count } }

  /// Gives up a place in line; one that has a slot keeps it.
  func withdraw(_ ticket: Ticket) {
    let withdrawn: Waiter? = state.withLock { state in
      if let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) {
        return state.waiting.remove(at: index)
      }
      if let index = state.background.firstIndex(where: { $0.ticket == ticket }) {
        return state.background.remove(at: index)
      }
      return nil
    }
    withdrawn?.continuation.resume(returning: nil)
  }

  /// Gives the slot to the next.
  /// - Parameter priority: what ``enter(isolation:_:_:)`` returned.
  func leave(_ priority: Priority) {
    let next = state.withLock { state in
      state.freeSlotCount += 1
      if priority == .background { state.freeBackgroundSlotCount += 1 }
      return state.next()
    }
    if let next { next.continuation.resume(returning: next.priority) }
  }

  // MARK: Work

  /// Waits for a slot as somebody for whom a device waits, and runs blocking work in it.
  /// - Parameter cost: in pixels.
  /// - Throws: ``Full``; what `work` throws.
  func run<Value: Sendable>(
    cost: Int, _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try reserve(cost)
    defer { release(cost) }
    guard let slot = await enter(makeTicket(), .waiting) else { throw Full.ending }
    defer { leave(slot) }
    return try await onThread(work)
  }

  /// Runs blocking work; only with a slot.
  func onThread<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await pool.runIfActive(work)
  }

  /// The server is ending: what runs may end early.
  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Turns away the lines and everybody who comes, and waits for the work in progress.
  func shutDown() async {
    let line = state.withLock { state in
      state.isClosed = true
      defer { (state.waiting, state.background) = ([], []) }
      return state.waiting + state.background
    }
    for waiter in line { waiter.continuation.resume(returning: nil) }
    try? await pool.shutdownGracefully()
  }
}
