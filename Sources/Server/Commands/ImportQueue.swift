internal import Codecs
internal import Foundation
internal import Logging
internal import Store
internal import WireProtocol

/// Registers one file after the other, and counts.
struct ImportQueue {
  /// Whose uploads these are: an import that was killed is resumed by the next.
  private static let identity = Array("forme-server import".utf8)
  private static let chunkByteCount = 1_048_576

  private let library: any Library
  private let rooms: ServerRooms

  /// Names that stand for a picture now.
  private(set) var registeredCount = 0
  /// Names that stood for the same bytes before.
  private(set) var unchangedCount = 0
  /// Files that were not registered.
  private(set) var refusedCount = 0

  /// - Parameter configuration: as for a server: what should be there at registration is made.
  init(library: any Library, configuration: ServerConfiguration) {
    self.library = library
    // What a server would log, this program prints.
    rooms = ServerRooms(
      library: library, configuration: configuration, isOnLoopback: true,
      logger: Logger(label: "forme", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  /// Ends the threads that decode.
  func finish() async { await rooms.finish() }

  /// Registers every picture in a folder and below.
  /// - Throws: when the store or the folder fails, not when a picture is refused.
  mutating func importFolder(_ path: String, of files: ImportFiles) async throws {
    for entry in try files.entries(of: path) {
      switch entry {
      case .folder(let path): try await importFolder(path, of: files)
      case .picture(let path, let name):
        try await importPicture(files.location(of: path), path: path, as: name)
      case .collision(let paths, let name):
        for path in paths {
          refuse(path, "\(paths.count) files would be named \"\(LogText(name, scalarLimit: 128))\"")
        }
      }
    }
  }

  private mutating func importPicture(
    _ location: String, path: String, as name: String
  ) async throws {
    do {
      let name = try ImageName(name).text
      let bytes = try read(location)
      let digest = Digest(of: bytes)
      guard try await library.registration(of: name)?.image != ImageID(digest) else {
        unchangedCount += 1
        return StandardStreams.print("unchanged   \(LogText(name, scalarLimit: 128))")
      }
      let upload = try await library.beginUpload(
        identity: Self.identity, digest: digest, byteCount: bytes.count)
      while upload.nextOffset < bytes.count {
        let end = min(upload.nextOffset + Self.chunkByteCount, bytes.count)
        try await upload.write(Array(bytes[upload.nextOffset..<end]))
      }
      _ = try await rooms.registrar.register(upload.seal(), as: name)
      registeredCount += 1
      StandardStreams.print("registered  \(LogText(name, scalarLimit: 128))")
    } catch let error as ImageName.Fault {
      refuse(path, "\(error)")
    } catch let error as PictureError {
      refuse(path, "\(error)")
    } catch let error as StoreError where error.isAboutPicture {
      refuse(path, "\(error)")
    } catch let error as SettingError {
      refuse(path, error.description)
    }
  }

  /// Reads a whole file, because all of it goes through the digest before any of it is sent.
  private func read(_ location: String) throws -> [UInt8] {
    let file = FileHandle(forReadingAtPath: location)
    defer { try? file?.close() }
    guard let data = try? file?.read(upToCount: Upload.byteLimit + 1) else {
      throw SettingError(description: "it cannot be read, or is empty")
    }
    guard data.count <= Upload.byteLimit else {
      throw SettingError(description: "more than \(Upload.byteLimit) bytes")
    }
    return Array(data)
  }

  private mutating func refuse(_ path: String, _ reason: String) {
    refusedCount += 1
    StandardStreams.complain("refused     \(LogText(path, scalarLimit: 4_096)): \(reason)")
  }
}

extension StoreError {
  /// True when another picture may well be registered after this.
  fileprivate var isAboutPicture: Bool {
    switch self {
    case .uploadLength, .uploadBusy, .imageCollision, .digestMismatch: true
    default: false
    }
  }
}
