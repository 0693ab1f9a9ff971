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

  /// The settings that `serve` would have.
  func resolve() throws -> ServerConfiguration {
    let flags = data.map { [ServerConfiguration.dataSetting.name: $0] } ?? [:]
    return try SettingOptions.configuration(flags: flags, file: config)
  }

  /// Makes an empty library where there is none, as `serve` does.
  static func makeLibrary(_ configuration: ServerConfiguration) async throws {
    let catalog = configuration.dataFolder + "/catalog.sqlite"
    guard !FileManager.default.fileExists(atPath: catalog) else { return }
    do {
      try await EmbeddedLibrary.open(configuration.dataFolder, at: Date()).close()
    } catch {
      throw SettingError(description: "data folder \(configuration.dataFolder): \(error)")
    }
  }

  /// Runs `body` on the library in the data folder, beside a server that runs there or without one.
  func withLibrary<Value>(
    _ configuration: ServerConfiguration, _ body: (EmbeddedLibrary) async throws -> Value
  ) async throws -> Value {
    do {
      let library = try await EmbeddedLibrary.openAsGuest(
        configuration.dataFolder, faults: try CrashSetting.faults)
      let result: Result<Value, any Error>
      do {
        result = .success(try await body(library))
      } catch {
        result = .failure(error)
      }
      try await library.close()
      return try result.get()
    } catch let error as StoreError {
      throw SettingError(description: "data folder \(configuration.dataFolder): \(error)")
    }
  }
}
