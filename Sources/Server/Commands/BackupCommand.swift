internal import ArgumentParser
internal import Store

/// Copies what cannot be made again.
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the catalog and all originals, also while the server runs.",
    discussion: """
      The folder is missing, empty, or an earlier backup, which is brought up to date. A backup is \
      a data folder: to restore it, serve it or a copy of it. Exits 1 when an original is damaged; \
      all others are copied. A PostgreSQL database is backed up by its own tools.
      """)

  @OptionGroup var options: DataOptions

  @Argument(help: "Where the backup goes.")
  var folder: String

  func run() async throws {
    let configuration = try options.resolve()
    guard configuration.store == .embedded else {
      throw SettingError(
        description: "the store is a PostgreSQL database, and its own tools back it up: pg_dump, "
          + "or pg_basebackup with its log archived")
    }
    let summary = try await options.withLibrary(configuration) { library in
      guard let library = library as? EmbeddedLibrary else {
        preconditionFailure("the embedded store is no embedded library")
      }
      do {
        return try await library.backup(to: folder) { StandardStreams.print($0.line) }
      } catch StoreError.notBackup, StoreError.folderInUse {
        throw SettingError(
          description: "\(folder) is neither empty nor a backup that nobody uses")
      }
    }
    StandardStreams.print(
      "\(summary.copiedCount) originals copied, \(summary.keptCount) were there, "
        + "\(summary.damagedCount) damaged")
    guard summary.damagedCount == 0 else {
      StandardStreams.complain("Error: \(summary.damagedCount) originals are damaged")
      throw ExitCode.failure
    }
  }
}
