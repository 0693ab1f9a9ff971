internal import Render
internal import Store
internal import Synchronization

/// A form's bytes on their way into the spool.
final class SpoolOutput: FormOutput, Sendable {
  let file: SpoolFile
  private let error = Mutex<StoreError?>(nil)

  init(_ file: SpoolFile) { self.file = file }

  /// Why writing failed, as the store says it.
  var failure: StoreError? { error.withLock { $0 } }

  func write(_ bytes: [UInt8]) throws {
    do throws(StoreError) {
      try file.append(bytes)
    } catch {
      self.error.withLock { $0 = error }
      throw error
    }
  }
}
