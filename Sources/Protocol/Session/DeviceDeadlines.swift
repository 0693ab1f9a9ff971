/// What a device waits for, and since when.
struct DeviceDeadlines: Hashable, Sendable {
  var handshake: Duration?
  /// When the server last had something to answer, or did.
  var answer: Duration = .zero
  var lastHeard: Duration = .zero
  var lastSent: Duration = .zero
}

extension DeviceSession {
  /// When ``deadlineReached(at:)`` must be called, unless something happens before.
  public var nextDeadline: Duration? {
    guard phase != .closed, phase != .unconnected else { return nil }
    return [deadlines.handshake, answerDeadline, pingTime].compactMap(\.self).min()
  }

  /// Acts on every deadline up to `now`; returns nothing when none was reached.
  public mutating func deadlineReached(at now: Duration) -> [DeviceAction] {
    var actions: [DeviceAction] = []
    guard phase != .closed, phase != .unconnected else { return actions }
    if let handshake = deadlines.handshake, handshake <= now {
      end(.deadline(.handshake), at: now, into: &actions)
    } else if let answer = answerDeadline, answer <= now {
      end(.deadline(.answer), at: now, into: &actions)
    } else if let pingTime, pingTime <= now {
      actions = ping(at: now)
    }
    return actions
  }

  /// The server owes an answer, DATA or CREDIT; it owes nothing while this side holds the bytes.
  private var answerDeadline: Duration? {
    guard phase == .open else { return nil }
    let begin: Duration
    switch work {
    case .receiving(let form, let offset, let window)
    where window.outstanding < min(ReceiveWindow.minByteCount, form.endOffset - offset):
      return nil
    case .uploading(_, let transfer) where transfer.requestedByteCount > 0:
      return nil
    case nil:
      guard pingsInFlight > 0 else { return nil }
      begin = deadlines.lastSent
    default:
      begin = deadlines.answer
    }
    return max(begin, deadlines.lastHeard) + settings.answerDeadline
  }

  /// Between requests the device speaks once in the time agreed, and the server has half that time
  /// more before it gives up.
  private var pingTime: Duration? {
    guard phase == .open, work == nil, pingsInFlight == 0, let keepAliveSeconds else {
      return nil
    }
    return deadlines.lastSent + .seconds(keepAliveSeconds)
  }
}
