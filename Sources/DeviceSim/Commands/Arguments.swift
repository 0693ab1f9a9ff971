internal import ArgumentParser
internal import Capabilities
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
