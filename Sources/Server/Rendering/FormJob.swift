internal import Capabilities
internal import Store

/// A form in the making and everybody who waits for it. Used by ``FormMaker`` alone.
final class FormJob {
  /// Somebody who waits.
  struct Waiter {
    let serial: Int
    let continuation: CheckedContinuation<ReadyForm, any Error>
  }

  let id: FormID
  let capability: Capability
  /// The picture it is made of.
  let picture: PictureFacts
  /// Pixels, as reserved.
  let cost: Int
  /// Store it; else it is only spooled.
  private(set) var isStored: Bool
  private(set) var reason: FormReason
  /// A device waits, or was told to come back for it.
  private(set) var isUrgent: Bool
  /// It is made even if nobody waits.
  private(set) var isWantedAnyway = false
  /// Waits for a decode; else it is part of one, or on its way into the store.
  var isInLine = true
  /// Waits for the sole right among all nodes to make it; `nil` where that is not asked for, or not
  /// any more.
  var claiming: Task<Void, Never>?
  /// That right, until the job ends.
  var claim: FormClaim?
  /// How often making it failed.
  var failureCount = 0
  private(set) var waiters: [Waiter] = []

  /// A new job; its first waiter comes with ``join(_:_:)``.
  init(_ order: MakeRequest, _ picture: PictureFacts, cost: Int) {
    id = order.id
    capability = order.capability
    self.picture = picture
    self.cost = cost
    isStored = order.isStored
    reason = order.reason
    isUrgent = order.priority == .waiting
  }

  /// One more wants it: if one wants it stored, it is stored. What a device asks for may take the
  /// room of other forms, also when it was begun in advance, which may not.
  func join(_ order: MakeRequest, _ waiter: Waiter) {
    if order.isStored, !isStored || order.reason == .request {
      isStored = true
      reason = order.reason
    }
    if order.priority == .waiting { isUrgent = true }
    waiters.append(waiter)
  }

  /// Somebody does not wait any more.
  func takeWaiter(_ serial: Int) -> CheckedContinuation<ReadyForm, any Error>? {
    guard let index = waiters.firstIndex(where: { $0.serial == serial }) else { return nil }
    return waiters.remove(at: index).continuation
  }

  /// Somebody was told to come back for it.
  func promise() { isWantedAnyway = true }

  /// Whoever waited longest, for whom the work that failed was done.
  func takeLeader() -> CheckedContinuation<ReadyForm, any Error>? {
    waiters.isEmpty ? nil : waiters.removeFirst().continuation
  }

  /// Answers everybody.
  func finish(_ result: Result<ReadyForm, any Error>) {
    for waiter in waiters { waiter.continuation.resume(with: result) }
    waiters = []
  }
}
