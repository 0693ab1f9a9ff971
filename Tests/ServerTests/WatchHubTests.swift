import Foundation
import Store
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct WatchHubTests {
  /// Something that watches; its identity is what counts.
  private final class Watcher: Sendable {
    let told: AsyncStream<Told>
    private let continuation: AsyncStream<Told>.Continuation

    init() { (told, continuation) = AsyncStream.makeStream() }

    func tell(_ name: String, _ state: NameState) { continuation.yield(Told(name, state)) }

    /// Everything that was told and not read; nothing can be told any more.
    func end() async -> [Told] {
      continuation.finish()
      return await told.reduce(into: []) { $0.append($1) }
    }
  }

  private struct Told: Equatable {
    let name: String
    let state: NameState

    init(_ name: String, _ state: NameState) { (self.name, self.state) = (name, state) }
  }

  @Test func watchersHearOfTheirNamesAndOfNoOther() async throws {
    let finding = try await Finding()
    let hub = WatchHub(library: finding.library, logger: finding.record.logger())
    let changes = finding.library.nameChanges()
    let running = Task { await hub.run(changes) }
    let watcher = Watcher()
    let before = try await finding.library.register("a", fixture("gray8.png"))
    await hub.watch(["a", "b"], for: ObjectIdentifier(watcher)) { watcher.tell($0, $1) }
    await hub.tellAll(ObjectIdentifier(watcher))
    var told = watcher.told.makeAsyncIterator()
    #expect(await told.next() == Told("a", NameState(image: before, generation: 1)))

    _ = try await finding.library.register("c", fixture("gray8.png"))
    let after = try await finding.library.register("a", fixture("color420.jpg"))
    #expect(await told.next() == Told("a", NameState(image: after, generation: 2)))
    let second = try await finding.library.register("b", fixture("gray8.png"))
    #expect(await told.next() == Told("b", NameState(image: second, generation: 1)))
    _ = try await finding.library.remove("b", at: Date())
    #expect(await told.next() == Told("b", NameState(image: nil, generation: 1)))

    await hub.end(ObjectIdentifier(watcher))
    running.cancel()
    await running.value
    try await finding.close()
  }

  /// Whoever begins to watch may be the first to see that a name has moved: those who watched
  /// before hear of it all the same, and of nothing twice.
  @Test func aNewWatcherTakesNobodysNews() async throws {
    let finding = try await Finding()
    let hub = WatchHub(library: finding.library, logger: finding.record.logger())
    let (first, second) = (Watcher(), Watcher())
    let before = try await finding.library.register("a", fixture("gray8.png"))
    await hub.watch(["a"], for: ObjectIdentifier(first)) { first.tell($0, $1) }
    await hub.tellAll(ObjectIdentifier(first))
    let after = try await finding.library.register("a", fixture("color420.jpg"))
    await hub.watch(["a", "never"], for: ObjectIdentifier(second)) { second.tell($0, $1) }
    await hub.tellAll(ObjectIdentifier(second))
    // The change itself comes by only now.
    let (changes, change) = AsyncStream.makeStream(of: NameChange.self)
    change.yield(.moved("a"))
    change.yield(.any)
    change.finish()
    await hub.run(changes)
    let states = [NameState(image: before, generation: 1), NameState(image: after, generation: 2)]
    #expect(await first.end() == states.map { Told("a", $0) })
    #expect(await second.end() == [Told("a", states[1])])
    try await finding.close()
  }

  @Test func theNewerStateWins() throws {
    let image = ImageID(Digest(of: [1]))
    let states = [
      NameState(image: image, generation: 1), NameState(image: nil, generation: 1),
      NameState(image: image, generation: 2),
    ]
    for (index, state) in states.enumerated() {
      for (other, before) in states.enumerated() {
        #expect(state.isNewer(than: before) == (index > other))
      }
    }
  }
}
