internal import Foundation

extension Profile {
  /// The built-in profile of this name, else the profile in the file at this path.
  /// - Throws: ``ProfileError`` when there is neither, or the file is refused.
  package static func find(_ nameOrPath: String) throws(ProfileError) -> Profile {
    if let profile = BuiltInProfiles.named(nameOrPath) { return profile }
    return try Profile(json: contents(nameOrPath), file: nameOrPath)
  }

  /// One byte more than the limit is read at most, so that the limit is told and not the memory.
  private static func contents(_ path: String) throws(ProfileError) -> [UInt8] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw ProfileError(
        file: path,
        reason: .unreadable("neither a built-in profile nor a file; see `forme-device profiles`"))
    }
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      return Array(try file.read(upToCount: byteLimit + 1) ?? Data())
    } catch {
      throw ProfileError(file: path, reason: .unreadable("cannot be read"))
    }
  }
}
