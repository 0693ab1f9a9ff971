internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Store
internal import WireProtocol

/// Everything behind the connections of a front, put together in one place. It keeps keys, kinds of
/// devices and what devices say of themselves; pictures and forms only pass through.
struct FrontRooms: WorkingRooms {
  /// What each connection works with.
  let services: ServerServices
  private let choice: BackChoice
  private let names: BackNames
  private let news: AsyncStream<NameChange>
  private let watched: AsyncStream<(name: String, isWatched: Bool)>
  private let upkeep: Upkeep

  /// - Parameters:
  ///   - isOnLoopback: nobody but this machine reaches the listener.
  ///   - key: what this front and its backs prove to each other.
  init(
    library: any Library, configuration: ServerConfiguration, isOnLoopback: Bool,
    key: PresharedKey, logger: Logger
  ) {
    let files = NIOThreadPool(numberOfThreads: System.coreCount)
    files.start()
    let choice = BackChoice(
      backs: configuration.backs.map { Back(BackLink(address: $0, key: key), logger: logger) })
    self.choice = choice
    let (news, newsContinuation) = AsyncStream.makeStream(of: NameChange.self)
    let (watched, watchedContinuation) = AsyncStream.makeStream(
      of: (name: String, isWatched: Bool).self)
    (self.news, self.watched) = (news, watched)
    let names = BackNames(choice: choice, news: newsContinuation, logger: logger)
    self.names = names
    services = ServerServices(
      library: library,
      desk: FrontDesk(
        choice: choice,
        spool: RelaySpool(
          library: library, files: files, byteLimit: configuration.spoolByteLimit,
          memoryByteLimit: configuration.memoryByteLimit),
        seal: ReferralSeal(key.secret), refers: configuration.split == .refer, files: files,
        logger: logger),
      watches: WatchHub(
        logger: logger, observer: { watchedContinuation.yield(($0, $1)) },
        lookUp: { await names.state(of: $0) }),
      openWork: OpenWork(), files: files,
      access: AccessDesk(
        library: library, isOnLoopback: isOnLoopback,
        opensRetrieval: configuration.opensRetrieval, actions: configuration.actions,
        logger: logger),
      ledger: DemandLedger(library: library, logger: logger) { _ in }, logger: logger)
    upkeep = Upkeep(services: services, shelf: nil)
  }

  /// Runs `body`, and beside it what goes on without anybody asking: backs are tried, names are
  /// watched at them, devices that watch are told, and keys are watched.
  func whileWorking<Value: Sendable>(
    _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for back in choice.backs { group.addTask { await back.watch() } }
      group.addTask { await names.run(watched) }
      group.addTask { await services.watches.run(news) }
      upkeep.addTasks(to: &group)
      let value = try await body()
      group.cancelAll()
      return value
    }
  }

  /// Ends the work that connections began; after it nothing uses the store. No connection is left.
  func finish() async {
    await upkeep.finish()
  }
}
