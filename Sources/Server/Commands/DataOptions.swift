internal import ArgumentParser
internal import Foundation
internal import Store

/// Where the data is, for the commands that work on it: the settings of `serve`, of which only these
/// matter here.
struct DataOptions: ParsableArguments {
  @Option(help: "Folder of the embedded store. [./forme-data]")
  var data: String?

  @Option(help: "A JSON file of settings, as for serve.")
  var config: String?

  @Option(help: "Where the data is: embedded, or postgres://… for many servers. [embedded]")
  var store: String?

  /// The settings that `serve` would have.
  func resolve() throws -> ServerConfiguration {
    var flags: [String: String] = [:]
    flags[ServerConfiguration.dataSetting.name] = data
    flags[ServerConfiguration.storeSetting.name] = store
    return try SettingOptions.configuration(flags: flags, file: config)
  }

  /// Makes an empty library where there is none, as `serve` does.
  static func makeLibrary(_ configuration: ServerConfiguration) async throws {
    // A database's is made by whoever opens it.
    guard configuration.store == .embedded else { return }
    let catalog = configuration.dataFolder + "/catalog.sqlite"
    guard !FileManager.default.fileExists(atPath: catalog) else { return }
    do {
      try await EmbeddedLibrary.open(configuration.dataFolder, at: Date()).close()
    } catch {
      throw configuration.settingError(error)
    }
  }

  /// Runs `body` on the library, beside servers that use it or without one.
  func withLibrary<Value>(
    _ configuration: ServerConfiguration, _ body: (any OperatorLibrary) async throws -> Value
  ) async throws -> Value {
    let library = try await configuration.openLibraryAsGuest(faults: try CrashSetting.faults)
    let result: Result<Value, any Error>
    do {
      result = .success(try await body(library))
    } catch {
      result = .failure(error)
    }
    do {
      try await library.close()
      return try result.get()
    } catch let error as StoreError {
      throw configuration.settingError(error)
    }
  }
}
