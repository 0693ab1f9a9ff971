internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Render
internal import Store

/// Everything behind the connections of a server that keeps pictures, put together in one place: the
/// store, the queue, who makes and who finds, and what goes on beside them.
struct ServerRooms: WorkingRooms {
  /// What each connection works with.
  let services: ServerServices
  /// Takes pictures in.
  let registrar: Registrar
  private let queue: RenderQueue
  private let advance: AdvanceMaker
  private let upkeep: Upkeep

  /// - Parameters:
  ///   - isOnLoopback: nobody but this machine reaches the listener for devices.
  ///   - tickets: hands out tickets to this server, where fronts may refer to it.
  init(
    library: any Library, configuration: ServerConfiguration, isOnLoopback: Bool,
    tickets: TicketOffice? = nil, logger: Logger
  ) {
    let renderer = Renderer()
    let policy = configuration.policy
    let files = NIOThreadPool(numberOfThreads: System.coreCount)
    files.start()
    let openWork = OpenWork()
    queue = RenderQueue(threadCount: System.coreCount)
    let shelf = FormShelf(memoryByteLimit: configuration.memoryByteLimit)
    let batches = BatchRenderer(
      library: library, renderer: renderer, queue: queue, shelf: shelf, logger: logger)
    let maker = FormMaker(
      library: library, batches: batches, queue: queue, shelf: shelf, openWork: openWork)
    let advance = AdvanceMaker(
      library: library, maker: maker, policy: policy, openWork: openWork, logger: logger)
    self.advance = advance
    let ledger = DemandLedger(library: library, logger: logger) { advance.counted($0) }
    registrar = Registrar(
      library: library, queue: queue, renderer: renderer, batches: batches, advance: advance,
      verification: configuration.verification, files: files, logger: logger)
    let finder = FormFinder(
      library: library, maker: maker, advance: advance, shelf: shelf,
      patches: PatchDesk(library: library, files: files), ledger: ledger, policy: policy,
      files: files, logger: logger)
    services = ServerServices(
      library: library,
      desk: StoreDesk(
        library: library, finder: finder, registrar: registrar, tickets: tickets, logger: logger),
      watches: WatchHub(library: library, logger: logger), openWork: openWork, files: files,
      access: AccessDesk(
        library: library, isOnLoopback: isOnLoopback,
        opensRetrieval: configuration.opensRetrieval, actions: configuration.actions,
        logger: logger),
      ledger: ledger, logger: logger)
    upkeep = Upkeep(services: services, shelf: shelf)
  }

  /// Runs `body`, and beside it what goes on without anybody asking: counts are written, forms are
  /// made in advance, watchers are told, keys are watched, and what is old is let go.
  func whileWorking<Value: Sendable>(
    _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await advance.run() }
      group.addTask { await services.watches.run(services.library.nameChanges()) }
      upkeep.addTasks(to: &group)
      let value = try await body()
      group.cancelAll()
      return value
    }
  }

  /// Ends the work that connections began; after it nothing uses the store. No connection is left.
  func finish() async {
    await queue.shutDown()
    await upkeep.finish()
  }
}
