internal import Capabilities
internal import Transport
internal import WireProtocol

/// Keeps a panel's picture as new as its name: fetches, draws, and waits to be told of more.
struct FormWatcher: Sendable {
  /// Sent so often, PING finds out within a minute or so that a server has gone.
  private static let keepAliveSeconds = 30
  private static let creditBytes = 1_048_576
  /// Before GET is repeated, unless the server asks for more.
  private static let shortestPause = Duration.milliseconds(200)

  let server: ServerAccess
  let name: ImageName
  /// The device's alternatives.
  let capabilities: [Capability]
  /// How long to go on reconnecting.
  let patience: Duration
  /// After so many drawings the work is done; `nil`: never.
  let drawingLimit: Int?

  /// What the device holds, over all connections.
  private struct Panel {
    var transfer: FormTransfer
    var drawingCount = 0
    /// The generation of what is shown, once this connection has told it.
    var generation: UInt32?
  }

  /// What comes after a GET.
  private enum Next {
    case news
    case getAgain(after: Duration)
  }

  /// Watches until the limit is reached, patience is at its end, or the task is cancelled.
  /// - Parameters:
  ///   - draw: called with each form that is to be shown.
  ///   - say: called with one line on whatever happened.
  func run(
    draw: (FormTransfer.Received) throws -> Void, say: (String) -> Void
  ) async throws {
    var panel = Panel(
      transfer: FormTransfer(
        name, creditBytes: Self.creditBytes, shown: .none, base: nil, partial: PartialForm()))
    var patience = Patience(patience)
    while true {
      do {
        panel.generation = nil
        return try await link.withConnection { client in
          try await client.watch([name])
          patience.restart()
          try await follow(client, &panel, draw, say)
        }
      } catch let error as DeviceClientError where error.isRetryable && !Task.isCancelled {
        guard try await patience.wait(error.retryAfter) else { throw error }
      }
    }
  }

  private var link: DeviceLink {
    var link = DeviceLink(server: server, capabilities: capabilities)
    link.settings.keepAliveSeconds = Self.keepAliveSeconds
    return link
  }

  /// One connection: GET at once, since the name may have moved before, then whenever it moves.
  private func follow(
    _ client: DeviceClient, _ panel: inout Panel, _ draw: (FormTransfer.Received) throws -> Void,
    _ say: (String) -> Void
  ) async throws {
    var next = try await get(client, &panel, draw, say)
    while panel.drawingCount < drawingLimit ?? .max {
      switch next {
      case .getAgain(let pause):
        // News do not make a form sooner.
        let end = ContinuousClock.now + pause
        while end > .now, try await client.notification(within: end - .now) != nil {}
      case .news:
        guard let news = try await client.notification() else { continue }
        if news.isRemoval {
          say("\(name): removed, generation \(news.generation)")
          continue
        }
        // GET was faster than this NOTIFY.
        if news.generation == panel.generation { continue }
      }
      next = try await get(client, &panel, draw, say)
    }
  }

  private func get(
    _ client: DeviceClient, _ panel: inout Panel, _ draw: (FormTransfer.Received) throws -> Void,
    _ say: (String) -> Void
  ) async throws -> Next {
    let progress = ProgressLine("fetching \(name)")
    defer { progress.clear() }
    do {
      let form = try await panel.transfer.get(client, through: link) { progress.show($0, of: $1) }
      switch form.status {
      case .pending:
        return .getAgain(after: max(.seconds(Int64(form.nextPollSeconds)), Self.shortestPause))
      case .notModified:
        panel.generation = form.generation
        say("\(name): generation \(form.generation), not modified")
      case .ok, .patch:
        guard let received = try panel.transfer.whole(form) else {
          return .getAgain(after: .zero)
        }
        try draw(received)
        panel.transfer.show(received)
        panel.generation = form.generation
        panel.drawingCount += 1
        progress.clear()
        say(
          "\(name): generation \(form.generation), \(received.sentByteCount) bytes as sent, "
            + (form.status == .patch ? "patch of \(received.bytes.count)" : "whole"))
      }
      return .news
    } catch let error as DeviceClientError {
      return try next(after: error, say)
    }
  }

  /// A GET that failed on a connection that lives: what may change is waited for.
  private func next(after error: DeviceClientError, _ say: (String) -> Void) throws -> Next {
    guard case .refused(let message) = error else { throw error }
    if error.isRetryable { return .getAgain(after: max(error.retryAfter, Self.shortestPause)) }
    switch message.code {
    case .notFound, .pictureRefused, .formTooLarge:
      say("\(name): \(error)")
      return .news
    default: throw error
    }
  }
}
