/// The sole right among all nodes of a store to make one form, until it is released. Dropping it
/// releases it too.
package final class FormClaim: Sendable {
  private let holds: @Sendable () -> Bool
  private let ended: @Sendable () async -> Void

  /// - Parameters:
  ///   - holds: whether the right is still there.
  ///   - ended: gives it back; may be called more than once.
  init(
    holds: @escaping @Sendable () -> Bool, ended: @escaping @Sendable () async -> Void
  ) {
    self.holds = holds
    self.ended = ended
  }

  /// The claim of a store with a single node, where nobody else could want it.
  init() {
    holds = { true }
    ended = {}
  }

  /// Whether no other node can have the right. False after its release, and when this node was not
  /// heard of for longer than a claim lasts: it was stopped, or the database could not be reached.
  /// What was made meanwhile is good nevertheless; it may be made twice.
  package var isHeld: Bool { holds() }

  /// Gives the right to the next node that waits for it.
  package func release() async { await ended() }

  deinit {
    let ended = ended
    Task { await ended() }
  }
}
