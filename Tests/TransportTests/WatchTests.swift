import Testing
import Transport
import WireProtocol

/// WATCH, NOTIFY and PATCH between a client and a listener.
@Suite(.timeLimit(.minutes(1))) struct WatchTests {
  @Test func aWatchedNameIsToldOf() async throws {
    try await withServer(Behaviour(moveCount: 3)) { listener, log in
      try await DeviceClient.withConnection(to: listener.address, settings: .init()) { client in
        let names = [try ImageName("a"), try ImageName("b")]
        try await client.watch(names)
        var told: [ImageName: UInt32] = [:]
        while told.count < 2 || told.values.contains(where: { $0 < 3 }) {
          let news = try #require(try await client.notification())
          #expect(news.imageID == TestService.etag)
          #expect(news.generation > told[news.name] ?? 0)
          told[news.name] = news.generation
        }
      }
      let names = try await log.wait { event in
        if case .performed(.watch(_, let names)) = event { names } else { nil }
      }
      #expect(names.map(\.text) == ["a", "b"])
    }
  }

  @Test func newsThatComeDuringARequestAreKeptTheNewestOfEachName() async throws {
    try await withScriptedServer { peer in
      _ = try await peer.message()
      try await peer.send(welcome())
      guard case .watch? = try await peer.message() else { return }
      try await peer.send(.ok, request: 1)
      guard case .list? = try await peer.message() else { return }
      for (name, generation) in [("a", 1), ("b", 1), ("a", 2)] as [(String, UInt32)] {
        try await peer.send(try news(name, generation))
      }
      try await peer.send(.listing(ListingMessage(entries: [])), flags: .last, request: 2)
      while try await peer.message() != nil {}
    } _: { address in
      try await DeviceClient.withConnection(to: address, settings: .init()) { client in
        try await client.watch([try ImageName("a"), try ImageName("b")])
        #expect(try await client.list(try ListMessage()).isLast)
        let first = try await client.notification(within: .zero)
        let second = try await client.notification(within: .zero)
        #expect(first.map { [$0.name.text, "\($0.generation)"] } == ["b", "1"])
        #expect(second.map { [$0.name.text, "\($0.generation)"] } == ["a", "2"])
        #expect(try await client.notification(within: .zero) == nil)
      }
    }
  }

  @Test func aWaitThatEndsLeavesTheConnectionUsable() async throws {
    try await withServer { listener, _ in
      try await DeviceClient.withConnection(to: listener.address, settings: .init()) { client in
        try await client.watch([try ImageName("a")])
        for milliseconds in [0, 1, 20] {
          let news = try await client.notification(within: .milliseconds(milliseconds))
          #expect(news == nil)
        }
        #expect(try await client.list(try ListMessage()).isLast)
      }
    }
  }

  /// The server tells nothing before it has heard PING.
  @Test func aSilentWatcherSaysThatItLives() async throws {
    try await withScriptedServer { peer in
      _ = try await peer.message()
      try await peer.send(welcome(keepAliveSeconds: 1))
      guard case .watch? = try await peer.message() else { return }
      try await peer.send(.ok, request: 1)
      guard try await peer.message() == .ping else { return }
      try await peer.send(.pong)
      guard try await peer.message() == .ping else { return }
      try await peer.send(.pong)
      try await peer.send(try news("a", 1))
      while try await peer.message() != nil {}
    } _: { address in
      try await DeviceClient.withConnection(to: address, settings: .init()) { client in
        try await client.watch([try ImageName("a")])
        #expect(try await client.notification()?.generation == 1)
      }
    }
  }

  @Test func aServerThatAnswersNoPingIsGone() async throws {
    var settings = DeviceSession.Settings()
    settings.answerDeadline = .milliseconds(50)
    try await withScriptedServer { peer in
      _ = try await peer.message()
      try await peer.send(welcome(keepAliveSeconds: 1))
      guard case .watch? = try await peer.message() else { return }
      try await peer.send(.ok, request: 1)
      while try await peer.message() != nil {}
    } _: { [settings] address in
      let error = try await #require(throws: DeviceClientError.self) {
        try await DeviceClient.withConnection(to: address, settings: settings) { client in
          try await client.watch([try ImageName("a")])
          _ = try await client.notification()
        }
      }
      guard case .ended(.deadline(.answer)) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.isRetryable)
    }
  }

  /// 4.7 MB of NOTIFY, if they were not held back: more than the kernel takes.
  @Test func aFloodForADeviceThatDoesNotReadIsHeldBack() async throws {
    let moveCount = 30_000
    let name = try ImageName(String(repeating: "n", count: 128))
    try await withServer(Behaviour(moveCount: moveCount)) { listener, log in
      try await RawPeer.connect(
        to: listener.address, reads: false, receiveBufferByteCount: 4_096
      ) { peer in
        try await peer.send(
          .hello(
            HelloMessage(maxFrame: 248, keepAliveSeconds: 0, deviceID: [], formKeys: [])))
        try await peer.send(.watch(WatchMessage(names: [name])), request: 1)
        _ = try await log.wait { $0 == .moved ? true : nil }
        try await peer.beginReading()
        guard case .welcome = try await peer.message(), .ok == (try await peer.message()) else {
          Issue.record("no OK")
          return
        }
        var count = 0
        var generation: UInt32 = 0
        while generation < moveCount {
          guard case .notify(let news) = try await peer.message() else { break }
          #expect(news.generation > generation)
          generation = news.generation
          count += 1
        }
        #expect(generation == moveCount)
        #expect(count < moveCount, "\(count) were sent")
      }
    }
  }

  @Test func aPatchBringsItsRange() async throws {
    let patch = FormPatch(range: 300..<450, sent: digest(9))
    try await withServer(Behaviour(patch: patch)) { listener, _ in
      let (form, bytes) = try await fetch(from: listener.address, takesPatches: true)
      #expect(form?.status == .patch && form?.sent == digest(9) && form?.offset == 300)
      #expect(bytes == TestService.formBytes(300..<450))
    }
  }

  /// CANCEL, and GET again without what is shown; the credit of the first is too little for its end.
  @Test(arguments: [64, 1_000] as [UInt32])
  func aPatchThatIsNotWantedBecomesAForm(credit: UInt32) async throws {
    let patch = FormPatch(range: 300..<450, sent: digest(9))
    try await withServer(Behaviour(patch: patch)) { listener, log in
      let (form, bytes) = try await fetch(
        from: listener.address, takesPatches: false, credit: credit)
      #expect(form?.status == .ok && form?.sent == TestService.sent)
      #expect(bytes == TestService.formBytes(0..<1_000))
      for shown in [digest(5), .none] {
        let get = try await log.wait { event in
          if case .performed(.find(_, let get, _)) = event { get } else { nil }
        }
        #expect(get.shown == shown && get.offset == 77)
      }
    }
  }

  private func fetch(
    from address: ServerAddress, takesPatches: Bool, credit: UInt32 = 100
  ) async throws -> (form: FormMessage?, bytes: [UInt8]) {
    let get = GetMessage(
      reference: .name(try ImageName("lobby")), shown: digest(5), partial: digest(6), offset: 77,
      credit: credit)
    return try await DeviceClient.withConnection(
      to: address, settings: .init(), capabilities: [try panel()]
    ) { client in
      var form: FormMessage?
      var bytes: [UInt8] = []
      try await client.get(get, takesPatches: takesPatches) { event in
        switch event {
        case .form(let message): form = message
        case .data(let more): bytes += more
        case .referred(let refer): Issue.record("referred to \(refer.host)")
        }
      }
      return (form, bytes)
    }
  }

  private func news(_ name: String, _ generation: UInt32) throws -> Message {
    .notify(
      NotifyMessage(
        name: try ImageName(name), imageID: TestService.etag, generation: generation))
  }
}
