internal import Codecs
internal import Logging
internal import Render
internal import Store
internal import Transport

/// Everything the server can be told, with the order flag, environment, file, default.
struct ServerConfiguration: Sendable {
  /// Address and port to listen on; port 0 picks a free one.
  var listen: ServerAddress
  /// The folder of the embedded store, or of a node's copies.
  var dataFolder: String
  /// The least level that is logged.
  var logLevel: Logger.Level
  /// When forms are made and stored, and what is sent before.
  var policy: FormPolicy
  /// Bytes of all stored forms; beyond, the least recently used ones go.
  var formByteLimit: Int
  /// Bytes of small forms that are held in memory.
  var memoryByteLimit: Int
  /// How much of a picture is read before STORED.
  var verification: Verification
  /// Listen beyond the loopback although nothing is encrypted.
  var allowsPlaintext: Bool
  /// Strangers may retrieve where they may do nothing otherwise.
  var opensRetrieval: Bool
  /// How long running transfers may go on after SIGTERM.
  var grace: Duration
  /// The most connections at once.
  var connectionLimit: Int
  /// What this server does.
  var role: ServerRole
  /// How a front gets forms to devices.
  var split: ServerSplit
  /// The backs' listeners for fronts.
  var backs: [ServerAddress]
  /// The file of the key that fronts and backs share; empty: none.
  var peerKeyFile: String
  /// Where a back listens for devices; `nil`: on the host of `listen`, on a free port.
  var deviceListen: ServerAddress?
  /// Where devices reach a back's listener for them; `nil`: where it listens.
  var advertise: ServerAddress?
  /// Bytes of forms that a front holds between a back and devices.
  var spoolByteLimit: Int
  /// The most that anybody may do here.
  var actions: Rights.Actions
  /// Where names, pictures and forms are.
  var store: StoreLocation
  /// Where each value came from, for `check-config`.
  var reports: [SettingReport]

  /// How much of a picture is read before STORED.
  enum Verification: String, CaseIterable, Sendable {
    /// Everything: a damaged picture is refused at registration.
    case full
    /// The headers: the fetch says what is damaged.
    case headers
  }

  /// All names, for finding misspelt keys in a file.
  static let names = [
    Self.listenSetting.name, Self.dataSetting.name, Self.logLevelSetting.name,
    Self.renderAfterSetting.name, Self.popularAfterSetting.name, Self.beforeStoredSetting.name,
    Self.formMegabytesSetting.name, Self.memoryMegabytesSetting.name,
    Self.verificationSetting.name, Self.plaintextSetting.name, Self.openRetrievalSetting.name,
    Self.graceSetting.name, Self.connectionsSetting.name, Self.roleSetting.name,
    Self.splitSetting.name, Self.backsSetting.name, Self.peerKeySetting.name,
    Self.deviceListenSetting.name, Self.advertiseSetting.name, Self.spoolMegabytesSetting.name,
    Self.servesSetting.name, Self.storeSetting.name,
  ]

  /// Reads every setting.
  /// - Throws: ``SettingError`` naming the setting, its origin, its text and what is allowed.
  init(sources: SettingSources) throws {
    var reports: [SettingReport] = []
    func read<Value>(_ setting: Setting<Value>) throws -> Value {
      let (value, report) = try sources.value(of: setting)
      reports.append(report)
      return value
    }
    listen = try read(Self.listenSetting)
    dataFolder = try read(Self.dataSetting)
    logLevel = try read(Self.logLevelSetting)
    policy = FormPolicy(
      renderAfter: try read(Self.renderAfterSetting),
      popularAfter: try read(Self.popularAfterSetting),
      beforeStored: try read(Self.beforeStoredSetting))
    formByteLimit = try read(Self.formMegabytesSetting) << 20
    memoryByteLimit = try read(Self.memoryMegabytesSetting) << 20
    verification = try read(Self.verificationSetting)
    allowsPlaintext = try read(Self.plaintextSetting)
    opensRetrieval = try read(Self.openRetrievalSetting)
    grace = try read(Self.graceSetting)
    connectionLimit = try read(Self.connectionsSetting)
    role = try read(Self.roleSetting)
    split = try read(Self.splitSetting)
    backs = try read(Self.backsSetting)
    peerKeyFile = try read(Self.peerKeySetting)
    deviceListen = try read(Self.deviceListenSetting)
    advertise = try read(Self.advertiseSetting)
    spoolByteLimit = try read(Self.spoolMegabytesSetting) << 20
    actions = try read(Self.servesSetting).actions
    store = try read(Self.storeSetting)
    self.reports = reports
  }
}

extension ServerConfiguration {
  static let listenSetting = Setting(
    name: "listen", defaultText: "127.0.0.1:3676",
    allowed: "HOST:PORT with a port of 0…65535, an IPv6 host in brackets",
    parse: { ServerAddress.split($0) })
  static let dataSetting = Setting(
    name: "data", defaultText: "./forme-data", allowed: "a folder",
    parse: { $0.isEmpty ? nil : $0 })
  static let logLevelSetting = Setting(
    name: "log-level", defaultText: "info",
    allowed: Logger.Level.allCases.map(\.rawValue).joined(separator: ", "),
    parse: { Logger.Level(rawValue: $0) })
  static let renderAfterSetting = Setting(
    name: "render-after", defaultText: "1", allowed: "0…1000000",
    parse: { number($0, in: 0...1_000_000) })
  static let popularAfterSetting = Setting(
    name: "popular-after", defaultText: "100", allowed: "1…1000000000",
    parse: { number($0, in: 1...1_000_000_000) })
  static let beforeStoredSetting = Setting(
    name: "before-stored", defaultText: FormPolicy.BeforeStored.convert.rawValue,
    allowed: words(FormPolicy.BeforeStored.self), parse: { FormPolicy.BeforeStored(rawValue: $0) })
  static let formMegabytesSetting = Setting(
    name: "form-megabytes", defaultText: "8192", allowed: "1…1000000000",
    parse: { number($0, in: 1...1_000_000_000) })
  static let memoryMegabytesSetting = Setting(
    name: "memory-megabytes", defaultText: "64", allowed: "0…1000000",
    parse: { number($0, in: 0...1_000_000) })
  static let verificationSetting = Setting(
    name: "verify-at-registration", defaultText: Verification.full.rawValue,
    allowed: words(Verification.self), parse: { Verification(rawValue: $0) })
  static let plaintextSetting = Setting(
    name: "allow-plaintext", defaultText: "false", allowed: "true, false", parse: { Bool($0) })
  static let openRetrievalSetting = Setting(
    name: "open-retrieval", defaultText: "false", allowed: "true, false", parse: { Bool($0) })
  static let graceSetting = Setting(
    name: "grace-seconds", defaultText: "10", allowed: "0…3600",
    parse: { text in number(text, in: 0...3_600).map { Duration.seconds($0) } })
  static let connectionsSetting = Setting(
    name: "max-connections", defaultText: "16384", allowed: "1…1000000",
    parse: { number($0, in: 1...1_000_000) })

  static func words<Word: RawRepresentable<String> & CaseIterable>(
    _ type: Word.Type
  ) -> String {
    Word.allCases.map(\.rawValue).joined(separator: ", ")
  }

  static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
    Int(text).flatMap { range.contains($0) ? $0 : nil }
  }
}
