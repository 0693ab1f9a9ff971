internal import Foundation
internal import Transport
internal import WireProtocol

/// The key in a file, as `forme-server key add` prints one: `ID HEX` on one line.
/// - Parameter warn: called with one line when others may read the file.
/// - Throws: ``CommandFailure`` when it cannot be read, or holds no key; the file is not quoted.
func readKey(
  _ path: String, warn: (String) -> Void = writeWarning
) throws(CommandFailure) -> PresharedKey {
  let bytes = try readFile(path, limit: PresharedKey.fileByteLimit)
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw CommandFailure("\(path) holds no key: it is not UTF-8")
  }
  let key: PresharedKey
  do throws(PresharedKey.TextFault) { key = try PresharedKey(fileText: text) } catch {
    throw CommandFailure("\(path) holds no key: it \(error)")
  }
  let attributes = try? FileManager.default.attributesOfItem(atPath: path)
  if let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 {
    warn("\(path) is open to others (mode \(String(mode, radix: 8))); a key's file should be 600")
  }
  return key
}

/// One line on standard error.
func writeWarning(_ text: String) {
  FileHandle.standardError.write(Data("Warning: \(text)\n".utf8))
}
