internal import NIOPosix
internal import Store
internal import Synchronization
internal import WireProtocol

/// What a front holds of forms between the back and the devices: bounded, in memory while there are
/// few bytes of it, else in files.
final class RelaySpool: Sendable {
  /// Larger forms go to files whatever room there is in memory.
  private static let memoryFormByteLimit = 65_536

  private let library: any Library
  private let files: NIOThreadPool
  private let byteLimit: Int
  private let memoryByteLimit: Int
  private let held = Mutex((bytes: 0, inMemory: 0))

  /// - Parameters:
  ///   - byteLimit: bytes of all that is held.
  ///   - memoryByteLimit: of these, bytes in memory.
  init(library: any Library, files: NIOThreadPool, byteLimit: Int, memoryByteLimit: Int) {
    self.library = library
    self.files = files
    self.byteLimit = byteLimit
    self.memoryByteLimit = memoryByteLimit
  }

  /// Bytes that are held now.
  var byteCount: Int { held.withLock { $0.bytes } }

  /// Makes room for the bytes that FORM announces.
  /// - Throws: ``RequestFailure`` when there is none.
  func begin(_ form: FormMessage) async throws -> RelayIntake {
    let byteCount = Int(form.length)
    guard let place = reserve(byteCount) else {
      throw RequestFailure(
        .busy, "the spool of this server is full: \(byteCount) bytes more than \(byteLimit)",
        retryAfterSeconds: 2)
    }
    let file = place.isInMemory ? nil : try await library.makeSpoolFile()
    return RelayIntake(base: Int(form.offset), place: place, file: file, files: files)
  }

  private func reserve(_ byteCount: Int) -> RelayPlace? {
    let isInMemory: Bool? = held.withLock { held in
      guard byteCount <= byteLimit - held.bytes else { return nil }
      held.bytes += byteCount
      let isInMemory =
        byteCount <= Self.memoryFormByteLimit && byteCount <= memoryByteLimit - held.inMemory
      if isInMemory { held.inMemory += byteCount }
      return isInMemory
    }
    return isInMemory.map { RelayPlace(byteCount, isInMemory: $0, in: self) }
  }

  fileprivate func release(_ byteCount: Int, isInMemory: Bool) {
    held.withLock { held in
      held.bytes -= byteCount
      if isInMemory { held.inMemory -= byteCount }
    }
  }
}

/// Room for one form, given back when the last reference goes.
final class RelayPlace: Sendable {
  let isInMemory: Bool
  private let byteCount: Int
  private let spool: RelaySpool

  fileprivate init(_ byteCount: Int, isInMemory: Bool, in spool: RelaySpool) {
    self.byteCount = byteCount
    self.isInMemory = isInMemory
    self.spool = spool
  }

  deinit { spool.release(byteCount, isInMemory: isInMemory) }
}

/// A form that comes from a back.
struct RelayIntake: Sendable {
  private let base: Int
  private let place: RelayPlace
  private let file: SpoolFile?
  private let files: NIOThreadPool
  private var memory: [UInt8] = []

  fileprivate init(base: Int, place: RelayPlace, file: SpoolFile?, files: NIOThreadPool) {
    self.base = base
    self.place = place
    self.file = file
    self.files = files
  }

  /// The next bytes.
  mutating func append(_ bytes: [UInt8]) async throws {
    if let file {
      try await files.runIfActive { try file.append(bytes) }
    } else {
      memory += bytes
    }
  }

  /// All bytes have come.
  func finish() async throws -> RelayedForm {
    guard let file else { return RelayedForm(base: base, place: place, bytes: .memory(memory)) }
    let spooled = try await files.runIfActive { try file.finish() }
    return RelayedForm(base: base, place: place, bytes: .file(spooled))
  }
}

/// The bytes of a form that a back sent, from where the device wants them on.
struct RelayedForm: FormSource {
  fileprivate enum Bytes: Sendable {
    case memory([UInt8])
    case file(SpooledForm)
  }

  /// The form's byte that is the first here.
  private let base: Int
  private let place: RelayPlace
  private let bytes: Bytes

  fileprivate init(base: Int, place: RelayPlace, bytes: Bytes) {
    self.base = base
    self.place = place
    self.bytes = bytes
  }

  var isInMemory: Bool { place.isInMemory }

  func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    let start = offset - base
    guard start >= 0 else { return [] }
    switch bytes {
    case .memory(let bytes): return Array(bytes.dropFirst(start).prefix(count))
    case .file(let form): return try form.content.read(at: start, count: count)
    }
  }
}
