import Capabilities
import Codecs
import Foundation
import NIOPosix
import Render
import Store
import Testing

@testable import Server

/// A finder over a real library in a folder of its own, with everything it works with.
struct Finding {
  let folder: TemporaryFolder
  let library: EmbeddedLibrary
  let queue: RenderQueue
  let shelf: FormShelf
  let openWork = OpenWork()
  let record: LogRecord
  let batches: BatchRenderer
  let maker: FormMaker
  let ledger: DemandLedger
  let advance: AdvanceMaker
  let files = NIOThreadPool(numberOfThreads: 1)
  let finder: FormFinder

  /// - Parameters:
  ///   - folder: of a finding that was closed; `nil`: a new one.
  ///   - costLimit: pixels of all renders in progress and in line.
  ///   - memoryByteLimit: for stored forms in memory; 0 lets every request read the store.
  init(
    _ folder: TemporaryFolder? = nil, threadCount: Int = 2, costLimit: Int? = nil,
    memoryByteLimit: Int = 0, policy: FormPolicy = FormPolicy(), formByteLimit: Int = 1 << 30,
    patience: Duration = .seconds(50), faults: FaultHook? = nil
  ) async throws {
    self.folder = try folder ?? TemporaryFolder()
    library = try await EmbeddedLibrary.open(
      self.folder.path + "/data", at: Date(timeIntervalSince1970: 1_800_000_000),
      limits: StoreLimits(formByteLimit: formByteLimit), faults: faults)
    queue = RenderQueue(threadCount: threadCount, costLimit: costLimit)
    shelf = FormShelf(memoryByteLimit: memoryByteLimit)
    record = LogRecord()
    files.start()
    batches = BatchRenderer(
      library: library, renderer: Renderer(), queue: queue, shelf: shelf,
      logger: record.logger())
    maker = FormMaker(
      library: library, batches: batches, queue: queue, shelf: shelf, openWork: openWork)
    let advance = AdvanceMaker(
      library: library, maker: maker, policy: policy, openWork: openWork,
      logger: record.logger())
    self.advance = advance
    ledger = DemandLedger(library: library, logger: record.logger()) { advance.counted($0) }
    finder = FormFinder(
      library: library, maker: maker, advance: advance, shelf: shelf,
      patches: PatchDesk(library: library, files: files), ledger: ledger, policy: policy,
      files: files, logger: record.logger(), patience: patience)
  }

  /// Registers a picture and makes the kinds known.
  func prepare(_ kinds: [Capability], picture: String = "gray8.png") async throws -> ImageID {
    try await library.remember(kinds, isTrusted: true, at: Date())
    return try await library.register("a", fixture(picture))
  }

  /// Finds a form that has to be sent.
  func found(
    _ image: ImageID, _ alternatives: [Capability], shown: [UInt8] = []
  ) async throws -> Found {
    let outcome = try await find(image, alternatives, shown: shown)
    guard case .found(let alternative, let ready) = outcome else { throw NotFound() }
    return Found(
      alternative: alternative, id: ready.form.id, facts: ready.form.facts,
      sent: ready.form.sent, isSpooled: ready.isSpooled,
      bytes: try ready.read(at: 0, count: ready.form.byteCount))
  }

  /// Asks for a form.
  func find(
    _ image: ImageID, _ alternatives: [Capability], shown: [UInt8] = [], partial: [UInt8] = [],
    offset: Int = 0
  ) async throws -> FindOutcome {
    try await finder.find(
      FormRequest(
        image: image, name: "a", alternatives: alternatives, shown: shown, partial: partial,
        offset: offset))
  }

  struct NotFound: Error {}
  struct Found: Hashable {
    let alternative: Int
    let id: FormID
    let facts: FormFacts
    let sent: [UInt8]
    let isSpooled: Bool
    let bytes: [UInt8]
  }

  /// Waits until nothing is left of what was made and not stored; the thread that made it may let
  /// go of it a moment after its result is known.
  func waitForEmptySpool() async {
    while !folder.files("data/spool").isEmpty { await Task.yield() }
  }

  /// Forms that were stored.
  var madeCount: Int { record.count("form made") }
  /// Forms that were spooled only.
  var convertedCount: Int { record.count("form converted") }
  var decodeCount: Int { record.count("decoded") }

  func close() async throws {
    await queue.shutDown()
    await openWork.drain()
    try await ledger.flush()
    try await files.shutdownGracefully()
    try await library.close()
  }
}
