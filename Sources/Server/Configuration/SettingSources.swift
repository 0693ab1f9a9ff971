internal import Configuration
internal import Foundation
internal import SystemPackage

/// Flags, environment and file, asked in this order.
struct SettingSources: Sendable {
  private let layers: [(origin: SettingOrigin, provider: any ConfigProvider)]

  /// - Parameters:
  ///   - flags: what the command line gave, by name.
  ///   - file: the file `--config` or FORME_CONFIG named; it must exist then.
  /// - Throws: ``SettingError`` for a file that cannot be read, is no JSON object, or holds a key
  ///   that no setting has.
  init(
    flags: [String: String], file: String?,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws {
    let values = flags.map { name, text in
      (AbsoluteConfigKey([name]), ConfigValue(.string(text), isSecret: false))
    }
    var layers: [(SettingOrigin, any ConfigProvider)] = [
      (.flag, InMemoryProvider(values: Dictionary(uniqueKeysWithValues: values))),
      (
        .environment,
        EnvironmentVariablesProvider(environmentVariables: environment)
          .prefixKeys(with: ConfigKey(["forme"]))
      ),
    ]
    if let path = file ?? environment["FORME_CONFIG"] {
      layers.append((.file, try await Self.fileProvider(path)))
    }
    self.layers = layers
  }

  /// The first layer's value, read and checked.
  func value<Value>(of setting: Setting<Value>) throws -> (Value, SettingReport) {
    for (origin, provider) in layers {
      guard let text = try text(of: setting.name, from: provider) else { continue }
      return try read(setting, text, origin)
    }
    return try read(setting, setting.defaultText, .builtIn)
  }

  private func read<Value>(
    _ setting: Setting<Value>, _ text: String, _ origin: SettingOrigin
  ) throws -> (Value, SettingReport) {
    guard let value = setting.parse(text) else {
      throw SettingError(
        description: "\(setting.name) is \"\(text)\" (from \(origin.rawValue)), "
          + "allowed is \(setting.allowed)")
    }
    return (value, SettingReport(name: setting.name, text: text, origin: origin))
  }

  /// A value of any scalar type as text: a file may say 10 or "10", true or "true".
  private func text(of name: String, from provider: any ConfigProvider) throws -> String? {
    let key = AbsoluteConfigKey([name])
    for type in [ConfigType.string, .int, .bool] {
      guard let value = try? provider.value(forKey: key, type: type).value else { continue }
      switch value.content {
      case .string(let text): return text
      case .int(let number): return String(number)
      case .bool(let flag): return String(flag)
      default: continue
      }
    }
    return nil
  }

  private static func fileProvider(_ path: String) async throws -> any ConfigProvider {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw SettingError(description: "configuration file \(path) cannot be read")
    }
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw SettingError(description: "configuration file \(path) is not a JSON object")
    }
    for (name, value) in object.sorted(by: { $0.key < $1.key }) {
      guard ServerConfiguration.names.contains(name) else {
        throw SettingError(
          description: "configuration file \(path) has an unknown key \"\(name)\", allowed are "
            + ServerConfiguration.names.joined(separator: ", "))
      }
      guard value is String || value is NSNumber else {
        throw SettingError(
          description: "configuration file \(path): \(name) must be a text, a number or a boolean")
      }
    }
    do {
      return try await FileProvider<JSONSnapshot>(filePath: FilePath(path))
    } catch {
      throw SettingError(description: "configuration file \(path): \(error)")
    }
  }
}
