internal import ArgumentParser
internal import Capabilities
internal import Foundation
internal import WireProtocol

extension ImageName {
  /// A name from the command line.
  init(argument: String) throws {
    do throws(ImageName.Fault) { try self.init(argument) } catch {
      throw ValidationError("a picture's name: \(error)")
    }
  }
}

extension ShortDigest {
  /// An etag from the command line, 32 hexadecimal digits.
  init(argument: String) throws {
    guard let bytes = Capabilities.bytes(hexadecimal: argument), let digest = ShortDigest(bytes)
    else { throw ValidationError("an etag is 32 hexadecimal digits, not \"\(argument)\"") }
    self = digest
  }
}

/// The bytes of a file that the user named.
func readFile(_ path: String) throws -> [UInt8] {
  do { return Array(try Data(contentsOf: URL(filePath: path))) } catch {
    throw CommandFailure("\(path) cannot be read")
  }
}

/// Writes a file that the user named, whole or not at all.
func writeFile(_ path: String, _ bytes: [UInt8]) throws {
  do { try Data(bytes).write(to: URL(filePath: path), options: .atomic) } catch {
    throw CommandFailure("\(path) cannot be written")
  }
}
