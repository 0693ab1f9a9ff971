import Capabilities
import Crypto
import Foundation
import Render
import Store
import Testing
import WireProtocol

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct PatchDeskTests {
  /// Stores bytes as the form of a registered picture, and returns what a request would send.
  private func store(
    _ bytes: [UInt8], as picture: String, _ kind: Capability, in finding: Finding
  ) async throws -> ReadyForm {
    let image = try await finding.library.register(picture, fixture(picture))
    let file = try await finding.library.makeSpoolFile()
    try file.append(bytes)
    let form = try await finding.library.addForm(
      FormID(image: image, key: kind.formKey, rendererVersion: Renderer.version),
      facts: FormFacts(
        etag: Array(SHA256.hash(data: bytes).prefix(16)), codec: .identity, width: 16, height: 8),
      bytes: file.finish(), reason: .request, mayEvict: true, at: Date())
    return ReadyForm(form: form, bytes: .memory(bytes))
  }

  static let changes: [(changed: Range<Int>, isPatched: Bool)] = [
    (0..<1, true), (99_999..<100_000, true), (65_535..<65_537, true), (10..<75_010, true),
    (10..<75_011, false), (0..<100_000, false),
  ]

  @Test(arguments: changes)
  func whatChangedIsFound(_ changed: Range<Int>, _ isPatched: Bool) async throws {
    let finding = try await Finding()
    let kind = try panel()
    try await finding.library.remember([kind], isTrusted: true, at: Date())
    let old = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var new = old
    for index in changed { new[index] = ~new[index] }
    let shown = try await store(old, as: "gray8.png", kind, in: finding)
    let wanted = try await store(new, as: "color420.jpg", kind, in: finding)
    let desk = PatchDesk(library: finding.library, files: finding.files)
    for _ in 0..<2 {
      let patch = try await desk.patch(to: wanted, shown: shown.form.facts.etag)
      #expect(patch?.range == (isPatched ? changed : nil))
      #expect(
        patch?.sent.bytes
          == (isPatched ? Array(SHA256.hash(data: new[changed]).prefix(16)) : nil))
    }
    #expect(try await desk.patch(to: wanted, shown: [UInt8](repeating: 0, count: 16)) == nil)
    #expect(try await desk.patch(to: wanted, shown: [UInt8](repeating: 9, count: 16)) == nil)
    #expect(try await desk.patch(to: wanted, shown: []) == nil)
    try await finding.close()
  }

  /// A device that holds the first byte of a form is better off with three changed ones than with the
  /// rest: which of the two travels is the session's to say, so it has to know of both.
  @Test func aPatchIsLookedForWhateverPartIsHeld() async throws {
    let finding = try await Finding()
    let kind = try panel()
    try await finding.library.remember([kind], isTrusted: true, at: Date())
    let old = (0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var new = old
    for index in 10..<13 { new[index] = ~new[index] }
    let shown = try await store(old, as: "gray8.png", kind, in: finding)
    let wanted = try await store(new, as: "color420.jpg", kind, in: finding)
    for offset in [0, 1, 2_999, 3_000] {
      let outcome = try await finding.find(
        wanted.form.id.image, [kind], shown: shown.form.facts.etag, partial: wanted.form.sent,
        offset: offset)
      guard case .patch(alternative: 0, let ready, let patch) = outcome else {
        Issue.record("\(outcome)")
        continue
      }
      #expect(patch.range == 10..<13)
      #expect(ready.form.byteCount == new.count)
    }
    try await finding.close()
  }

  @Test func anotherLengthIsNoPatch() async throws {
    let finding = try await Finding()
    let kind = try panel()
    try await finding.library.remember([kind], isTrusted: true, at: Date())
    let shown = try await store([1, 2, 3, 4, 5], as: "gray8.png", kind, in: finding)
    let wanted = try await store([1, 2, 3, 4, 5, 6], as: "color420.jpg", kind, in: finding)
    let desk = PatchDesk(library: finding.library, files: finding.files)
    #expect(try await desk.patch(to: wanted, shown: shown.form.facts.etag) == nil)
    try await finding.close()
  }
}
