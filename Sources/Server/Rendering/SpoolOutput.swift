internal import Render
internal import Store

/// A form's bytes on their way into the spool.
final class SpoolOutput: FormOutput, Sendable {
  let file: SpoolFile

  init(_ file: SpoolFile) { self.file = file }

  func write(_ bytes: [UInt8]) throws { try file.append(bytes) }
}
