import Capabilities
import Foundation
import Testing

@testable import Store

/// The implementations that pass the contract, each with a way to open it. Everything stored in a
/// place is found again by the next opening.
enum LibraryKind: String, CaseIterable, Codable, Sendable {
  case embedded, postgres

  /// Where a library is: a data folder, and the URI of a database where there is one. It can be
  /// handed to another process.
  struct Place: Codable, Sendable {
    let path: String
    let uri: String?
  }

  /// Where the library of a folder is; the database is made when it is first asked for.
  func place(_ folder: TemporaryFolder) async throws -> Place {
    switch self {
    case .embedded: Place(path: folder.data, uri: nil)
    case .postgres: Place(path: folder.data, uri: try await folder.database().uri)
    }
  }

  /// Opens the library in a place.
  func open(
    _ place: Place, at now: Date = .epoch, limits: StoreLimits = StoreLimits(),
    settings: PostgresSettings = PostgresSettings(), faults: FaultHook?
  ) async throws -> any OperatorLibrary {
    switch self {
    case .embedded:
      return try await EmbeddedLibrary.open(place.path, at: now, limits: limits, faults: faults)
    case .postgres:
      return try await PostgresLibrary.open(
        #require(place.uri.flatMap { PostgresURI($0) }), folder: place.path, at: now,
        limits: limits, settings: settings, faults: faults)
    }
  }

  /// Opens a library that keeps its folder from being removed for as long as it is used.
  func open(
    _ folder: TemporaryFolder, at now: Date = .epoch, limits: StoreLimits = StoreLimits(),
    faults: FaultHook? = nil
  ) async throws -> any OperatorLibrary {
    try await open(place(folder), at: now, limits: limits, faults: folder.kept(by: faults))
  }
}

extension Date {
  /// The day on which the tests play.
  static let epoch = Date(timeIntervalSince1970: 1_800_000_000)
}

/// A new folder, removed with all that is in it when the test ends.
final class TemporaryFolder: Sendable {
  let path: String
  private let lazyDatabase = LazyDatabase()

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/forme-store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// A database that goes with the folder.
  func database() async throws -> TestDatabase { try await lazyDatabase.get() }

  /// The data folder of a library.
  var data: String { path + "/data" }

  /// A hook that does what `faults` does, and keeps the folder for as long as somebody has the hook.
  func kept(by faults: FaultHook?) -> FaultHook {
    { [self] point throws(StoreError) in
      try withExtendedLifetime(self) { () throws(StoreError) in try faults?(point) }
    }
  }

  /// Files below a folder of the data folder, as paths from there, sorted.
  func files(_ folder: String) -> [String] {
    let root = "\(data)/\(folder)"
    let manager = FileManager.default
    return (manager.subpaths(atPath: root) ?? []).filter {
      let attributes = try? manager.attributesOfItem(atPath: "\(root)/\($0)")
      return attributes?[.type] as? FileAttributeType == .typeRegular
    }.sorted()
  }

  /// Bytes of all files below a folder of the data folder.
  func byteCount(_ folder: String) throws -> Int {
    try files(folder).reduce(0) { sum, file in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(data)/\(folder)/\(file)")
      return sum + (attributes[.size] as? Int ?? 0)
    }
  }

  /// Where a blob is.
  func blob(_ folder: String, _ digest: Digest) -> String {
    "\(data)/\(folder)/\(digest.description.prefix(2))/\(digest.description.dropFirst(2))"
  }

  /// Changes one bit of a file.
  func flipBit(_ path: String, byte offset: Int) throws {
    var content = try Data(contentsOf: URL(fileURLWithPath: path))
    content[offset] ^= 0x10
    try content.write(to: URL(fileURLWithPath: path))
  }

  /// Says that a file was last written at `date`.
  func setModified(_ path: String, _ date: Date) throws {
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
  }
}

/// Bytes that stand for a picture; the store never decodes them.
func pictureBytes(_ seed: UInt8, count: Int = 1_000) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(seed) &* 97 &+ $0 / 251) }
}

/// Facts of a picture that nobody looked at.
let someFacts = PictureFacts(format: .png, width: 40, height: 30)

/// Facts of a form that nobody looked at.
let someFormFacts = FormFacts(
  etag: Array(repeating: 7, count: 16), codec: .zlib(windowBits: 12), width: 296, height: 128)

/// A kind of device with panels of this width.
func capability(width: Int) throws -> Capability {
  try Capability(
    size: PanelSize(width: width, height: 8),
    color: .gray(GrayColor(bits: 1)))
}

extension Library {
  /// Sends a whole picture with its digest up front.
  func upload(_ bytes: [UInt8], identity: String = "device") async throws -> SealedUpload {
    let upload = try await beginUpload(
      identity: Array(identity.utf8), digest: Digest(of: bytes), byteCount: bytes.count)
    try await upload.write(Array(bytes[upload.nextOffset...]))
    return try await upload.seal()
  }

  /// Sends a whole picture and registers it.
  @discardableResult
  func register(
    _ name: String, _ bytes: [UInt8], identity: String = "device", at time: Date = .epoch
  ) async throws -> Registration {
    try await commit(
      upload(bytes, identity: identity), name: name, picture: someFacts, at: time)
  }

  /// Spools bytes as a renderer would, in rows.
  func spool(_ bytes: [UInt8]) async throws -> SpooledForm {
    let file = try await makeSpoolFile()
    let rowByteCount = bytes.count > 200_000 ? 4_099 : 37
    for start in stride(from: 0, to: bytes.count, by: rowByteCount) {
      try file.append(Array(bytes[start..<min(start + rowByteCount, bytes.count)]))
    }
    return try file.finish()
  }

  /// Spools bytes and stores them as a form.
  @discardableResult
  func store(
    _ id: FormID, _ bytes: [UInt8], facts: FormFacts = someFormFacts, mayEvict: Bool = false,
    at time: Date = .epoch
  ) async throws -> StoredForm {
    try await addForm(
      id, facts: facts, bytes: spool(bytes), reason: .request, mayEvict: mayEvict, at: time)
  }

  /// Registers a picture and makes kinds known.
  /// - Returns: the forms of the picture for those kinds.
  func prepare(
    widths: [Int], name: String = "a", picture: [UInt8] = pictureBytes(1)
  ) async throws -> [FormID] {
    let kinds = try widths.map { try capability(width: $0) }
    try await remember(kinds, isTrusted: true, at: .epoch)
    let image = try await register(name, picture).image
    return kinds.map { FormID(image: image, key: $0.formKey, rendererVersion: 1) }
  }

  /// All names as bytes: two spellings of one look are two names.
  func names(
    prefix: String = "", after: String = "", limit: Int = 1_000
  ) async throws -> [[UInt8]] {
    try await list(prefix: prefix, after: after, limit: limit).map { Array($0.name.utf8) }
  }
}

extension EmbeddedLibrary {
  /// Opens an embedded library that keeps its folder.
  static func open(
    in folder: TemporaryFolder, at now: Date = .epoch, limits: StoreLimits = StoreLimits(),
    faults: FaultHook? = nil
  ) async throws -> EmbeddedLibrary {
    try await open(folder.data, at: now, limits: limits, faults: folder.kept(by: faults))
  }

  /// Opens a guest that keeps the folder.
  static func openAsGuest(
    in folder: TemporaryFolder, faults: FaultHook? = nil
  ) async throws -> EmbeddedLibrary {
    try await openAsGuest(folder.data, faults: folder.kept(by: faults))
  }

}

extension Library {
  /// What the catalog says all forms have.
  var accountedByteCount: Int {
    get async throws {
      switch self {
      case let library as EmbeddedLibrary:
        return try await library.catalog.read { try EmbeddedLibrary.formByteCount(in: $0) }
      case let library as PostgresLibrary:
        return try await library.number("SELECT total FROM account WHERE name = 'form_bytes'")
      default: throw UnknownLibrary()
      }
    }
  }

  /// Bytes of all forms where they are stored.
  func storedByteCount(_ folder: TemporaryFolder) async throws -> Int {
    guard let library = self as? PostgresLibrary else { return try folder.byteCount("forms") }
    return try await library.number(
      "SELECT coalesce(sum(octet_length(bytes)), 0)::bigint AS total FROM form_part")
  }

  /// How many different forms are stored.
  func storedCount(_ folder: TemporaryFolder) async throws -> Int {
    guard let library = self as? PostgresLibrary else { return folder.files("forms").count }
    return try await library.number("SELECT count(*) AS total FROM form_blob")
  }

  /// Changes one bit of a stored form, and lets go of what was read of it before.
  func damage(_ form: StoredForm, in folder: TemporaryFolder) async throws {
    guard let library = self as? PostgresLibrary else {
      return try folder.flipBit(folder.blob("forms", form.digest), byte: 50)
    }
    try await library.change(
      """
      UPDATE form_part SET bytes = set_byte(bytes, 50, get_byte(bytes, 50) # 16)
      WHERE digest = $1::bytea
      """,
      [.bytes(form.digest.bytes)])
    try library.cache.remove(.init(kind: .form, digest: form.digest))
  }
}

/// A library that the harness does not know how to look into.
struct UnknownLibrary: Error {}

extension PostgresLibrary {
  /// The number in the column `total` of a query's row.
  func number(_ sql: String) async throws -> Int {
    try await pool.read { connection throws(StoreError) in
      try connection.query(sql).first?.integer("total") ?? 0
    }
  }

  /// Does to the database what nobody should.
  func change(_ sql: String, _ parameters: [PostgresValue] = []) async throws {
    try await pool.write { connection throws(StoreError) in
      _ = try connection.change(sql, parameters)
    }
  }
}

extension BlobFile {
  /// All bytes.
  func all() throws -> [UInt8] { try read(at: 0, count: byteCount) }
}

extension FormBytes {
  /// The bytes, where they are there.
  func bytes() throws -> [UInt8]? {
    if case .present(let blob) = self { try blob.all() } else { nil }
  }

  /// True for ``FormBytes/absent``.
  var isAbsent: Bool { if case .absent = self { true } else { false } }

  /// True for ``FormBytes/damaged``.
  var isDamaged: Bool { if case .damaged = self { true } else { false } }
}
