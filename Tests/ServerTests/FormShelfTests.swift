import Capabilities
import Foundation
import Render
import Store
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct FormShelfTests {
  /// A form of one byte in the spool.
  private func spooled(_ number: Int, in library: EmbeddedLibrary) async throws -> ReadyForm {
    let file = try await library.makeSpoolFile()
    try file.append([UInt8(truncatingIfNeeded: number)])
    let bytes = try file.finish()
    let image = ImageID(Digest(of: Array("\(number)".utf8)))
    let form = StoredForm(
      id: FormID(image, as: try panel()),
      facts: FormFacts(
        etag: [UInt8](repeating: 1, count: 16), codec: .identity, width: 16, height: 8),
      digest: bytes.digest, byteCount: 1, hasBytes: false)
    return ReadyForm(form: form, bytes: .spooled(bytes))
  }

  @Test func whatIsSpooledStaysTenMinutes() async throws {
    let finding = try await Finding()
    let shelf = FormShelf(memoryByteLimit: 0)
    let id = try await {
      let ready = try await spooled(1, in: finding.library)
      shelf.spool(ready, at: .now)
      return ready.form.id
    }()
    let end = ContinuousClock.now + FormShelf.spoolTime
    #expect(shelf.form(id, at: end - .seconds(1)) != nil)
    #expect(shelf.form(id, at: end) == nil)
    shelf.expire(at: end - .seconds(1))
    #expect(finding.folder.files("data/spool").count == 1)
    shelf.expire(at: end + .seconds(1))
    #expect(finding.folder.files("data/spool").isEmpty)
    try await finding.close()
  }

  /// Each spooled form holds a file open, however small it is.
  @Test func spooledFormsAreBoundedInNumber() async throws {
    let finding = try await Finding()
    let shelf = FormShelf(memoryByteLimit: 0)
    // One file stands for all of them.
    let one = try await spooled(0, in: finding.library)
    let kind = try panel()
    var ids: [FormID] = []
    for number in 0..<4_097 {
      let image = ImageID(Digest(of: Array("\(number)".utf8)))
      let form = StoredForm(
        id: FormID(image, as: kind), facts: one.form.facts, digest: one.form.digest, byteCount: 1,
        hasBytes: false)
      shelf.spool(ReadyForm(form: form, bytes: one.bytes))
      ids.append(form.id)
    }
    #expect(ids.count { shelf.form($0) != nil } == 4_096)
    try await finding.close()
  }

  @Test func aStoredFormInMemoryReplacesTheSpooledOne() async throws {
    let finding = try await Finding()
    let shelf = FormShelf(memoryByteLimit: 10)
    let ready = try await spooled(1, in: finding.library)
    shelf.spool(ready)
    shelf.keep(ready.form, bytes: [1])
    #expect(shelf.form(ready.form.id)?.isSpooled == false)
    #expect(try shelf.form(ready.form.id)?.read(at: 0, count: 1) == [1])
    try await finding.close()
  }
}
