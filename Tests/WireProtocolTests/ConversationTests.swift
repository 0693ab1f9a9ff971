import Capabilities
import Testing
import WireProtocol

@Suite("Conversations")
struct ConversationTests {
  private func device(
    maxFrame: Int, usesCRC32: Bool = true, grease: UInt64? = nil
  ) -> DeviceSession.Settings {
    var settings = DeviceSession.Settings()
    settings.maxFrame = maxFrame
    settings.usesCRC32 = usesCRC32
    settings.greaseSeed = grease
    settings.deviceID = Array("device".utf8)
    return settings
  }

  private func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  }

  @Test("192,000 bytes through frames of 248 and a window of 256", arguments: [true, false])
  func smallDevice(usesCRC32: Bool) throws {
    var link = Link(device: device(maxFrame: 248, usesCRC32: usesCRC32), seed: 1)
    link.formBytes = bytes(192_000, seed: 2)
    link.form = form(total: 192_000)
    link.get(GetMessage(reference: .name(name("a")), credit: 256))
    try link.run()
    #expect(link.deviceEvents.last == .formComplete)
    #expect(link.received == link.formBytes)
    #expect(link.largestFrameToDevice == 256)
    #expect(!link.device.isClosed && !link.server.isClosed && link.device.isIdle)
  }

  @Test(
    "windows, frames and seeds of all kinds",
    arguments: [
      (248, 64 as UInt32, 1 as UInt64), (249, 65, 2), (1_000, 100, 3), (16_384, 16_384, 4),
      (0xFFFF, 0x7FFF_FFFF, 5), (300, 0x7FFF_FFFF, 6), (0xFFFF, 64, 7),
    ])
  func variety(maxFrame: Int, window: UInt32, seed: UInt64) throws {
    for total in [1, 63, 64, 65, 5_000] {
      var link = Link(device: device(maxFrame: maxFrame, grease: seed), seed: seed)
      link.knowsKeys = seed.isMultiple(of: 2)
      link.formBytes = bytes(total, seed: seed)
      link.form = form(total: total)
      // In one segment with HELLO.
      link.get(GetMessage(reference: .name(name("a")), credit: window))
      try link.run()
      #expect(link.deviceEvents.last == .formComplete)
      #expect(link.received == link.formBytes)
    }
  }

  @Test("a cut transfer goes on where it stopped")
  func resume() throws {
    let whole = bytes(10_000, seed: 3)
    for held in [1, 4_000, 9_999] {
      var link = Link(device: device(maxFrame: 248), seed: 4)
      link.formBytes = whole
      link.form = form(total: 10_000)
      link.get(
        GetMessage(
          reference: .name(name("a")), partial: short(2), offset: UInt32(held), credit: 256),
        held: Array(whole.prefix(held)))
      try link.run()
      #expect(link.received == whole)
      guard
        case .produce(_, let offset, _)? = link.serverEvents.first(where: {
          if case .produce = $0 { true } else { false }
        })
      else {
        Issue.record("nothing was produced")
        return
      }
      #expect(offset == held)
    }
  }

  @Test(
    "uploads, with and without a declared digest, whole and from a part",
    arguments: [
      (declared: true, held: 0), (true, 1), (true, 99_999), (true, 100_000), (false, 0),
    ])
  func upload(declared: Bool, held: Int) throws {
    var settings = ServerSession.Settings()
    settings.uploadWindowByteCount = 1_000
    var link = Link(device: device(maxFrame: 248), server: settings, capabilities: [], seed: 5)
    let picture = bytes(100_000, seed: 6)
    link.uploadStream = declared ? picture : picture + full(9).bytes
    link.heldUpload = Array(picture.prefix(held))
    link.perform(
      link.device.put(
        PutMessage(name: name("a"), length: 100_000, digest: declared ? full(9) : nil),
        at: .zero))
    try link.run()
    #expect(
      link.deviceEvents.last == .stored(StoredMessage(imageID: short(9), generation: 1)))
    #expect(link.stored == picture)
    #expect(
      link.serverEvents.contains { if case .finishUpload(_, full(9)) = $0 { true } else { false } })
  }

  @Test("a list of 1,000 names arrives page by page, in order")
  func list() throws {
    var link = Link(device: device(maxFrame: 248), capabilities: [], seed: 7)
    link.entries = (0..<1_000).map {
      ListingMessage.Entry(
        name: name("p/\(10_000 + $0)"), imageID: short(0), byteCount: UInt32($0), unixTime: 0)
    }
    var all: [ListingMessage.Entry] = []
    var pageCount = 0
    var isLast = false
    while !isLast {
      link.perform(
        link.device.list(
          try ListMessage(prefix: "p/", after: all.last?.name.text ?? ""), at: .zero))
      try link.run()
      guard case .listing(let page, let last)? = link.deviceEvents.last else {
        Issue.record("no LISTING")
        return
      }
      all += page
      pageCount += 1
      isLast = last
    }
    #expect(all == link.entries)
    // 32 bytes an entry, 7 of them in 244.
    #expect(pageCount == 143)
  }

  @Test("everything on one connection, one after the other")
  func sequence() throws {
    var link = Link(device: device(maxFrame: 512, grease: 8), seed: 8)
    link.formBytes = bytes(3_000, seed: 9)
    link.form = form(total: 3_000)
    for _ in 0..<3 {
      link.get(GetMessage(reference: .id(short(1)), credit: 300))
      try link.run()
      #expect(link.deviceEvents.last == .formComplete)
      link.perform(link.device.remove(name("a"), at: .zero))
      try link.run()
      #expect(link.deviceEvents.last == .removed)
      link.perform(link.device.ping(at: .zero))
      try link.run()
      #expect(link.deviceEvents.last == .ponged)
      link.uploadStream = [1, 2, 3]
      link.perform(
        link.device.put(PutMessage(name: name("a"), length: 3, digest: full(1)), at: .zero))
      try link.run()
      #expect(
        link.deviceEvents.last == .stored(StoredMessage(imageID: short(1), generation: 1)))
    }
    link.form = nil
    link.get(GetMessage(reference: .id(short(1)), credit: 300))
    try link.run()
    #expect(link.deviceEvents.last == .failed(ErrorMessage(code: .notFound)))
  }

  @Test("only the patch travels, and the whole is there", arguments: [248, 0xFFFF])
  func patch(maxFrame: Int) throws {
    let shown = bytes(10_000, seed: 1)
    var whole = shown
    whole.replaceSubrange(3_000..<3_500, with: bytes(500, seed: 2))
    var link = Link(device: device(maxFrame: maxFrame), seed: 10)
    link.formBytes = whole
    link.form = form(total: 10_000)
    link.patch = FormPatch(range: 3_000..<3_500, sent: short(9))
    link.get(GetMessage(reference: .name(name("a")), shown: short(7), credit: 256), held: shown)
    try link.run()
    #expect(link.deviceEvents.last == .formComplete)
    #expect(link.received == whole)
    let produced = link.serverEvents.compactMap {
      if case .produce(_, _, let byteCount) = $0 { byteCount } else { nil as Int? }
    }
    #expect(produced.reduce(0, +) == 500)
  }

  /// The device refuses any NOTIFY that is out of place, so it is enough that nobody closes.
  @Test(
    "names that move at any moment are told of, at last in their newest state", arguments: 0..<60)
  func watch(seed: Int) throws {
    let names = (0..<4).map { name("n\($0)") }
    var link = Link(device: device(maxFrame: 248, grease: 1), seed: UInt64(seed))
    link.formBytes = bytes(2_000, seed: 1)
    link.form = form(total: 2_000)
    link.uploadStream = bytes(700, seed: 2)
    link.perform(link.device.watch(WatchMessage(names: names), at: .zero))
    var generator = SeededGenerator(seed: UInt64(seed))
    var generations: [ImageName: UInt32] = [:]
    for _ in 0..<400 {
      let moved = names[Int.random(in: 0..<4, using: &generator)]
      generations[moved, default: 0] += 1
      link.notify(moved, generation: generations[moved] ?? 0)
      link.move(steps: Int.random(in: 0..<4, using: &generator))
      guard link.device.isIdle else {
        if Int.random(in: 0..<20, using: &generator) == 0 {
          link.perform(link.device.cancel(at: .zero))
        }
        continue
      }
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: link.get(GetMessage(reference: .name(moved), credit: 256))
      case 1:
        link.perform(
          link.device.put(PutMessage(name: moved, length: 700, digest: full(1)), at: .zero))
      case 2: link.perform(link.device.list(try ListMessage(), at: .zero))
      case 3: link.perform(link.device.watch(WatchMessage(names: names), at: .zero))
      default: link.perform(link.device.ping(at: .zero))
      }
    }
    try link.run()
    #expect(!link.device.isClosed && !link.server.isClosed && link.device.isIdle)
    var told: [ImageName: UInt32] = [:]
    for case .notified(let news) in link.deviceEvents { told[news.name] = news.generation }
    for (name, generation) in generations { link.notify(name, generation: generation) }
    try link.run()
    for case .notified(let news) in link.deviceEvents { told[news.name] = news.generation }
    #expect(told == generations)
  }

  @Test("a device that changes its mind", arguments: 0..<40)
  func cancel(step: Int) throws {
    var link = Link(device: device(maxFrame: 248), seed: UInt64(step))
    link.formBytes = bytes(2_000, seed: 1)
    link.form = form(total: 2_000)
    link.get(GetMessage(reference: .id(short(1)), credit: 256))
    // As many events as `step` says, then CANCEL, wherever that is.
    link.move(steps: step)
    let wasIdle = link.device.isIdle
    link.perform(link.device.cancel(at: .zero))
    try link.run()
    #expect(link.device.isIdle && !link.device.isClosed && !link.server.isClosed)
    if !wasIdle {
      #expect(link.deviceEvents.last == .failed(ErrorMessage(code: .cancelled)))
    }
    link.get(GetMessage(reference: .id(short(1)), credit: 2_000))
    try link.run()
    #expect(link.received == link.formBytes)
  }
}

@Suite("Split points")
struct SplitTests {
  /// A conversation of a device, as bytes, and a server's answers that depend on its actions alone.
  private static let script: [UInt8] = {
    var bytes: [UInt8] = []
    let encoder = FrameEncoder(maxFrame: 8_192, usesCRC32: true)
    func add(_ message: Message, _ flags: FrameFlags = [], _ request: UInt16) {
      bytes += encoder.encode(message, flags: flags, request: request)
    }
    add(hello([panel()]), [], 0)
    add(.get(GetMessage(reference: .name(name("a")), credit: 100)), [], 1)
    encoder.append(type: 0x97, request: 9, payload: [1, 2, 3], to: &bytes)
    add(.ping, FrameFlags(rawValue: 0x50), 0)
    add(.credit(CreditMessage(byteCount: 200)), [], 1)
    add(.put(PutMessage(name: name("b"), length: 20, digest: nil)), [], 2)
    add(.data(Array(repeating: 7, count: 30)), [], 2)
    add(.data(Array(repeating: 8, count: 22)), .last, 2)
    add(.list(ListMessageFixture.all), [], 3)
    add(.remove(RemoveMessage(name: name("b"))), [], 4)
    add(.watch(WatchMessage(names: [name("a"), name("b")])), [], 4)
    add(.cancel, [], 4)
    add(.get(GetMessage(reference: .id(short(5)), shown: short(1), credit: 64)), [], 5)
    add(.ok, [], 0)
    add(.ping, [], 0)
    return bytes
  }()

  private static func actions(_ pieces: [[UInt8]]) -> [ServerAction] {
    var server = ServerSession(
      settings: .init(), nonce: full(0).bytes, unixTime: 1, now: .zero)
    var all: [ServerAction] = []
    func perform(_ actions: [ServerAction]) {
      for action in actions {
        all.append(action)
        switch action {
        case .lookUpKeys(let keys): perform(server.keysKnown(Set(keys), at: .zero))
        case .find(let token, _, _):
          perform(server.formFound(token, form(total: 300), at: .zero))
        case .produce(let token, _, let byteCount):
          perform(server.produced(token, Array(repeating: 1, count: byteCount), at: .zero))
        case .beginUpload(let token, _):
          perform(server.uploadReady(token, nextOffset: 0, at: .zero))
        case .uploadBytes(let token, _, let bytes):
          perform(server.uploadConsumed(token, byteCount: bytes.count, at: .zero))
        case .finishUpload(let token, let digest):
          perform(server.stored(token, imageID: digest.imageID, generation: 1, at: .zero))
        case .list(let token, _, _):
          perform(server.listed(token, entries: [], isComplete: true, at: .zero))
        case .remove(let token, _): perform(server.removed(token, at: .zero))
        case .watch(let token, let names):
          perform(server.notify(names[1], imageID: short(3), generation: 1, at: .zero))
          perform(server.watching(token, at: .zero))
          perform(server.notify(names[0], imageID: short(3), generation: 2, at: .zero))
        default: break
        }
      }
    }
    for piece in pieces { perform(server.received(piece, at: .zero)) }
    return all
  }

  @Test("every split point gives the same actions")
  func everySplit() {
    // Answers are given between deliveries, so the script is delivered frame by frame first.
    let frames = Self.frames()
    let expected = Self.actions(frames)
    guard case .close(.unexpected(.ok, _))? = expected.last else {
      Issue.record("the script stopped early: \(expected.suffix(3))")
      return
    }
    #expect(expected.count == 28)
    for (index, frame) in frames.enumerated() {
      for split in 1..<frame.count {
        var pieces = frames
        pieces[index] = Array(frame.prefix(split))
        pieces.insert(Array(frame.dropFirst(split)), at: index + 1)
        #expect(Self.actions(pieces) == expected, "frame \(index) split at \(split)")
      }
    }
    #expect(Self.actions(Self.script.map { [$0] }) == expected)
  }

  private static func frames() -> [[UInt8]] {
    var frames: [[UInt8]] = []
    var rest = script[...]
    while rest.count >= 8 {
      let first = rest.startIndex
      let length = Int(rest[first + 2]) << 8 | Int(rest[first + 3])
      frames.append(Array(rest.prefix(8 + length)))
      rest = rest.dropFirst(8 + length)
    }
    return frames
  }
}
