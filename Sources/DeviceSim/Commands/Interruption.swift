internal import Dispatch
internal import Foundation

/// Runs `body` to its end, or until SIGINT or SIGTERM asks the program to end, which is no failure.
func runUntilInterrupted(_ body: @escaping @Sendable () async throws -> Void) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await body() }
    group.addTask { await interruption() }
    defer { group.cancelAll() }
    // The other one is cancelled, and what it then throws is of no interest.
    try await group.next()
  }
}

/// Waits for SIGINT, SIGTERM, or the task's cancellation.
private func interruption() async {
  let (signals, continuation) = AsyncStream<Void>.makeStream()
  let sources = [SIGINT, SIGTERM].map { number in
    #if canImport(Darwin)
      // There a source only watches, and the signal would take its course as well.
      unsafe signal(number, SIG_IGN)
    #endif
    let source = DispatchSource.makeSignalSource(signal: number)
    source.setEventHandler { continuation.yield() }
    source.resume()
    return source
  }
  defer { for source in sources { source.cancel() } }
  for await _ in signals { return }
}
