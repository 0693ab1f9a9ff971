import Capabilities
import WireProtocol

/// A device's and a server's session joined in memory, with an application on either side that
/// holds pictures and forms. Bytes travel in pieces of random sizes.
struct Link {
  var device: DeviceSession
  var server: ServerSession
  var now = Duration.zero
  var generator: SeededGenerator

  /// What the server sends for every GET.
  var form: FormDescription?
  /// What it has for a device that shows another form.
  var patch: FormPatch?
  var formBytes: [UInt8] = []
  /// Bytes of an upload that the server holds already.
  var heldUpload: [UInt8] = []
  var entries: [ListingMessage.Entry] = []
  var knowsKeys = true
  /// What the server finds for every id of a key.
  var secret: KeySecret?
  /// The picture that the device uploads, with its digest when that was not declared.
  var uploadStream: [UInt8] = []

  /// What the device got.
  private(set) var deviceEvents: [DeviceAction] = []
  private(set) var received: [UInt8] = []
  /// Where the next DATA goes on.
  private var nextOffset = 0
  /// Everything the server was asked to do, but to send.
  private(set) var serverEvents: [ServerAction] = []
  private(set) var stored: [UInt8] = []
  private(set) var largestFrameToDevice = 0

  private var steps = 0
  private var toServer: [UInt8] = []
  private var toDevice: [UInt8] = []

  init(
    device settings: DeviceSession.Settings, server: ServerSession.Settings = .init(),
    capabilities: [Capability] = [panel()], mustProve: Bool = false, key: PresharedKey? = nil,
    seed: UInt64
  ) {
    device = DeviceSession(
      settings: settings, capabilities: capabilities,
      proofSeed: key.map { ProofSeed(key: $0, nonce: full(100).bytes) })
    self.server = ServerSession(
      settings: server, mustProve: mustProve, nonce: full(0).bytes, unixTime: 1_700_000_000,
      now: .zero)
    generator = SeededGenerator(seed: seed)
    perform(device.connected(at: now))
  }

  /// Does what the device wants.
  mutating func perform(_ actions: [DeviceAction]) {
    for action in actions {
      switch action {
      case .send(let bytes): toServer += bytes
      case .data(let offset, let bytes):
        precondition(offset == nextOffset, "a gap in DATA")
        nextOffset += bytes.count
        received.replaceSubrange(offset..<min(nextOffset, received.count), with: bytes)
        perform(device.consumed(byteCount: bytes.count, at: now))
      case .upload(let offset, let byteCount):
        perform(
          device.uploadBytes(Array(uploadStream[offset..<offset + byteCount]), at: now))
      case .form(let form):
        nextOffset = Int(form.offset)
        deviceEvents.append(action)
      default: deviceEvents.append(action)
      }
    }
  }

  /// A name comes to something on the server's side.
  mutating func notify(_ name: ImageName, generation: UInt32) {
    perform(server.notify(name, imageID: short(1), generation: generation, at: now))
  }

  /// Begins a transfer with what the device holds already.
  mutating func get(_ get: GetMessage, held: [UInt8] = []) {
    received = held
    perform(device.get(get, at: now))
  }

  /// Moves bytes until nothing moves any more.
  mutating func run() throws {
    while !toServer.isEmpty || !toDevice.isEmpty {
      guard steps < 1_000_000 else { throw Endless() }
      move(steps: 1)
    }
  }

  struct Endless: Error {}

  /// Moves a piece in each direction, `steps` times.
  mutating func move(steps count: Int) {
    for _ in 0..<count {
      steps += 1
      if !toServer.isEmpty {
        let piece = Self.take(&toServer, &generator)
        perform(server.received(piece, at: now))
      }
      if !toDevice.isEmpty {
        let piece = Self.take(&toDevice, &generator)
        perform(device.received(piece, at: now))
      }
    }
  }

  private static func take(
    _ bytes: inout [UInt8], _ generator: inout SeededGenerator
  ) -> [UInt8] {
    let limit = [1, 7, 64, 1_500, 65_536].randomElement(using: &generator) ?? 1
    let count = min(bytes.count, Int.random(in: 1...limit, using: &generator))
    defer { bytes.removeFirst(count) }
    return Array(bytes.prefix(count))
  }

  private mutating func perform(_ actions: [ServerAction]) {
    for action in actions {
      if case .send(let bytes) = action {
        note(bytes)
        toDevice += bytes
        continue
      }
      serverEvents.append(action)
      answer(action)
    }
  }

  private mutating func note(_ bytes: [UInt8]) {
    var decoder = FrameDecoder(maxFrame: 0xFFFF)
    var input = bytes[...]
    var before = input.count
    while (try? decoder.next(from: &input)) != nil, input.count < before {
      largestFrameToDevice = max(largestFrameToDevice, before - input.count)
      before = input.count
    }
  }

  private mutating func answer(_ action: ServerAction) {
    switch action {
    case .lookUpKeys(let keys):
      perform(server.keysKnown(knowsKeys ? Set(keys) : [], at: now))
    case .lookUpKey: perform(server.keyFound(secret, at: now))
    case .register: perform(server.capabilitiesAccepted(at: now))
    case .find(let token, _, _):
      if let form {
        perform(server.formFound(token, form, patch: patch, at: now))
      } else {
        perform(server.failed(token, .notFound, at: now))
      }
    case .produce(let token, let offset, let byteCount):
      let bytes = Array(formBytes[offset..<offset + byteCount])
      perform(server.produced(token, bytes, at: now))
    case .beginUpload(let token, let put):
      stored = put.digest == nil ? [] : heldUpload
      perform(server.uploadReady(token, nextOffset: stored.count, at: now))
    case .uploadBytes(let token, let offset, let bytes):
      precondition(offset == stored.count, "a gap in the upload")
      stored += bytes
      perform(server.uploadConsumed(token, byteCount: bytes.count, at: now))
    case .finishUpload(let token, let digest):
      perform(server.stored(token, imageID: digest.imageID, generation: 1, at: now))
    case .list(let token, let list, let limit):
      let rest = entries.filter {
        list.after.utf8.lexicographicallyPrecedes($0.name.text.utf8)
          && $0.name.text.utf8.starts(with: list.prefix.utf8)
      }
      let page = Array(rest.prefix(limit))
      perform(
        server.listed(token, entries: page, isComplete: page.count == rest.count, at: now))
    case .remove(let token, _): perform(server.removed(token, at: now))
    case .watch(let token, _): perform(server.watching(token, at: now))
    case .send, .identified, .proven, .originated, .formSent, .abandon, .close: break
    }
  }
}
