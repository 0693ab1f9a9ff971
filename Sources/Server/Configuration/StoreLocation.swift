internal import Foundation
internal import Store

/// Where names, pictures and forms are.
enum StoreLocation: Hashable, Sendable {
  /// In the data folder.
  case embedded
  /// In a database that any number of servers share; the data folder holds copies.
  case postgres(PostgresURI)

  /// - Returns: `nil` when the text is neither.
  init?(_ text: String) {
    if text == "embedded" {
      self = .embedded
    } else if let uri = PostgresURI(text) {
      self = .postgres(uri)
    } else {
      return nil
    }
  }
}

extension ServerConfiguration {
  static let storeSetting = Setting(
    name: "store", defaultText: "embedded",
    allowed: "embedded or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    parse: { StoreLocation($0) }, shown: { PostgresURI.masking($0) })

  /// Opens the store for a server. It owns the data folder until it closes the store.
  /// - Throws: ``SettingError`` that says which setting is wrong, and never a password.
  func openLibrary(faults: FaultHook? = nil) async throws -> any Library {
    let limits = StoreLimits(formByteLimit: formByteLimit)
    do {
      switch store {
      case .embedded:
        return try await EmbeddedLibrary.open(
          dataFolder, at: Date(), limits: limits, faults: faults)
      case .postgres(let uri):
        return try await PostgresLibrary.open(
          uri, folder: dataFolder, at: Date(), limits: limits, faults: faults)
      }
    } catch {
      throw settingError(error)
    }
  }

  /// Opens the store for an operator's command, beside servers or without one.
  func openLibraryAsGuest(faults: FaultHook? = nil) async throws -> any OperatorLibrary {
    do {
      switch store {
      case .embedded:
        return try await EmbeddedLibrary.openAsGuest(dataFolder, faults: faults)
      case .postgres(let uri):
        return try await PostgresLibrary.openAsGuest(
          uri, limits: StoreLimits(formByteLimit: formByteLimit))
      }
    } catch {
      throw settingError(error)
    }
  }

  /// What an operator is told of a failure of the store.
  func settingError(_ error: StoreError) -> SettingError {
    switch (error, store) {
    case (.database, .postgres(let uri)), (.catalogTooNew, .postgres(let uri)):
      SettingError(description: "store \(uri): \(error.detail)")
    default: SettingError(description: "data folder \(dataFolder): \(error.detail)")
    }
  }
}
