internal import Capabilities
internal import Foundation
internal import Logging
internal import Store
internal import Synchronization

/// One request as it is counted.
struct CountedRequest: Sendable {
  let key: RequestKey
  /// The name that was asked for; `nil` for an id.
  let name: String?
}

/// Counts requests, and notes what devices say of themselves. What is found at once is counted within a second or two; a count that decides
/// whether a form is stored is in the catalog before anybody acts on it. Requests that come together
/// share one transaction.
actor DemandLedger {
  /// Different things that are remembered while the catalog cannot be written.
  private static let pendingLimit = 100_000

  /// Devices of which is remembered what they say, until it is written.
  private static let deviceLimit = 10_000

  private let library: any Library
  private let logger: Logger
  /// Told what every transaction counted.
  private let observer: @Sendable (RequestTotals) -> Void
  private let pending = Mutex(UseRecord())
  /// The transaction that comes next: it takes what is pending when it begins.
  private var next: Task<RequestTotals, any Error>?
  /// The one before it.
  private var last: Task<RequestTotals, any Error>?

  init(
    library: any Library, logger: Logger, observer: @escaping @Sendable (RequestTotals) -> Void
  ) {
    self.library = library
    self.logger = logger
    self.observer = observer
  }

  /// Counts a request some time soon.
  /// - Parameter form: what was sent for it, if anything.
  nonisolated func note(_ request: CountedRequest?, sent form: FormID? = nil, at now: Date) {
    pending.withLock { pending in
      guard pending.count < Self.pendingLimit else { return }
      if let request { pending.add(request, at: now) }
      if let form { pending.forms[form] = now }
    }
  }

  /// Remembers some time soon what a device said of itself.
  nonisolated func note(_ report: DeviceReport, of device: DeviceIdentity) {
    pending.withLock { pending in
      guard pending.devices.count < Self.deviceLimit || pending.devices[device] != nil else {
        return
      }
      pending.devices[device] = report
    }
  }

  /// Counts a request now.
  /// - Returns: how often this form was asked for, with this request.
  func count(_ request: CountedRequest, at now: Date) async throws -> Int {
    pending.withLock { $0.add(request, at: now) }
    return try await flush().images[request.key] ?? 0
  }

  /// Brings everything that was noted into the catalog.
  @discardableResult func flush() async throws -> RequestTotals {
    let task: Task<RequestTotals, any Error>
    if let next {
      task = next
    } else {
      let previous = last
      task = Task {
        _ = await previous?.result
        return try await self.record()
      }
      next = task
    }
    return try await task.value
  }

  /// Records what is noted, every second, until it is cancelled; and then once more.
  func run() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      guard !pending.withLock({ $0.isEmpty }) else { continue }
      do {
        try await flush()
      } catch {
        logger.error("requests cannot be counted", metadata: ["error": "\(error)"])
      }
    }
  }

  private func record() async throws -> RequestTotals {
    // Whoever comes from now on is counted by another transaction.
    last = next
    next = nil
    let record = pending.withLock { pending in
      defer { pending = UseRecord() }
      return pending
    }
    do {
      let totals = try await library.record(record, at: Date())
      observer(totals)
      return totals
    } catch {
      pending.withLock { $0.add(record, limit: Self.pendingLimit) }
      throw error
    }
  }
}

extension UseRecord {
  fileprivate var count: Int { requests.count + names.count + forms.count + devices.count }

  fileprivate mutating func add(_ request: CountedRequest, at now: Date) {
    requests[request.key, default: 0] += 1
    if let name = request.name { names[NameUse(name: name, key: request.key.key)] = now }
  }

  /// Takes back what could not be recorded.
  fileprivate mutating func add(_ other: UseRecord, limit: Int) {
    guard count + other.count <= limit else { return }
    requests.merge(other.requests, uniquingKeysWith: +)
    names.merge(other.names) { max($0, $1) }
    forms.merge(other.forms) { max($0, $1) }
    devices.merge(other.devices) { newer, _ in newer }
  }
}
