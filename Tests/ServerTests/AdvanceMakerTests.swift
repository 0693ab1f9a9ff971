import Capabilities
import Foundation
import Render
import Store
import Testing

@testable import Server

/// Forms that are there before anybody asks.
@Suite(.timeLimit(.minutes(1))) struct AdvanceMakerTests {
  /// Registers a picture as the server does.
  private func register(
    _ name: String, _ picture: String, in finding: Finding
  ) async throws -> ImageID {
    let registrar = Registrar(
      library: finding.library, queue: finding.queue, renderer: Renderer(),
      batches: finding.batches, advance: finding.advance, verification: .full,
      files: finding.files, logger: finding.record.logger())
    let bytes = try fixture(picture)
    let upload = try await finding.library.beginUpload(
      identity: [1], digest: Digest(of: bytes), byteCount: bytes.count)
    try await upload.write(bytes)
    return try await registrar.register(upload.seal(), as: name).image
  }

  private func form(
    _ image: ImageID, _ kind: Capability, in finding: Finding
  ) async throws -> StoredForm? {
    try await finding.library.forms(
      of: image, keys: [kind.formKey], rendererVersion: Renderer.version
    )[kind.formKey]
  }

  @Test func renderAfterZeroMakesEveryKnownKindInTheVerifyingDecode() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 0))
    let kinds = try (1...5).map { try panel(width: 8 * $0, height: 8) }
    let distrusted = try panel(width: 100)
    try await finding.library.remember(kinds, isTrusted: true, at: Date())
    try await finding.library.remember([distrusted], isTrusted: false, at: Date())
    let image = try await register("a", "gray8.png", in: finding)
    for kind in kinds {
      #expect(try await form(image, kind, in: finding)?.hasBytes == true)
    }
    #expect(try await form(image, distrusted, in: finding) == nil)
    #expect(finding.decodeCount == 1)
    #expect(finding.madeCount == 5)
    // The same picture under another name has nothing left to make.
    #expect(try await register("b", "gray8.png", in: finding) == image)
    #expect(finding.decodeCount == 1)
    try await finding.close()
  }

  @Test func aDamagedPictureLeavesNoForms() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 0))
    try await finding.library.remember([panel()], isTrusted: true, at: Date())
    await #expect(throws: (any Error).self) {
      _ = try await register("a", "refused-bad-adler.png", in: finding)
    }
    #expect(finding.folder.files("data/forms").isEmpty)
    #expect(finding.folder.files("data/originals").isEmpty)
    await finding.waitForEmptySpool()
    try await finding.close()
  }

  @Test func aFormThatIsTooLargeHoldsUpNoOther() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 0))
    let kinds = [try panel(maxBytes: 15), try panel()]
    try await finding.library.remember(kinds, isTrusted: true, at: Date())
    let image = try await register("a", "gray8.png", in: finding)
    #expect(try await form(image, kinds[0], in: finding) == nil)
    #expect(try await form(image, kinds[1], in: finding)?.hasBytes == true)
    try await finding.close()
  }

  @Test func aPopularKindFindsFormsThatItNeverAskedFor() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 1, popularAfter: 3))
    let running = Task { await finding.advance.run() }
    let (popular, other) = (try panel(), try panel(width: 24))
    let first = try await finding.prepare([popular, other])
    let second = try await finding.library.register("b", fixture("color420.jpg"))
    for _ in 0..<2 { _ = try await finding.found(first, [popular]) }
    _ = try await finding.found(first, [other])
    try await finding.ledger.flush()
    #expect(try await form(second, popular, in: finding) == nil)
    _ = try await finding.found(first, [popular])
    try await finding.ledger.flush()
    while try await form(second, popular, in: finding)?.hasBytes != true { await Task.yield() }
    // One that is registered afterwards has it at once; the kind that is not popular has not.
    let third = try await register("c", "rgb8.png", in: finding)
    #expect(try await form(third, popular, in: finding)?.hasBytes == true)
    #expect(try await form(second, other, in: finding) == nil)
    #expect(try await form(third, other, in: finding) == nil)
    running.cancel()
    await running.value
    try await finding.close()
  }

  /// What a crash kept from being made is made after the next start.
  @Test func whatIsMissingIsMadeAfterAStart() async throws {
    let policy = FormPolicy(renderAfter: 1, popularAfter: 1)
    let finding = try await Finding(policy: policy)
    let kind = try panel()
    let first = try await finding.prepare([kind])
    _ = try await finding.found(first, [kind])
    let second = try await finding.library.register("b", fixture("color420.jpg"))
    try await finding.close()
    let reopened = try await Finding(finding.folder, policy: policy)
    let running = Task { await reopened.advance.run() }
    while try await form(second, kind, in: reopened)?.hasBytes != true { await Task.yield() }
    running.cancel()
    await running.value
    try await reopened.close()
  }

  @Test func aNameThatMovesTakesItsDevicesAlong() async throws {
    let finding = try await Finding()
    let (used, unused) = (try panel(), try panel(width: 24))
    let before = try await finding.prepare([used, unused])
    _ = try await finding.found(before, [used])
    try await finding.ledger.flush()
    let after = try await register("a", "color420.jpg", in: finding)
    #expect(try await form(after, used, in: finding)?.hasBytes == true)
    #expect(try await form(after, unused, in: finding) == nil)
    // Another name was used by nobody.
    let other = try await register("b", "rgb8.png", in: finding)
    #expect(try await form(other, used, in: finding) == nil)
    try await finding.close()
  }

  @Test func nothingIsEvictedForIt() async throws {
    let finding = try await Finding(
      policy: FormPolicy(renderAfter: 0), formByteLimit: 20)
    let kind = try panel()
    try await finding.library.remember([kind], isTrusted: true, at: Date())
    let first = try await register("a", "gray8.png", in: finding)
    let second = try await register("b", "color420.jpg", in: finding)
    #expect(try await form(first, kind, in: finding)?.hasBytes == true)
    #expect(try await form(second, kind, in: finding)?.hasBytes != true)
    // Somebody who asks may.
    #expect(try await finding.found(second, [kind]).bytes.count == 16)
    #expect(try await form(first, kind, in: finding)?.hasBytes == false)
    #expect(try await form(second, kind, in: finding)?.hasBytes == true)
    try await finding.close()
  }
}
