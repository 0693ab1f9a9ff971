import Capabilities
import Codecs
import Foundation
import Render
import Store
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct FormFinderTests {
  @Test func aFormIsMadeOnceAndThenFound() async throws {
    let finding = try await Finding()
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let first = try await finding.found(image, [kind])
    #expect(first.alternative == 0)
    #expect(first.bytes.count == 16)
    #expect(first.facts.width == 16)
    #expect(first.facts.height == 8)
    #expect(first.id.key == kind.formKey)
    #expect(try await finding.found(image, [kind]) == first)
    #expect(finding.madeCount == 1)
    try await finding.close()

    let reopened = try await Finding(finding.folder)
    #expect(try await reopened.found(image, [kind]) == first)
    #expect(reopened.madeCount == 0)
    try await reopened.close()
  }

  @Test func equalRequestsAreOneRender() async throws {
    let finding = try await Finding()
    let kinds = try (1...8).map { try panel(width: 100 * $0, height: 60) }
    let image = try await finding.prepare(kinds, picture: "color420.jpg")
    try await withThrowingTaskGroup(of: Finding.Found.self) { group in
      for _ in 0..<12 {
        for kind in kinds { group.addTask { try await finding.found(image, [kind]) } }
      }
      let found = try await group.reduce(into: Set()) { $0.insert($1) }
      #expect(found.count == kinds.count)
    }
    #expect(finding.madeCount == kinds.count)
    try await finding.close()
  }

  @Test func whatIsShownIsNotSentAndNeedsNoBytes() async throws {
    let finding = try await Finding()
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let first = try await finding.found(image, [kind])
    let blobs = finding.folder.files("data/forms")
    #expect(blobs.count == 1)
    for blob in blobs { try FileManager.default.removeItem(atPath: blob) }
    let outcome = try await finding.find(image, [kind], shown: first.facts.etag)
    guard case .notModified(alternative: 0, let known) = outcome, known.id == first.id else {
      Issue.record("\(outcome)")
      return
    }
    #expect(finding.madeCount == 1)
    #expect(finding.folder.files("data/forms").isEmpty)
    // Whoever shows something else gets it, made anew.
    #expect(try await finding.found(image, [kind], shown: Array(repeating: 1, count: 16)) == first)
    #expect(finding.madeCount == 2)
    try await finding.close()
  }

  /// A device that moves to another server shows what this one never made.
  @Test func whatIsShownIsNotSentEvenWhenItHadToBeMade() async throws {
    let elsewhere = try await Finding()
    let kind = try panel()
    let image = try await elsewhere.prepare([kind])
    let etag = try await elsewhere.found(image, [kind]).facts.etag
    try await elsewhere.close()

    let finding = try await Finding()
    #expect(try await finding.prepare([kind]) == image)
    let outcome = try await finding.find(image, [kind], shown: etag)
    guard case .notModified(alternative: 0, let form) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(form.facts.etag == etag)
    #expect(finding.madeCount == 1)
    try await finding.close()
  }

  @Test func theNextAlternativeIsTakenWhenOneIsTooLarge() async throws {
    let finding = try await Finding()
    let kinds = [
      try panel(width: 64, height: 64, maxBytes: 511), try panel(maxBytes: 15), try panel(),
    ]
    let image = try await finding.prepare(kinds)
    let found = try await finding.found(image, kinds)
    #expect(found.alternative == 2)
    #expect(found.id.key == kinds[2].formKey)
    #expect(finding.madeCount == 1)

    let outcome = try await finding.find(image, kinds, shown: found.facts.etag)
    guard case .notModified(alternative: 2, let known) = outcome, known.id == found.id else {
      Issue.record("\(outcome)")
      return
    }
    let error = await #expect(throws: RenderError.self) {
      _ = try await finding.find(image, Array(kinds[..<2]), shown: [])
    }
    #expect(error?.description == "the form has 16 bytes, the device takes 15")
    await finding.waitForEmptySpool()
    try await finding.close()
  }

  @Test func aKindThatIsNamedTwiceIsOne() async throws {
    let finding = try await Finding()
    let kind = try panel()
    let tooLarge = try panel(maxBytes: 15)
    let image = try await finding.prepare([kind, kind, tooLarge, tooLarge])
    #expect(try await finding.found(image, [kind, kind]).alternative == 0)
    #expect(try await finding.found(image, [tooLarge, tooLarge, kind, kind]).alternative == 2)
    #expect(finding.madeCount == 1)
    await finding.waitForEmptySpool()
    try await finding.close()
  }

  @Test(arguments: [true, false])
  func aDamagedStoredFormIsMadeAgain(_ isMissing: Bool) async throws {
    let finding = try await Finding()
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let first = try await finding.found(image, [kind])
    try await finding.close()
    let blob = try #require(finding.folder.files("data/forms").first)
    if isMissing {
      try FileManager.default.removeItem(atPath: blob)
    } else {
      try Data(first.bytes.map { ~$0 }).write(to: URL(filePath: blob))
    }

    let reopened = try await Finding(finding.folder)
    #expect(try await reopened.found(image, [kind]) == first)
    #expect(reopened.madeCount == 1)
    // A file that is gone is noticed when the store is opened.
    #expect(
      reopened.record.count("stored form is damaged and will be made again")
        == (isMissing ? 0 : 1))
    #expect(try await reopened.found(image, [kind]) == first)
    #expect(reopened.madeCount == 1)
    try await reopened.close()
  }

  @Test func aDamagedOriginalIsSaid() async throws {
    let finding = try await Finding()
    let kind = try panel()
    let image = try await finding.prepare([kind])
    try await finding.close()
    let original = try #require(finding.folder.files("data/originals").first)
    try Data([1, 2, 3]).write(to: URL(filePath: original))

    let reopened = try await Finding(finding.folder)
    await #expect(throws: StoreError.originalDamaged(image)) {
      _ = try await reopened.find(image, [kind])
    }
    try await reopened.close()
  }

  @Test func aFullLineIsSaidAndForgotten() async throws {
    let finding = try await Finding(threadCount: 1, costLimit: 1)
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let gate = Gate()
    async let work: Void = finding.queue.run(cost: 1) { gate.pass() }
    await gate.waitForArrivals(1)
    await #expect(throws: RenderQueue.Full.self) {
      _ = try await finding.find(image, [kind], shown: [])
    }
    gate.open(1)
    try await work
    #expect(try await finding.found(image, [kind]).bytes.count == 16)
    #expect(finding.madeCount == 1)
    try await finding.close()
  }

  @Test func aPictureThatCannotBeDecodedFailsEveryTime() async throws {
    let finding = try await Finding()
    let kind = try panel()
    let image = try await finding.prepare([kind], picture: "refused-bad-adler.png")
    for _ in 0..<2 {
      let error = await #expect(throws: RenderError.self) {
        _ = try await finding.find(image, [kind], shown: [])
      }
      guard case .picture(.damaged) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    #expect(finding.madeCount == 0)
    await finding.waitForEmptySpool()
    try await finding.close()
  }
}
