/// How long a transfer is tried anew. The time runs from the first failure, and starts anew
/// whenever something was achieved in between.
struct Patience {
  private static let shortestDelay = Duration.milliseconds(100)
  private static let longestDelay = Duration.seconds(2)

  private let limit: Duration
  private var since: ContinuousClock.Instant?
  private var delay = Self.shortestDelay

  init(_ limit: Duration) { self.limit = limit }

  /// Something was achieved.
  mutating func restart() {
    since = nil
    delay = Self.shortestDelay
  }

  /// Waits before the next attempt, longer each time, at least as long as the server asked for.
  /// - Returns: false when patience is at its end.
  mutating func wait(_ asked: Duration) async throws -> Bool {
    let now = ContinuousClock.now
    let began = since ?? now
    since = began
    let pause = max(asked, delay)
    delay = min(delay * 2, Self.longestDelay)
    guard now - began + pause <= limit else { return false }
    try await Task.sleep(for: pause)
    return true
  }
}
