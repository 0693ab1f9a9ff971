import Foundation
import Testing

@testable import Store

@Suite("Changes of names", .timeLimit(.minutes(5)))
struct NameFeedTests {
  @Test(arguments: LibraryKind.allCases)
  func everyListenerHearsOfEveryChange(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    try await library.register("before", pictureBytes(1))
    let streams = [library.nameChanges(), library.nameChanges()]
    try await library.register("a", pictureBytes(1))
    try await library.register("a", pictureBytes(1))
    #expect(try await library.remove("a", at: .epoch))
    #expect(try await library.remove("a", at: .epoch) == false)
    _ = try await library.remove("before", at: .epoch)
    try await library.close()
    for stream in streams {
      var changes: [NameChange] = []
      for await change in stream { changes.append(change) }
      #expect(changes == [.moved("a"), .moved("a"), .moved("a"), .moved("before")])
    }
    // After the end there is nothing to hear.
    for await change in library.nameChanges() { Issue.record("\(change)") }
  }

  @Test func aSlowListenerHearsThatItMissedSomething() async throws {
    let library = try await EmbeddedLibrary.open(in: TemporaryFolder())
    let stream = library.nameChanges()
    for index in 0..<1_000 { library.nameFeed.report(.moved("\(index)")) }
    library.nameFeed.close()
    var changes: [NameChange] = []
    for await change in stream { changes.append(change) }
    #expect(changes.count == 256)
    #expect(changes.contains(.any))
  }

  @Test func whatAnotherProcessChangesIsNoticed() async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(in: folder)
    let guest = try await EmbeddedLibrary.openAsGuest(in: folder)
    let stream = library.nameChanges()
    try await library.register("mine", pictureBytes(1))
    await library.nameFeed.lookForOthers()
    try await guest.register("theirs", pictureBytes(1))
    await library.nameFeed.lookForOthers()
    await library.nameFeed.lookForOthers()
    try await library.close()
    var changes: [NameChange] = []
    for await change in stream { changes.append(change) }
    #expect(changes == [.moved("mine"), .any])
    try await guest.close()
  }

  @Test func nobodyHasToAskForIt() async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(in: folder)
    let guest = try await EmbeddedLibrary.openAsGuest(in: folder)
    var changes = library.nameChanges().makeAsyncIterator()
    try await guest.register("theirs", pictureBytes(1))
    #expect(await changes.next() == .any)
    try await guest.close()
    try await library.close()
    #expect(await changes.next() == nil)
  }
}
