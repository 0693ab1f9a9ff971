internal import ArgumentParser
internal import Foundation
internal import Store

/// Registers a folder of pictures.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Register every picture below a folder, also while the server runs.",
    discussion: """
      Every .jpg, .jpeg and .png is registered under its path below the folder without its \
      extension: lobby/left.jpg becomes lobby/left. A name that stands for the same bytes already \
      is left as it is. Symbolic links are not followed. The data folder is made when it is \
      missing, as serve does. Exits 1 when a file was refused; the others are registered.
      """)

  @OptionGroup var options: DataOptions

  @Argument(help: "The folder of pictures.")
  var folder: String

  func run() async throws {
    let configuration = try options.resolve()
    let files = ImportFiles(folder)
    // Before a data folder is made for nothing.
    _ = try files.entries(of: "")
    try await DataOptions.makeLibrary(configuration)
    let (done, refusedCount) = try await options.withLibrary(configuration) { library in
      var queue = ImportQueue(library: library, configuration: configuration)
      let result: Result<Void, any Error>
      do {
        result = .success(try await queue.importFolder("", of: files))
      } catch {
        result = .failure(error)
      }
      await queue.finish()
      try result.get()
      return (queue.registeredCount + queue.unchangedCount, queue.refusedCount)
    }
    StandardStreams.print("\(done) pictures are registered, \(refusedCount) files refused")
    guard refusedCount == 0 else {
      StandardStreams.complain("Error: \(refusedCount) files were refused")
      throw ExitCode.failure
    }
  }
}
