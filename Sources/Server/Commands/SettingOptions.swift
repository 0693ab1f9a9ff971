internal import ArgumentParser

/// The flags of every setting; each is text here and is read where environment and file are read,
/// so that all three say the same about what is allowed.
struct SettingOptions: ParsableArguments {
  @Option(help: "Address and port to listen on; port 0 picks a free one. [127.0.0.1:3676]")
  var listen: String?

  @Option(help: "Folder of the embedded store. [./forme-data]")
  var data: String?

  @Option(help: "A JSON file of settings, named as the flags are.")
  var config: String?

  @Option(help: "trace, debug, info, notice, warning, error or critical. [info]")
  var logLevel: String?

  @Option(
    help:
      "The request of a kind of device for a picture at which its form is stored; 0: when it is registered. [1]"
  )
  var renderAfter: String?

  @Option(
    help: "The request of a kind of device at which its forms of all pictures are made. [100]")
  var popularAfter: String?

  @Option(help: "What earlier requests get: convert, nearest or defer. [convert]")
  var beforeStored: String?

  @Option(help: "The most that all stored forms may weigh, in MiB. [8192]")
  var formMegabytes: String?

  @Option(help: "The most that small forms held in memory may weigh, in MiB. [64]")
  var memoryMegabytes: String?

  @Option(help: "What is read of a picture before it is acknowledged: full or headers. [full]")
  var verifyAtRegistration: String?

  @Flag(
    inversion: .prefixedNo, help: "Listen beyond the loopback although nothing is encrypted. [no]")
  var allowPlaintext: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: "Let devices without a key fetch, list and watch wherever they may do nothing else. [no]")
  var openRetrieval: Bool?

  @Option(help: "Seconds that running transfers may take after SIGTERM. [10]")
  var graceSeconds: String?

  @Option(help: "The most connections at once. [16384]")
  var maxConnections: String?

  @Option(help: "What this server does: standalone, front or back. [standalone]")
  var role: String?

  @Option(help: "How a front gets forms to devices: refer or relay. [relay]")
  var split: String?

  @Option(help: "The addresses on which a front's backs listen for it, with commas between them.")
  var backs: String?

  @Option(help: "The file of the key that fronts and backs share, as key add prints it.")
  var peerKey: String?

  @Option(help: "Where a back listens for devices. [the host of --listen, a free port]")
  var deviceListen: String?

  @Option(help: "Where devices reach a back's listener for them. [--device-listen]")
  var advertise: String?

  @Option(help: "The most that a front holds of forms on their way to devices, in MiB. [1024]")
  var spoolMegabytes: String?

  @Option(help: "What this server does for devices: register, retrieve or both. [both]")
  var serves: String?

  @Option(help: "Where the data is: embedded, or postgres://… for many servers. [embedded]")
  var store: String?

  /// Reads flags, environment and file into one configuration.
  func resolve() throws -> ServerConfiguration {
    let given: [(String, String?)] = [
      (ServerConfiguration.listenSetting.name, listen),
      (ServerConfiguration.dataSetting.name, data),
      (ServerConfiguration.logLevelSetting.name, logLevel),
      (ServerConfiguration.renderAfterSetting.name, renderAfter),
      (ServerConfiguration.popularAfterSetting.name, popularAfter),
      (ServerConfiguration.beforeStoredSetting.name, beforeStored),
      (ServerConfiguration.formMegabytesSetting.name, formMegabytes),
      (ServerConfiguration.memoryMegabytesSetting.name, memoryMegabytes),
      (ServerConfiguration.verificationSetting.name, verifyAtRegistration),
      (ServerConfiguration.plaintextSetting.name, allowPlaintext.map(String.init)),
      (ServerConfiguration.openRetrievalSetting.name, openRetrieval.map(String.init)),
      (ServerConfiguration.graceSetting.name, graceSeconds),
      (ServerConfiguration.connectionsSetting.name, maxConnections),
      (ServerConfiguration.roleSetting.name, role),
      (ServerConfiguration.splitSetting.name, split),
      (ServerConfiguration.backsSetting.name, backs),
      (ServerConfiguration.peerKeySetting.name, peerKey),
      (ServerConfiguration.deviceListenSetting.name, deviceListen),
      (ServerConfiguration.advertiseSetting.name, advertise),
      (ServerConfiguration.spoolMegabytesSetting.name, spoolMegabytes),
      (ServerConfiguration.servesSetting.name, serves),
      (ServerConfiguration.storeSetting.name, store),
    ]
    let flags = Dictionary(
      uniqueKeysWithValues: given.compactMap { name, text in text.map { (name, $0) } })
    let configuration = try Self.configuration(flags: flags, file: config)
    try configuration.checkRole()
    return configuration
  }

  /// Reads flags, by the names of settings, with environment and file into one configuration.
  static func configuration(
    flags: [String: String], file: String?
  ) throws -> ServerConfiguration {
    do {
      return try ServerConfiguration(sources: try SettingSources(flags: flags, file: file))
    } catch let error as SettingError where error.origin == .flag {
      throw ValidationError(error.description)
    }
  }
}
