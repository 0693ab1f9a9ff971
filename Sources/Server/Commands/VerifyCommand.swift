internal import ArgumentParser
internal import Foundation
internal import Store

/// Reads everything that is stored and says what is damaged.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare all stored bytes with their digests, also while the server runs.",
    discussion: """
      One line a finding, then a summary. Damaged forms are given up and made again when they are \
      asked for; a damaged original stays as it is until the same picture is registered again. \
      Exits 1 when an original is damaged.
      """)

  @OptionGroup var options: DataOptions

  @Flag(
    help: """
      Remove files that belong to nothing, and images that no name has stood for since a day, \
      with their forms.
      """)
  var sweep = false

  func run() async throws {
    let summary = try await options.withLibrary(try options.resolve()) { library in
      try await library.verify(sweep: sweep, at: Date()) { StandardStreams.print($0.line) }
    }
    StandardStreams.print(
      "\(summary.originalCount) originals, \(summary.damagedOriginalCount) damaged; "
        + "\(summary.formCount) forms, \(summary.damagedFormCount) damaged; "
        + "\(summary.orphanCount) orphans; "
        + "\(summary.unnamedImageCount) images without a name")
    guard summary.damagedOriginalCount == 0 else {
      StandardStreams.complain("Error: \(summary.damagedOriginalCount) originals are damaged")
      throw ExitCode.failure
    }
  }
}

extension VerifyFinding {
  /// One line that says what was found and what became of it.
  var line: String {
    switch self {
    case .damagedOriginal(let image, let isMissing, let names):
      let place =
        names.isEmpty
        ? "no name" : names.map { "\"\(LogText($0, scalarLimit: 128))\"" }.joined(separator: ", ")
      return "original \(isMissing ? "missing" : "damaged"): image \(image), \(place)"
    case .damagedForm(let digest, let isMissing):
      return "form \(isMissing ? "missing" : "damaged"), will be made again: \(digest)"
    case .orphan(let kind, let digest, let isRemoved):
      return "orphan\(isRemoved ? " removed" : ""): \(kind) \(digest)"
    case .unnamedImage(let image, let isRemoved):
      return "image without a name\(isRemoved ? " removed" : ""): \(image)"
    }
  }
}
