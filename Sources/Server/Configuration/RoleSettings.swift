internal import Store
internal import Transport

/// What a server of an installation does.
enum ServerRole: String, CaseIterable, Sendable {
  /// Everything.
  case standalone
  /// Takes registrations and requests, and asks backs.
  case front
  /// Generates, stores and finds for fronts, and transmits to devices that they refer to it.
  case back
}

/// How a front gets a form to a device.
enum ServerSplit: String, CaseIterable, Sendable {
  /// It sends the device to the back.
  case refer
  /// It fetches the form from the back and sends it.
  case relay
}

/// What a server does for devices at all.
enum ServerService: String, CaseIterable, Sendable {
  case register, retrieve, both

  /// The rights that anybody can have here.
  var actions: Rights.Actions {
    switch self {
    case .register: .register
    case .retrieve: .retrieve
    case .both: [.register, .retrieve]
    }
  }
}

extension ServerConfiguration {
  static let roleSetting = Setting(
    name: "role", defaultText: ServerRole.standalone.rawValue, allowed: words(ServerRole.self),
    parse: { ServerRole(rawValue: $0) })
  static let splitSetting = Setting(
    name: "split", defaultText: ServerSplit.relay.rawValue, allowed: words(ServerSplit.self),
    parse: { ServerSplit(rawValue: $0) })
  static let backsSetting = Setting(
    name: "backs", defaultText: "", allowed: "HOST:PORT,… with ports of 1…65535, each once",
    parse: { addresses($0) })
  static let peerKeySetting = Setting(
    name: "peer-key", defaultText: "", allowed: "a file with a key as key add prints it",
    parse: { $0 })
  static let deviceListenSetting = Setting(
    name: "device-listen", defaultText: "",
    allowed: "HOST:PORT with a port of 0…65535, or nothing: the host of listen, a free port",
    parse: { optional($0, ServerAddress.split) })
  static let advertiseSetting = Setting(
    name: "advertise", defaultText: "",
    allowed: "HOST:PORT with a port of 1…65535, or nothing: device-listen",
    parse: { optional($0, ServerAddress.init) })
  static let spoolMegabytesSetting = Setting(
    name: "spool-megabytes", defaultText: "1024", allowed: "1…1000000",
    parse: { number($0, in: 1...1_000_000) })
  static let servesSetting = Setting(
    name: "serves", defaultText: ServerService.both.rawValue, allowed: words(ServerService.self),
    parse: { ServerService(rawValue: $0) })

  private static func addresses(_ text: String) -> [ServerAddress]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard !text.isEmpty else { return [] }
    let addresses = parts.compactMap { ServerAddress(String($0)) }
    return addresses.count == parts.count && Set(addresses).count == parts.count ? addresses : nil
  }

  /// - Returns: `nil` for a text that is not allowed; a `nil` inside for none.
  private static func optional<Value>(
    _ text: String, _ parse: (String) -> Value?
  ) -> Value?? {
    text.isEmpty ? .some(nil) : parse(text).map(Optional.some)
  }

  /// Refuses roles that lack what they need, or are told what they have no use for.
  /// - Throws: ``SettingError``.
  func checkRole() throws(SettingError) {
    switch role {
    case .standalone, .back:
      guard backs.isEmpty else {
        throw SettingError(
          description: "backs is for the role front, and the role is \(role.rawValue)")
      }
    case .front:
      guard !backs.isEmpty else {
        throw SettingError(description: "a front needs backs: HOST:PORT,…")
      }
    }
    guard role == .standalone || !peerKeyFile.isEmpty else {
      throw SettingError(
        description: "a \(role.rawValue) needs peer-key: the file of a key that fronts and backs "
          + "share")
    }
    guard role == .back || (deviceListen == nil && advertise == nil) else {
      throw SettingError(
        description: "device-listen and advertise are for the role back, and the role is "
          + role.rawValue)
    }
  }
}
