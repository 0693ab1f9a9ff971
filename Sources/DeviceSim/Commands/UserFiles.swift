internal import Foundation

/// The bytes of a file that the user named. A device or a pipe is read as well, up to its end.
/// - Parameter limit: the most bytes, inclusive.
func readFile(_ path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
  let data: Data
  do {
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? file.close() }
    // One byte more, so that the limit is told and not the memory.
    data = try file.read(upToCount: limit + 1) ?? Data()
  } catch { throw CommandFailure("\(path) cannot be read") }
  guard data.count <= limit else {
    throw CommandFailure("\(path) has more than \(limit) bytes, the most that are allowed")
  }
  return Array(data)
}

/// Writes a file that the user named, whole or not at all. What is there and no regular file, a
/// device, a pipe or a link, is written through and not replaced.
func writeFile(_ path: String, _ bytes: [UInt8]) throws(CommandFailure) {
  let options: Data.WritingOptions = isIrregularFile(path) ? [] : .atomic
  do { try Data(bytes).write(to: URL(filePath: path), options: options) } catch {
    throw CommandFailure("\(path) cannot be written")
  }
}

/// True when something stands at `path` that is not a regular file.
func isIrregularFile(_ path: String) -> Bool {
  guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
    return false
  }
  return attributes[.type] as? FileAttributeType != .typeRegular
}
