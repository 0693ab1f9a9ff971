internal import Foundation
internal import Logging
internal import Store
internal import Transport
internal import WireProtocol

/// Where names point, as backs say it: a front watches what its devices watch, up to 64 names on a
/// connection, at whichever back works.
actor BackNames {
  /// Before a connection is made again.
  private static let retryDelay = Duration.milliseconds(500)

  /// Names that are watched on one connection.
  private struct Group {
    var names: Set<String> = []
    /// Ends the connection's wait for news; `nil` while there is no connection.
    var bell: DeviceClient.Bell?
    var task: Task<Void, Never>?
    /// What the connection has asked for is not what it should.
    var isStale = true
  }

  private let choice: BackChoice
  private let logger: Logger
  private let news: AsyncStream<NameChange>.Continuation
  private var groups: [Int: Group] = [:]
  private var lastGroup = 0
  private var groupOfName: [String: Int] = [:]
  private var states: [String: NameState] = [:]

  /// - Parameter news: told which names have moved.
  init(choice: BackChoice, news: AsyncStream<NameChange>.Continuation, logger: Logger) {
    self.choice = choice
    self.news = news
    self.logger = logger
  }

  /// What a back said last of a watched name; `nil`: nothing.
  func state(of name: String) -> NameState? { states[name] }

  /// Follows which names are watched, until `changes` ends or this is cancelled.
  func run(_ changes: AsyncStream<(name: String, isWatched: Bool)>) async {
    for await (name, isWatched) in changes {
      if isWatched { add(name) } else { remove(name) }
    }
    for group in groups.values { group.task?.cancel() }
    groups = [:]
  }

  private func add(_ name: String) {
    guard groupOfName[name] == nil else { return }
    let number: Int
    if let free = groups.first(where: { $0.value.names.count < WireConstants.watchLimit }) {
      number = free.key
    } else {
      lastGroup += 1
      number = lastGroup
      var group = Group()
      group.task = Task { await self.follow(number) }
      groups[number] = group
    }
    groupOfName[name] = number
    groups[number]?.names.insert(name)
    refresh(number)
  }

  private func remove(_ name: String) {
    states[name] = nil
    guard let number = groupOfName.removeValue(forKey: name) else { return }
    groups[number]?.names.remove(name)
    if groups[number]?.names.isEmpty == true {
      groups.removeValue(forKey: number)?.task?.cancel()
    } else {
      refresh(number)
    }
  }

  private func refresh(_ number: Int) {
    groups[number]?.isStale = true
    groups[number]?.bell?.ring()
  }

  // MARK: One connection

  /// Keeps a connection for the names of a group, at one back after the other.
  private func follow(_ number: Int) async {
    while !Task.isCancelled, groups[number] != nil {
      for back in await choice.order(for: [UInt8(truncatingIfNeeded: number)]) {
        do {
          try await follow(number, at: back)
        } catch {
          logger.info(
            "names are not watched at a back",
            metadata: ["back": "\(back.address)", "reason": "\(LogText("\(error)"))"])
        }
        groups[number]?.bell = nil
        guard !Task.isCancelled else { return }
        try? await Task.sleep(for: Self.retryDelay)
      }
    }
  }

  private nonisolated func follow(_ number: Int, at back: Back) async throws {
    try await back.link.withConnection { client in
      await self.connected(number, client.bell)
      while !Task.isCancelled {
        // Whatever moved before is told once more.
        if let names = await self.takeStaleNames(of: number) { try await client.watch(names) }
        if let told = try await client.notification() { await self.note(told) }
      }
    }
  }

  private func connected(_ number: Int, _ bell: DeviceClient.Bell) {
    groups[number]?.bell = bell
    groups[number]?.isStale = true
  }

  /// What a connection has to ask for; `nil` when it has asked for that.
  private func takeStaleNames(of number: Int) -> [ImageName]? {
    guard let group = groups[number], group.isStale else { return nil }
    groups[number]?.isStale = false
    return group.names.sorted().compactMap { try? ImageName($0) }
  }

  private func note(_ told: NotifyMessage) {
    let name = told.name.text
    guard groupOfName[name] != nil else { return }
    states[name] = NameState(
      image: told.isRemoval ? nil : ImageID(told.imageID.bytes), generation: told.generation)
    news.yield(.moved(name))
  }
}
