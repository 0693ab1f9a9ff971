import Capabilities
import Foundation
import Render
import Store
import Testing

@testable import Server

/// When forms are stored, and what is sent before.
@Suite(.timeLimit(.minutes(1))) struct FormPolicyTests {
  @Test func theThirdRequestStores() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 3))
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let first = try await finding.found(image, [kind])
    let second = try await finding.found(image, [kind])
    #expect(first == second && first.isSpooled)
    #expect(finding.folder.files("data/forms").isEmpty)
    let third = try await finding.found(image, [kind])
    #expect(!third.isSpooled && third.bytes == first.bytes)
    #expect(finding.folder.files("data/forms").count == 1)
    let fourth = try await finding.found(image, [kind])
    #expect(!fourth.isSpooled && fourth.bytes == first.bytes)
    // What was spooled is what was stored: one decode in all.
    #expect(finding.decodeCount == 1)
    #expect(finding.convertedCount == 1)
    #expect(finding.madeCount == 1)
    try await finding.close()
  }

  @Test func countsSurviveARestart() async throws {
    let policy = FormPolicy(renderAfter: 3)
    let finding = try await Finding(policy: policy)
    let kind = try panel()
    let image = try await finding.prepare([kind])
    for _ in 0..<2 { #expect(try await finding.found(image, [kind]).isSpooled) }
    try await finding.close()
    let reopened = try await Finding(finding.folder, policy: policy)
    #expect(try await !reopened.found(image, [kind]).isSpooled)
    try await reopened.close()
  }

  @Test func requestsThatEndNotModifiedCount() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 4))
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let first = try await finding.found(image, [kind])
    for _ in 0..<2 {
      guard case .notModified = try await finding.find(image, [kind], shown: first.facts.etag)
      else {
        Issue.record("sent again")
        return
      }
    }
    #expect(try await !finding.found(image, [kind]).isSpooled)
    try await finding.close()
  }

  @Test func resumedTransfersDoNotCount() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 3))
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let first = try await finding.found(image, [kind])
    for offset in 1...10 {
      let outcome = try await finding.find(image, [kind], partial: first.sent, offset: offset)
      guard case .found(0, let ready) = outcome, ready.isSpooled else {
        Issue.record("\(outcome)")
        return
      }
    }
    #expect(try await finding.found(image, [kind]).isSpooled)
    #expect(try await !finding.found(image, [kind]).isSpooled)
    #expect(finding.decodeCount == 1)
    try await finding.close()
  }

  @Test func deferSendsNothingBefore() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 3, beforeStored: .defer))
    let kind = try panel()
    let image = try await finding.prepare([kind])
    for _ in 0..<2 {
      guard case .pending = try await finding.find(image, [kind]) else {
        Issue.record("something was sent")
        return
      }
    }
    #expect(finding.decodeCount == 0)
    #expect(try await !finding.found(image, [kind]).isSpooled)
    try await finding.close()
  }

  @Test func theNearestStoredAlternativeIsSentAndTheBetterOneMade() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 2, beforeStored: .nearest))
    let kinds = [try panel(width: 32, height: 16), try panel()]
    let image = try await finding.prepare(kinds)
    // Nothing is stored: the first is converted.
    #expect(try await finding.found(image, [kinds[1]]).isSpooled)
    #expect(try await !finding.found(image, [kinds[1]]).isSpooled)
    let first = try await finding.found(image, kinds)
    #expect(first.alternative == 1)
    #expect(first.id.key == kinds[1].formKey)
    // The second request for the first alternative is the one that stores it, for the next.
    #expect(try await finding.found(image, kinds).alternative == 1)
    while finding.madeCount < 2 { await Task.yield() }
    let third = try await finding.found(image, kinds)
    #expect(third.alternative == 0)
    #expect(!third.isSpooled)
    // Whoever shows the second alternative still gets the first.
    let shown = try await finding.found(image, kinds, shown: first.facts.etag)
    #expect(shown.alternative == 0)
    try await finding.close()
  }

  @Test func aDeviceThatShowsTheNearestIsLeftAlone() async throws {
    let finding = try await Finding(policy: FormPolicy(renderAfter: 1, beforeStored: .nearest))
    let kinds = [try panel(width: 32, height: 16), try panel()]
    let image = try await finding.prepare(kinds)
    let second = try await finding.found(image, [kinds[1]])
    guard
      case .notModified(alternative: 1, _) = try await finding.find(
        image, kinds, shown: second.facts.etag)
    else {
      Issue.record("sent again")
      return
    }
    while finding.madeCount < 2 { await Task.yield() }
    try await finding.close()
  }

  @Test func aFormThatTakesLongIsPendingAndIsMadeAllTheSame() async throws {
    let finding = try await Finding(threadCount: 1, patience: .milliseconds(20))
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let gate = Gate()
    async let work: Void = finding.queue.run(cost: 1) { gate.pass() }
    await gate.waitForArrivals(1)
    guard case .pending(let delay) = try await finding.find(image, [kind]) else {
      Issue.record("not pending")
      return
    }
    #expect(delay == .seconds(2))
    gate.open(1)
    try await work
    while finding.madeCount == 0 { await Task.yield() }
    #expect(try await finding.found(image, [kind]).bytes.count == 16)
    #expect(finding.decodeCount == 1)
    try await finding.close()
  }

  @Test func aFormThatFitsNoStoreIsSentAllTheSame() async throws {
    let finding = try await Finding(formByteLimit: 15)
    let kind = try panel()
    let image = try await finding.prepare([kind])
    #expect(try await finding.found(image, [kind]).bytes.count == 16)
    #expect(finding.folder.files("data/forms").isEmpty)
    #expect(try await finding.found(image, [kind]).isSpooled)
    #expect(finding.decodeCount == 1)
    try await finding.close()
  }

  @Test func smallFormsAreReadOnce() async throws {
    let finding = try await Finding(memoryByteLimit: 1_000)
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let first = try await finding.found(image, [kind])
    #expect(try await finding.found(image, [kind]) == first)
    for file in finding.folder.files("data/forms") {
      try FileManager.default.removeItem(atPath: file)
    }
    #expect(try await finding.found(image, [kind]) == first)
    #expect(finding.decodeCount == 1)
    try await finding.close()
  }
}
