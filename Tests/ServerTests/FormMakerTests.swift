import Capabilities
import Foundation
import Render
import Store
import Synchronization
import Testing

@testable import Server

/// Joining, batching, handing over and leaving.
@Suite(.timeLimit(.minutes(1))) struct FormMakerTests {
  private func order(
    _ image: ImageID, _ kind: Capability, isStored: Bool = true,
    reason: FormReason = .request, priority: RenderQueue.Priority = .waiting
  ) -> MakeRequest {
    MakeRequest(
      id: FormID(
        image: image, key: kind.formKey, rendererVersion: Renderer.version),
      capability: kind, isStored: isStored, reason: reason, priority: priority, patience: nil)
  }

  /// What is made in advance takes no other form's room, until a device asks for it.
  @Test func aDeviceThatJoinsWorkInAdvanceMayTakeRoom() async throws {
    let finding = try await Finding(threadCount: 1, formByteLimit: 16)
    let (first, second) = try (panel(), panel(width: 8, height: 16))
    let image = try await finding.prepare([first, second])
    _ = try await finding.maker.make(order(image, first))
    let gate = Gate()
    async let work: Void = finding.queue.run(cost: 1) { gate.pass() }
    await gate.waitForArrivals(1)
    async let advance = finding.maker.make(
      order(image, second, reason: .popular, priority: .background))
    while await finding.maker.waiterCount < 1 { await Task.yield() }
    async let device = finding.maker.make(order(image, second))
    while await finding.maker.waiterCount < 2 { await Task.yield() }
    gate.open(1)
    #expect(try await !device.isSpooled)
    #expect(try await !advance.isSpooled)
    try await work
    try await finding.close()
  }

  /// A device that only wants the bytes gets them, although whoever wants them stored finds no room.
  @Test(arguments: [true, false])
  func aDeviceIsNotRefusedForWantOfRoomInAdvance(deviceComesFirst: Bool) async throws {
    let finding = try await Finding(threadCount: 1, formByteLimit: 16)
    let (first, second) = try (panel(), panel(width: 8, height: 16))
    let image = try await finding.prepare([first, second])
    _ = try await finding.maker.make(order(image, first))
    let orders = [
      order(image, second, isStored: false),
      order(image, second, reason: .popular, priority: .background),
    ]
    let gate = Gate()
    async let work: Void = finding.queue.run(cost: 1) { gate.pass() }
    await gate.waitForArrivals(1)
    async let one = finding.maker.make(orders[deviceComesFirst ? 0 : 1])
    while await finding.maker.waiterCount < 1 { await Task.yield() }
    async let other = finding.maker.make(orders[deviceComesFirst ? 1 : 0])
    while await finding.maker.waiterCount < 2 { await Task.yield() }
    gate.open(1)
    #expect(try await one.isSpooled)
    #expect(try await other.isSpooled)
    try await work
    #expect(finding.decodeCount == 2)
    try await finding.close()
  }

  /// Everything that is asked for while the picture waits for its turn is one decode.
  @Test func whatWaitsForOnePictureIsOneDecode() async throws {
    let finding = try await Finding(threadCount: 1)
    let kinds = try (1...12).map { try panel(width: 8 * $0, height: 8) }
    let image = try await finding.prepare(kinds, picture: "color420.jpg")
    let gate = Gate()
    async let work: Void = finding.queue.run(cost: 1) { gate.pass() }
    await gate.waitForArrivals(1)
    try await withThrowingTaskGroup(of: ReadyForm.self) { group in
      for _ in 0..<5 {
        for kind in kinds {
          group.addTask { try await finding.maker.make(order(image, kind)) }
        }
      }
      while await finding.maker.waiterCount < 60 { await Task.yield() }
      gate.open(1)
      var made: [FormID: Int] = [:]
      for try await ready in group { made[ready.form.id, default: 0] += 1 }
      #expect(made.count == 12)
      #expect(made.values.allSatisfy { $0 == 5 })
    }
    try await work
    #expect(finding.decodeCount == 1)
    #expect(finding.madeCount == 12)
    try await finding.close()
  }

  @Test func whatOneWantsStoredIsStored() async throws {
    let finding = try await Finding(threadCount: 1)
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let gate = Gate()
    async let work: Void = finding.queue.run(cost: 1) { gate.pass() }
    await gate.waitForArrivals(1)
    async let first = finding.maker.make(order(image, kind, isStored: false))
    async let second = finding.maker.make(order(image, kind, isStored: true))
    while await finding.maker.waiterCount < 2 { await Task.yield() }
    gate.open(1)
    #expect(try await !first.isSpooled)
    #expect(try await !second.isSpooled)
    try await work
    #expect(finding.decodeCount == 1)
    #expect(finding.convertedCount == 0)
    try await finding.close()
  }

  @Test func whoeverLeavesLeavesTheOthersWaiting() async throws {
    let finding = try await Finding(threadCount: 1)
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let gate = Gate()
    async let work: Void = finding.queue.run(cost: 1) { gate.pass() }
    await gate.waitForArrivals(1)
    let leader = Task { try await finding.maker.make(order(image, kind)) }
    while await finding.maker.waiterCount < 1 { await Task.yield() }
    let follower = Task { try await finding.maker.make(order(image, kind)) }
    while await finding.maker.waiterCount < 2 { await Task.yield() }
    leader.cancel()
    await #expect(throws: CancellationError.self) { _ = try await leader.value }
    gate.open(1)
    #expect(try await follower.value.form.byteCount == 16)
    try await work
    #expect(finding.decodeCount == 1)
    try await finding.close()
  }

  @Test func whatNobodyWaitsForIsNotBegun() async throws {
    let finding = try await Finding(threadCount: 1, costLimit: 1_000)
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let gate = Gate()
    async let work: Void = finding.queue.run(cost: 1) { gate.pass() }
    await gate.waitForArrivals(1)
    for _ in 0..<100 {
      let task = Task { try await finding.maker.make(order(image, kind)) }
      while await finding.maker.waiterCount < 1 { await Task.yield() }
      task.cancel()
      await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
    #expect(finding.queue.lineCount == 0)
    gate.open(1)
    try await work
    #expect(finding.decodeCount == 0)
    // All that was reserved is free again.
    try finding.queue.reserve(1_000)
    #expect(throws: RenderQueue.Full.self) { try finding.queue.reserve(1) }
    finding.queue.release(1_000)
    try await finding.close()
  }

  /// The store fails once: only the one for whom the form was made hears of it.
  @Test func aFailedLeaderHandsOver() async throws {
    let failures = Mutex(1)
    let finding = try await Finding(threadCount: 1) { point throws(StoreError) in
      guard point == .formSynchronized else { return }
      let fails = failures.withLock { count in
        count -= 1
        return count >= 0
      }
      if fails { throw .file(.write, .form, code: 5) }
    }
    let kind = try panel()
    let image = try await finding.prepare([kind])
    let gate = Gate()
    async let work: Void = finding.queue.run(cost: 1) { gate.pass() }
    await gate.waitForArrivals(1)
    let leader = Task { try await finding.maker.make(order(image, kind)) }
    while await finding.maker.waiterCount < 1 { await Task.yield() }
    let followers = (0..<5).map { _ in Task { try await finding.maker.make(order(image, kind)) } }
    while await finding.maker.waiterCount < 6 { await Task.yield() }
    gate.open(1)
    await #expect(throws: StoreError.file(.write, .form, code: 5)) { _ = try await leader.value }
    for follower in followers { #expect(try await follower.value.form.byteCount == 16) }
    try await work
    #expect(finding.decodeCount == 2)
    try await finding.close()
  }

  /// It fails for everybody in the end, and the next request tries again.
  @Test func whatGoesOnFailingFailsEverybody() async throws {
    let isBroken = Mutex(true)
    let finding = try await Finding(threadCount: 1) { point throws(StoreError) in
      if point == .formSynchronized, isBroken.withLock({ $0 }) {
        throw .file(.write, .form, code: 5)
      }
    }
    let kind = try panel()
    let image = try await finding.prepare([kind])
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 {
        group.addTask { (try? await finding.maker.make(order(image, kind))) == nil }
      }
      for await failed in group { #expect(failed) }
    }
    isBroken.withLock { $0 = false }
    #expect(try await finding.maker.make(order(image, kind)).form.byteCount == 16)
    try await finding.close()
  }

  @Test func aFormThatCanNeverBeMadeIsTriedOnce() async throws {
    let finding = try await Finding()
    let kind = try panel(maxBytes: 15)
    let image = try await finding.prepare([kind])
    for _ in 0..<3 {
      await #expect(throws: RenderError.self) {
        _ = try await finding.maker.make(order(image, kind))
      }
    }
    #expect(finding.decodeCount == 1)
    await finding.waitForEmptySpool()
    try await finding.close()
  }

  /// The bytes of all that is spooled or stored at the same time are one decode's: 1,000 requests.
  @Test func aThousandAtOnceAreOneRender() async throws {
    let finding = try await Finding()
    let kind = try panel()
    let image = try await finding.prepare([kind])
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<1_000 { group.addTask { try await finding.found(image, [kind]).bytes } }
      let found = try await group.reduce(into: Set()) { $0.insert($1) }
      #expect(found.count == 1)
    }
    #expect(finding.decodeCount == 1)
    try await finding.close()
  }
}
