internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Render
internal import Store

/// Everything behind the connections of a server that does all the work itself, put together in
/// one place: the store, the queue, who makes and who finds, and what goes on beside them.
struct ServerRooms: Sendable {
  /// What each connection works with.
  let services: ServerServices
  private let queue: RenderQueue
  private let shelf: FormShelf
  private let ledger: DemandLedger
  private let advance: AdvanceMaker

  init(
    library: any Library, configuration: ServerConfiguration, isOnLoopback: Bool, logger: Logger
  ) {
    let renderer = Renderer()
    let policy = configuration.policy
    let files = NIOThreadPool(numberOfThreads: System.coreCount)
    files.start()
    let openWork = OpenWork()
    queue = RenderQueue(threadCount: System.coreCount)
    shelf = FormShelf(memoryByteLimit: configuration.memoryByteLimit)
    let batches = BatchRenderer(
      library: library, renderer: renderer, queue: queue, shelf: shelf, logger: logger)
    let maker = FormMaker(
      library: library, batches: batches, queue: queue, shelf: shelf, openWork: openWork)
    let advance = AdvanceMaker(
      library: library, maker: maker, policy: policy, openWork: openWork, logger: logger)
    self.advance = advance
    ledger = DemandLedger(library: library, logger: logger) { advance.counted($0) }
    services = ServerServices(
      library: library,
      finder: FormFinder(
        library: library, maker: maker, advance: advance, shelf: shelf,
        patches: PatchDesk(library: library, files: files), ledger: ledger, policy: policy,
        files: files, logger: logger),
      registrar: Registrar(
        library: library, queue: queue, renderer: renderer, batches: batches, advance: advance,
        verification: configuration.verification, files: files, logger: logger),
      watches: WatchHub(library: library, logger: logger), openWork: openWork, files: files,
      access: AccessDesk(
        library: library, isOnLoopback: isOnLoopback,
        opensRetrieval: configuration.opensRetrieval, logger: logger),
      ledger: ledger, logger: logger)
  }

  /// Runs `body`, and beside it what goes on without anybody asking: counts are written, forms are
  /// made in advance, watchers are told, keys are watched, and what is old is let go.
  func whileWorking<Value: Sendable>(
    _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await ledger.run() }
      group.addTask { await advance.run() }
      group.addTask { await services.watches.run(services.library.nameChanges()) }
      group.addTask { await services.access.run(services.library.nameChanges()) }
      group.addTask { await tidy() }
      let value = try await body()
      group.cancelAll()
      return value
    }
  }

  /// Ends the work that connections began; after it nothing uses the store. No connection is left.
  func finish() async {
    await queue.shutDown()
    await services.openWork.drain()
    do {
      try await ledger.flush()
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
      shelf.expire()
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
