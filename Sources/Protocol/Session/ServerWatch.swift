// WATCH and NOTIFY (spec/PROTOCOL.md, "WATCH and NOTIFY").

extension ServerSession {
  /// The names that a connection watches, and what it was told about each; never more than
  /// ``WireConstants/watchLimit``, however much happens to them.
  struct WatchList: Hashable, Sendable {
    private struct Entry: Hashable {
      let name: ImageName
      /// The newest that is known.
      var newest: NotifyMessage?
      /// The newest was not sent yet.
      var isDue = false
    }

    private var entries: [Entry]

    init(_ names: [ImageName] = []) {
      var seen: Set<ImageName> = []
      entries = names.filter { seen.insert($0).inserted }.map { Entry(name: $0) }
    }

    var names: [ImageName] { entries.map(\.name) }

    /// Takes news unless they are of another name, or not new.
    mutating func note(_ news: NotifyMessage) {
      guard let index = entries.firstIndex(where: { $0.name == news.name }) else { return }
      if let newest = entries[index].newest, !news.isNewer(than: newest) { return }
      entries[index].newest = news
      entries[index].isDue = true
    }

    /// What is to be sent, in the order of WATCH; it counts as sent then.
    mutating func takeDue() -> [NotifyMessage] {
      var due: [NotifyMessage] = []
      for index in entries.indices where entries[index].isDue {
        entries[index].isDue = false
        if let newest = entries[index].newest { due.append(newest) }
      }
      return due
    }
  }

  /// The names of ``ServerAction/watch(_:_:)`` are watched from now on.
  ///
  /// Call ``notify(_:imageID:generation:at:)`` for each of them that is registered as well, so that
  /// no change between the device's last GET and its WATCH is lost. News that come while WATCH is
  /// in flight are kept, so listen first and look the names up then, in any order.
  public mutating func watching(_ token: RequestToken, at now: Duration) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard case .startingWatch(let list) = work(of: token) else { return actions }
    watchList = list
    send(.ok, request: token.number, into: &actions)
    finish(at: now, into: &actions)
    return actions
  }

  /// A name points to another image, was registered again, or was removed.
  ///
  /// The device is told between requests, and only the newest; what is not watched, or no news, is
  /// ignored.
  /// - Parameters:
  ///   - imageID: ``ShortDigest/none``: the name was removed.
  ///   - generation: the name's; of a removed one its last.
  public mutating func notify(
    _ name: ImageName, imageID: ShortDigest, generation: UInt32, at now: Duration
  ) -> [ServerAction] {
    var actions: [ServerAction] = []
    // A front describes a device between requests, too: what comes meanwhile is told afterwards.
    guard phase == .open || phase == .registering else { return actions }
    let news = NotifyMessage(name: name, imageID: imageID, generation: generation)
    watchList.note(news)
    if let active, case .startingWatch(var list) = active.work {
      list.note(news)
      self.active?.work = .startingWatch(list)
    }
    sendNews(into: &actions)
    return actions
  }

  /// Tells whether the connection takes more output. While it does not, no NOTIFY is sent: a device
  /// that does not read cannot make the server hold one for every change.
  public mutating func outputReady(_ isReady: Bool, at now: Duration) -> [ServerAction] {
    var actions: [ServerAction] = []
    takesOutput = isReady
    sendNews(into: &actions)
    return actions
  }

  /// Sends what watched names came to, when no request is in flight.
  mutating func sendNews(into actions: inout [ServerAction]) {
    guard phase == .open, active == nil, takesOutput else { return }
    for news in watchList.takeDue() { send(.notify(news), request: 0, into: &actions) }
  }
}
