internal import Configuration
internal import Foundation

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
  ) throws {
    var layers: [(SettingOrigin, any ConfigProvider)] = [
      (.flag, Self.provider(flags)),
      (
        .environment,
        EnvironmentVariablesProvider(environmentVariables: environment)
          .prefixKeys(with: ConfigKey(["forme"]))
      ),
    ]
    if let path = file ?? environment["FORME_CONFIG"] {
      layers.append((.file, Self.provider(try Self.texts(ofFile: path))))
    }
    self.layers = layers
  }

  /// The first layer's value, read and checked.
  func value<Value>(of setting: Setting<Value>) throws -> (Value, SettingReport) {
    for (origin, provider) in layers {
      let key = AbsoluteConfigKey([setting.name])
      guard case .string(let text)? = try provider.value(forKey: key, type: .string).value?.content
      else { continue }
      return try read(setting, text, origin)
    }
    return try read(setting, setting.defaultText, .builtIn)
  }

  private func read<Value>(
    _ setting: Setting<Value>, _ text: String, _ origin: SettingOrigin
  ) throws -> (Value, SettingReport) {
    guard let value = setting.parse(text) else {
      throw SettingError(
        description: "\(setting.name) is \"\(setting.shown(text))\" (from \(origin.rawValue)), "
          + "allowed is \(setting.allowed)",
        origin: origin)
    }
    return (value, SettingReport(name: setting.name, text: setting.shown(text), origin: origin))
  }

  private static func provider(_ texts: [String: String]) -> InMemoryProvider {
    InMemoryProvider(
      values: Dictionary(
        uniqueKeysWithValues: texts.map { name, text in
          (AbsoluteConfigKey([name]), ConfigValue(.string(text), isSecret: false))
        }))
  }

  /// The settings of a file as texts: a file may say 10 or "10", true or "true".
  private static func texts(ofFile path: String) throws -> [String: String] {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw SettingError(description: "configuration file \(path) cannot be read")
    }
    let values: [String: Scalar]
    do {
      values = try JSONDecoder().decode([String: Scalar].self, from: data)
    } catch DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty,
      DecodingError.valueNotFound(_, let context) where !context.codingPath.isEmpty
    {
      let name = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw SettingError(
        description: "configuration file \(path): \(name) must be a text, a number or a boolean")
    } catch {
      throw SettingError(description: "configuration file \(path) is not a JSON object")
    }
    for name in values.keys.sorted() where !ServerConfiguration.names.contains(name) {
      throw SettingError(
        description: "configuration file \(path) has an unknown key \"\(name)\", allowed are "
          + ServerConfiguration.names.joined(separator: ", "))
    }
    return values.mapValues(\.text)
  }

  /// A JSON text, number or boolean.
  private struct Scalar: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        text = String(flag)
      } else if let number = try? container.decode(Int.self) {
        text = String(number)
      } else if let number = try? container.decode(Double.self) {
        // No setting takes one; its own reader says so.
        text = String(number)
      } else {
        text = try container.decode(String.self)
      }
    }
  }
}
