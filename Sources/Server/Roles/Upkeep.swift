internal import Foundation
internal import Logging
internal import NIOPosix
internal import Store

/// What goes on beside the connections of any server, and what is left to do when they are gone.
struct Upkeep: Sendable {
  let services: ServerServices
  /// Spooled forms; `nil` where none are made.
  let shelf: FormShelf?

  /// Writes counts, watches keys, and lets go of what is old, until the group is cancelled.
  func addTasks(to group: inout ThrowingTaskGroup<Void, any Error>) {
    group.addTask { await services.ledger.run() }
    group.addTask { await services.access.run(services.library.nameChanges()) }
    group.addTask { await tidy() }
  }

  /// Waits for the work that connections began, and writes what is not written; no connection is
  /// left.
  func finish() async {
    await services.openWork.drain()
    do {
      try await services.ledger.flush()
    } catch {
      services.logger.error("requests cannot be counted", metadata: ["error": "\(error)"])
    }
    try? await services.files.shutdownGracefully()
  }

  /// Lets go of spooled forms within seconds of their time, and of stale files every day.
  private func tidy() async {
    let clock = ContinuousClock()
    var nextSweep = clock.now + .seconds(86_400)
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(5))
      shelf?.expire()
      guard clock.now >= nextSweep else { continue }
      nextSweep = clock.now + .seconds(86_400)
      do {
        try await services.library.sweep(at: Date())
      } catch {
        services.logger.error("the store cannot be swept", metadata: ["error": "\(error)"])
      }
    }
  }
}
