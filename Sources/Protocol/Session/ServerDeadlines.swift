/// What a server waits for, and until when.
struct ServerDeadlines: Hashable, Sendable {
  var handshake: Duration?
  var frame: Duration?
  var credit: Duration?
  var upload: Duration?
  /// When the last frame came or the last request was answered.
  var lastSign: Duration = .zero
}

extension ServerSession {
  /// When ``deadlineReached(at:)`` must be called, unless something happens before.
  public var nextDeadline: Duration? { earliestDeadline?.time }

  /// Acts on every deadline up to `now`; returns nothing when none was reached.
  public mutating func deadlineReached(at now: Duration) -> [ServerAction] {
    var actions: [ServerAction] = []
    while let (deadline, time) = earliestDeadline, time <= now {
      switch deadline {
      case .credit:
        guard let active else { preconditionFailure("a credit deadline without a request") }
        actions.append(.abandon(active.token))
        actions += failed(
          active.token, .creditTimeout,
          detail: "no CREDIT for \(settings.creditDeadline.components.seconds) s", at: now)
      case .idle:
        drain = GoAwayMessage(reason: .idle, holdOffSeconds: 0)
        goAway(into: &actions)
      case .handshake, .frame, .upload, .answer:
        end(.deadline(deadline), into: &actions)
      }
    }
    return actions
  }

  private var earliestDeadline: (deadline: SessionDeadline, time: Duration)? {
    guard phase != .closed else { return nil }
    var idle: Duration?
    if phase == .open, active == nil {
      idle = deadlines.lastSign + .milliseconds(1_500 * keepAliveSeconds)
    }
    let all: [(SessionDeadline, Duration?)] = [
      (.handshake, deadlines.handshake), (.frame, deadlines.frame),
      (.credit, deadlines.credit), (.upload, deadlines.upload), (.idle, idle),
    ]
    var earliest: (deadline: SessionDeadline, time: Duration)?
    for case (let deadline, let time?) in all where time < earliest?.time ?? time + .seconds(1) {
      earliest = (deadline, time)
    }
    return earliest
  }
}
