internal import Logging
internal import Transport
internal import WireProtocol

/// One back as a front sees it: the connections to it, and whether it does its work.
actor Back {
  /// Connections at once; who comes then waits for one.
  private static let connectionLimit = 64
  /// Connections that are kept although nothing is done with them.
  private static let idleLimit = 16
  /// How often it is tried.
  private static let probeInterval = Duration.seconds(1)
  /// How long it may take then.
  private static let probeDeadline = Duration.seconds(3)
  /// A listing of names that begin with this reads the catalog, and is short.
  private static let probePrefix = "\u{10FFFD}"

  nonisolated let address: ServerAddress
  nonisolated let link: BackLink
  private let logger: Logger
  private var idle: [BackWorker] = []
  private var busy: [ObjectIdentifier: BackWorker] = [:]
  /// The connection that it is tried on, beside all others.
  private var prober: BackWorker?
  private var waiting: [CheckedContinuation<Void, Never>] = []
  /// It did its work when it was last tried.
  private(set) var isUp = true

  init(_ link: BackLink, logger: Logger) {
    self.link = link
    address = link.address
    var logger = logger
    logger[metadataKey: "back"] = "\(link.address)"
    self.logger = logger
  }

  /// Does something on a connection to this back.
  /// - Parameters:
  ///   - isRepeatable: it may be done twice, so that a connection may be used that stood idle and
  ///     may be gone.
  ///   - body: what is done; it may run twice then.
  /// - Throws: ``DeviceClientError``; what `body` throws.
  func run<Value: Sendable>(
    isRepeatable: Bool, _ body: @escaping @Sendable (DeviceClient) async throws -> Value
  ) async throws -> Value {
    while busy.count >= Self.connectionLimit {
      await withCheckedContinuation { waiting.append($0) }
    }
    if isRepeatable, let worker = idle.popLast() {
      do {
        return try await use(worker, body)
      } catch let error as DeviceClientError where error.isOfConnection && !Task.isCancelled {
        // The others that stood idle are as old.
        let old = idle
        idle = []
        for worker in old { worker.close() }
      }
    }
    let worker = BackWorker(link) { [weak self] worker in
      Task { await self?.forget(worker) }
    }
    return try await use(worker, body)
  }

  private func use<Value: Sendable>(
    _ worker: BackWorker, _ body: @escaping @Sendable (DeviceClient) async throws -> Value
  ) async throws -> Value {
    busy[ObjectIdentifier(worker)] = worker
    defer { release() }
    do {
      let value = try await worker.run(body)
      keep(worker)
      return value
    } catch {
      if case DeviceClientError.refused = error {
        keep(worker)
      } else {
        busy[ObjectIdentifier(worker)] = nil
        worker.close()
      }
      throw error
    }
  }

  private func keep(_ worker: BackWorker) {
    guard busy.removeValue(forKey: ObjectIdentifier(worker)) != nil else { return worker.close() }
    if idle.count < Self.idleLimit { idle.append(worker) } else { worker.close() }
  }

  private func forget(_ worker: BackWorker) {
    busy[ObjectIdentifier(worker)] = nil
    idle.removeAll { $0 === worker }
    release()
  }

  private func release() {
    guard busy.count < Self.connectionLimit, !waiting.isEmpty else { return }
    waiting.removeFirst().resume()
  }

  // MARK: Health

  /// Tries the back again and again, by a request that reads its catalog, until this is cancelled.
  func watch() async {
    while !Task.isCancelled {
      await probe()
      try? await Task.sleep(for: Self.probeInterval)
    }
    prober?.close()
    closeAll()
  }

  private func probe() async {
    var failure = await failureOfProbe()
    // The connection that it was tried on may be all that is gone.
    if failure != nil { failure = await failureOfProbe() }
    guard !Task.isCancelled else { return }
    if let failure {
      isDown(failure)
      // What waits for it goes to another one.
      closeAll()
    } else {
      if !isUp { logger.info("a back is up") }
      isUp = true
    }
  }

  /// A connection to the back failed, so that it is not asked before it is tried again.
  func isDown(_ reason: String) {
    if isUp { logger.warning("a back is down", metadata: ["reason": "\(LogText(reason))"]) }
    isUp = false
  }

  private func failureOfProbe() async -> String? {
    let worker = prober ?? BackWorker(link) { _ in }
    prober = worker
    do {
      try await withDeadline(Self.probeDeadline) {
        _ = try await worker.run { client in
          try await client.list(ListMessage(prefix: Self.probePrefix))
        }
      }
      return nil
    } catch {
      prober = nil
      worker.close()
      return "\(error)"
    }
  }

  private func closeAll() {
    let workers = idle + busy.values
    idle = []
    for worker in workers { worker.close() }
  }
}

extension DeviceClientError {
  /// The connection failed, and not the request.
  var isOfConnection: Bool {
    if case .refused = self { false } else { true }
  }
}

/// Runs `body`, and cancels it after `limit`.
/// - Throws: what `body` throws.
func withDeadline(_ limit: Duration, _ body: @escaping @Sendable () async throws -> Void)
  async throws
{
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw DeviceClientError.lost("no answer for \(limit)")
    }
    defer { group.cancelAll() }
    try await group.next()
  }
}
