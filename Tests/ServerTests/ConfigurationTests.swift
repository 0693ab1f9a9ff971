import Logging
import Store
import Testing
import Transport

@testable import Server

/// One setting, three values of it that differ from its default and from each other, and its text.
struct SettingCase: Sendable, CustomTestStringConvertible {
  let name: String
  let environmentName: String
  let flag: String
  let environment: String
  /// As JSON.
  let file: String
  let fileText: String
  let defaultText: String

  var testDescription: String { name }

  static let all = [
    SettingCase(
      name: "listen", environmentName: "FORME_LISTEN", flag: "[::1]:1", environment: "a:2",
      file: "\"b:0\"", fileText: "b:0", defaultText: "127.0.0.1:3676"),
    SettingCase(
      name: "data", environmentName: "FORME_DATA", flag: "/1", environment: "/2", file: "\"/3\"",
      fileText: "/3", defaultText: "./forme-data"),
    SettingCase(
      name: "log-level", environmentName: "FORME_LOG_LEVEL", flag: "debug", environment: "error",
      file: "\"trace\"", fileText: "trace", defaultText: "info"),
    SettingCase(
      name: "render-after", environmentName: "FORME_RENDER_AFTER", flag: "0",
      environment: "1000000", file: "2", fileText: "2", defaultText: "1"),
    SettingCase(
      name: "popular-after", environmentName: "FORME_POPULAR_AFTER", flag: "1",
      environment: "1000000000", file: "\"7\"", fileText: "7", defaultText: "100"),
    SettingCase(
      name: "before-stored", environmentName: "FORME_BEFORE_STORED", flag: "defer",
      environment: "convert", file: "\"nearest\"", fileText: "nearest", defaultText: "convert"),
    SettingCase(
      name: "form-megabytes", environmentName: "FORME_FORM_MEGABYTES", flag: "1",
      environment: "1000000000", file: "9", fileText: "9", defaultText: "8192"),
    SettingCase(
      name: "memory-megabytes", environmentName: "FORME_MEMORY_MEGABYTES", flag: "0",
      environment: "1000000", file: "9", fileText: "9", defaultText: "64"),
    SettingCase(
      name: "verify-at-registration", environmentName: "FORME_VERIFY_AT_REGISTRATION",
      flag: "headers", environment: "full", file: "\"headers\"", fileText: "headers",
      defaultText: "full"),
    SettingCase(
      name: "allow-plaintext", environmentName: "FORME_ALLOW_PLAINTEXT", flag: "true",
      environment: "false", file: "true", fileText: "true", defaultText: "false"),
    SettingCase(
      name: "open-retrieval", environmentName: "FORME_OPEN_RETRIEVAL", flag: "true",
      environment: "false", file: "true", fileText: "true", defaultText: "false"),
    SettingCase(
      name: "grace-seconds", environmentName: "FORME_GRACE_SECONDS", flag: "0",
      environment: "3600", file: "5", fileText: "5", defaultText: "10"),
    SettingCase(
      name: "max-connections", environmentName: "FORME_MAX_CONNECTIONS", flag: "1",
      environment: "1000000", file: "\"7\"", fileText: "7", defaultText: "16384"),
    SettingCase(
      name: "role", environmentName: "FORME_ROLE", flag: "front", environment: "back",
      file: "\"front\"", fileText: "front", defaultText: "standalone"),
    SettingCase(
      name: "split", environmentName: "FORME_SPLIT", flag: "refer", environment: "relay",
      file: "\"refer\"", fileText: "refer", defaultText: "relay"),
    SettingCase(
      name: "backs", environmentName: "FORME_BACKS", flag: "a:1,[::1]:2", environment: "b:3",
      file: "\"c:65535\"", fileText: "c:65535", defaultText: ""),
    SettingCase(
      name: "peer-key", environmentName: "FORME_PEER_KEY", flag: "/k1", environment: "/k2",
      file: "\"/k3\"", fileText: "/k3", defaultText: ""),
    SettingCase(
      name: "device-listen", environmentName: "FORME_DEVICE_LISTEN", flag: "a:0",
      environment: "b:1", file: "\"c:2\"", fileText: "c:2", defaultText: ""),
    SettingCase(
      name: "advertise", environmentName: "FORME_ADVERTISE", flag: "a:1", environment: "b:1",
      file: "\"c:2\"", fileText: "c:2", defaultText: ""),
    SettingCase(
      name: "spool-megabytes", environmentName: "FORME_SPOOL_MEGABYTES", flag: "1",
      environment: "1000000", file: "9", fileText: "9", defaultText: "1024"),
    SettingCase(
      name: "serves", environmentName: "FORME_SERVES", flag: "register", environment: "retrieve",
      file: "\"both\"", fileText: "both", defaultText: "both"),
    SettingCase(
      name: "store", environmentName: "FORME_STORE", flag: "postgres://a@b/c",
      environment: "postgresql:///d?host=/e", file: "\"postgres://\"", fileText: "postgres://",
      defaultText: "embedded"),
  ]
}

@Suite struct ConfigurationTests {
  @Test func everySettingIsInTheTable() {
    #expect(SettingCase.all.map(\.name) == ServerConfiguration.names)
  }

  @Test(arguments: SettingCase.all)
  func flagBeforeEnvironmentBeforeFileBeforeDefault(_ setting: SettingCase) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("forme.json", "{\"\(setting.name)\": \(setting.file)}")
    let environment = [setting.environmentName: setting.environment]
    let flags = [setting.name: setting.flag]

    func report(
      _ flags: [String: String], _ environment: [String: String], _ file: String?
    ) throws -> SettingReport? {
      let sources = try SettingSources(flags: flags, file: file, environment: environment)
      let reports = try ServerConfiguration(sources: sources).reports
      #expect(reports.map(\.name) == ServerConfiguration.names)
      #expect(reports.count { $0.origin != .builtIn } <= 1)
      return reports.first { $0.name == setting.name }
    }
    let byFlag = try report(flags, environment, file)
    #expect(byFlag?.text == setting.flag)
    #expect(byFlag?.origin == .flag)
    let byEnvironment = try report([:], environment, file)
    #expect(byEnvironment?.text == setting.environment)
    #expect(byEnvironment?.origin == .environment)
    let byFile = try report([:], [:], file)
    #expect(byFile?.text == setting.fileText)
    #expect(byFile?.origin == .file)
    let byNobody = try report([:], [:], nil)
    #expect(byNobody?.text == setting.defaultText)
    #expect(byNobody?.origin == .builtIn)
  }

  @Test func textsBecomeValues() throws {
    let flags = Dictionary(uniqueKeysWithValues: SettingCase.all.map { ($0.name, $0.flag) })
    let configuration = try ServerConfiguration(
      sources: SettingSources(flags: flags, file: nil, environment: [:]))
    #expect(configuration.listen == ServerAddress(host: "::1", port: 1))
    #expect(configuration.dataFolder == "/1")
    #expect(configuration.logLevel == .debug)
    #expect(configuration.policy.renderAfter == 0)
    #expect(configuration.policy.popularAfter == 1)
    #expect(configuration.policy.beforeStored == .defer)
    #expect(configuration.formByteLimit == 1_048_576)
    #expect(configuration.memoryByteLimit == 0)
    #expect(configuration.verification == .headers)
    #expect(configuration.opensRetrieval)
    #expect(configuration.grace == .zero)
    #expect(configuration.connectionLimit == 1)
    #expect(configuration.role == .front && configuration.split == .refer)
    #expect(
      configuration.backs == [
        ServerAddress(host: "a", port: 1), ServerAddress(host: "::1", port: 2),
      ])
    #expect(configuration.peerKeyFile == "/k1")
    #expect(configuration.deviceListen == ServerAddress(host: "a", port: 0))
    #expect(configuration.advertise == ServerAddress(host: "a", port: 1))
    #expect(configuration.spoolByteLimit == 1 << 20)
    #expect(configuration.actions == .register)
  }

  @Test func theEnvironmentNamesTheFile() throws {
    let folder = try TemporaryFolder()
    let named = try folder.write("named.json", "{\"data\": \"/named\"}")
    let flagged = try folder.write("flagged.json", "{\"data\": \"/flagged\"}")
    let environment = ["FORME_CONFIG": named]
    let byName = try SettingSources(flags: [:], file: nil, environment: environment)
    #expect(try ServerConfiguration(sources: byName).dataFolder == "/named")
    let byFlag = try SettingSources(flags: [:], file: flagged, environment: environment)
    #expect(try ServerConfiguration(sources: byFlag).dataFolder == "/flagged")
  }

  @Test(arguments: [
    ("listen", "a:65536", "HOST:PORT with a port of 0…65535, an IPv6 host in brackets"),
    ("data", "", "a folder"),
    ("log-level", "loud", "trace, debug, info, notice, warning, error, critical"),
    ("render-after", "-1", "0…1000000"), ("render-after", "1000001", "0…1000000"),
    ("popular-after", "0", "1…1000000000"), ("before-stored", "later", "convert, nearest, defer"),
    ("form-megabytes", "0", "1…1000000000"), ("memory-megabytes", "1e3", "0…1000000"),
    ("verify-at-registration", "none", "full, headers"),
    ("open-retrieval", "yes", "true, false"),
    ("grace-seconds", "3601", "0…3600"),
    ("grace-seconds", "-1", "0…3600"),
    ("grace-seconds", "1.5", "0…3600"),
    ("max-connections", "0", "1…1000000"),
    ("role", "both", "standalone, front, back"), ("split", "", "refer, relay"),
    ("backs", "a:1,", "HOST:PORT,… with ports of 1…65535, each once"),
    ("backs", "a:0", "HOST:PORT,… with ports of 1…65535, each once"),
    ("backs", "a:1,a:1", "HOST:PORT,… with ports of 1…65535, each once"),
    (
      "device-listen", "a",
      "HOST:PORT with a port of 0…65535, or nothing: the host of listen, a free port"
    ),
    ("advertise", "a:0", "HOST:PORT with a port of 1…65535, or nothing: device-listen"),
    ("spool-megabytes", "0", "1…1000000"), ("serves", "all", "register, retrieve, both"),
    ("max-connections", "1000001", "1…1000000"),
    ("max-connections", "many", "1…1000000"),
  ])
  func aWrongValueSaysWhereItStandsAndWhatIsAllowed(
    _ name: String, _ text: String, _ allowed: String
  ) throws {
    func message(
      _ flags: [String: String], _ environment: [String: String], _ file: String?
    ) throws -> String? {
      let sources = try SettingSources(flags: flags, file: file, environment: environment)
      return #expect(throws: SettingError.self) {
        _ = try ServerConfiguration(sources: sources)
      }?.description
    }
    let folder = try TemporaryFolder()
    let file = try folder.write("forme.json", "{\"\(name)\": \"\(text)\"}")
    let environmentName =
      "FORME_" + name.uppercased().split(separator: "-").joined(separator: "_")
    #expect(
      try message([name: text], [:], nil)
        == "\(name) is \"\(text)\" (from flag), allowed is \(allowed)")
    #expect(
      try message([:], [environmentName: text], nil)
        == "\(name) is \"\(text)\" (from environment), allowed is \(allowed)")
    #expect(
      try message([:], [:], file)
        == "\(name) is \"\(text)\" (from file), allowed is \(allowed)")
  }

  @Test(arguments: [
    ("{\"grace-seconds\": 1.5}", "grace-seconds", "1.5", "0…3600"),
    ("{\"grace-seconds\": true}", "grace-seconds", "true", "0…3600"),
    ("{\"data\": 7, \"max-connections\": 0}", "max-connections", "0", "1…1000000"),
    ("{\"render-after\": true}", "render-after", "true", "0…1000000"),
    ("{\"listen\": 3676}", "listen", "3676", ServerConfiguration.listenSetting.allowed),
  ])
  func aWrongScalarInAFileIsNotOverlooked(
    _ json: String, _ name: String, _ text: String, _ allowed: String
  ) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("forme.json", json)
    let sources = try SettingSources(flags: [:], file: file, environment: [:])
    let error = #expect(throws: SettingError.self) {
      _ = try ServerConfiguration(sources: sources)
    }
    #expect(
      error?.description == "\(name) is \"\(text)\" (from file), allowed is \(allowed)")
  }

  @Test(arguments: [
    ("{\"lisen\": \"a:1\"}", "has an unknown key \"lisen\", allowed are \(allNames)"),
    // The first in order of names, so that the same file always says the same.
    ("{\"z\": 1, \"b\": 2, \"data\": \"/\"}", "has an unknown key \"b\", allowed are \(allNames)"),
    ("{\"Listen\": \"a:1\"}", "has an unknown key \"Listen\", allowed are \(allNames)"),
    ("[]", "is not a JSON object"),
    ("\"listen\"", "is not a JSON object"),
    ("", "is not a JSON object"),
    ("{\"listen\": \"a:1\"", "is not a JSON object"),
    ("listen = a:1", "is not a JSON object"),
  ])
  func aFileThatIsNoConfigurationIsRefused(_ text: String, _ message: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("forme.json", text)
    let error = #expect(throws: SettingError.self) {
      _ = try SettingSources(flags: [:], file: file, environment: [:])
    }
    #expect(error?.description == "configuration file \(file) \(message)")
  }

  @Test(arguments: [
    (["role": "front", "peer-key": "/k"], "a front needs backs: HOST:PORT,…"),
    (
      ["role": "front", "backs": "a:1"],
      "a front needs peer-key: the file of a key that fronts and backs share"
    ),
    (["role": "back"], "a back needs peer-key: the file of a key that fronts and backs share"),
    (
      ["role": "back", "peer-key": "/k", "backs": "a:1"],
      "backs is for the role front, and the role is back"
    ),
    (["backs": "a:1"], "backs is for the role front, and the role is standalone"),
    (
      ["advertise": "a:1"],
      "device-listen and advertise are for the role back, and the role is standalone"
    ),
    (
      ["role": "front", "peer-key": "/k", "backs": "a:1", "device-listen": "a:1"],
      "device-listen and advertise are for the role back, and the role is front"
    ),
  ])
  func rolesNeedWhatTheyNeed(_ flags: [String: String], _ message: String) throws {
    let sources = try SettingSources(flags: flags, file: nil, environment: [:])
    let configuration = try ServerConfiguration(sources: sources)
    let error = #expect(throws: SettingError.self) { try configuration.checkRole() }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    [:], ["role": "front", "peer-key": "/k", "backs": "a:1"],
    ["role": "back", "peer-key": "/k", "device-listen": "a:0", "advertise": "b:1"],
  ])
  func rolesAreFine(_ flags: [String: String]) throws {
    let sources = try SettingSources(flags: flags, file: nil, environment: [:])
    try ServerConfiguration(sources: sources).checkRole()
  }

  @Test(arguments: ["[1]", "{}", "null"])
  func aValueThatIsNoScalarIsRefused(_ json: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("forme.json", "{\"data\": \(json)}")
    let error = #expect(throws: SettingError.self) {
      _ = try SettingSources(flags: [:], file: file, environment: [:])
    }
    #expect(
      error?.description
        == "configuration file \(file): data must be a text, a number or a boolean")
  }

  @Test func aFileThatIsNamedMustBeThere() throws {
    let folder = try TemporaryFolder()
    for path in ["\(folder.path)/absent.json", folder.path] {
      let error = #expect(throws: SettingError.self) {
        _ = try SettingSources(flags: [:], file: path, environment: [:])
      }
      #expect(error?.description == "configuration file \(path) cannot be read")
    }
  }

  @Test func anEmptyFileOfSettingsIsFine() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("forme.json", "{}")
    let sources = try SettingSources(flags: [:], file: file, environment: [:])
    #expect(try ServerConfiguration(sources: sources).reports.allSatisfy { $0.origin == .builtIn })
  }

  private static let allNames =
    "listen, data, log-level, render-after, popular-after, before-stored, form-megabytes, "
    + "memory-megabytes, verify-at-registration, allow-plaintext, open-retrieval, grace-seconds, "
    + "max-connections, role, split, backs, peer-key, device-listen, advertise, spool-megabytes, "
    + "serves"
}
