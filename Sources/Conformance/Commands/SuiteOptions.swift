internal import ArgumentParser
internal import Foundation
internal import Transport

/// Which cases are run, and how they are reported.
struct SuiteOptions: ParsableArguments {
  @Option(help: "Only cases of this section and below it, such as 4.2; may be repeated.")
  var section: [String] = []

  @Option(name: .customLong("case"), help: "Only the case of this name; may be repeated.")
  var names: [String] = []

  @Flag(help: "Count what SHOULD be as well.")
  var strict = false

  @Flag(help: "Also run cases that wait for deadlines of several seconds.")
  var slow = false

  @Option(help: "Seconds that an answer may take.")
  var timeout = 5

  @Option(help: "Cases that run at the same time.")
  var jobs = 8

  @Option(help: "Write the results to this file as JUnit's XML.", completion: .file())
  var junit: String?

  @Option(
    help: "Use the sequences in this folder instead of those compiled in.",
    completion: .directory)
  var sequences: String?

  @Flag(help: "List the cases and run none.")
  var list = false

  mutating func validate() throws {
    guard (1...600).contains(timeout) else {
      throw ValidationError("--timeout is 1 to 600 seconds")
    }
    guard (1...64).contains(jobs) else { throw ValidationError("--jobs is 1 to 64") }
  }

  func choice() -> SuiteRunner.Choice {
    SuiteRunner.Choice(
      sections: section, names: names, isStrict: strict, runsSlowCases: slow,
      patience: .seconds(timeout), width: jobs)
  }

  /// The sequences to run.
  func suite(_ side: Side) throws -> Suite {
    do {
      return try sequences.map { try Suite(side: side, folder: $0) } ?? Suite(side: side)
    } catch let error as SequenceError {
      throw ValidationError("\(error)")
    }
  }

  /// Runs, prints, writes the report, and ends with the status that is due.
  func run(
    _ runner: SuiteRunner, _ play: @escaping @Sendable (ConformanceCase) async -> CaseResult
  ) async throws {
    guard !runner.cases.isEmpty else { throw ValidationError("no case was chosen") }
    if list {
      for each in runner.cases {
        print(
          "\(each.section) \(each.name) (\(each.level.rawValue)): \(each.title)"
            + " [\(each.requirements.joined(separator: " "))]")
      }
      return
    }
    let results = await runner.run(play) { result in
      // Unlike `print`, this holds nothing back from a pipe.
      FileHandle.standardOutput.write(Data("\(result.text)\n".utf8))
    }
    let failed = results.count(where: \.isFailure)
    let passed = results.count { if case .passed = $0.outcome { true } else { false } }
    print("\(passed) passed, \(failed) failed, \(results.count - passed - failed) skipped")
    if let junit {
      let report = JUnitReport(suiteName: "forme-\(runner.suite.side.rawValue)", results: results)
      try Data(report.text.utf8).write(to: URL(filePath: junit), options: .atomic)
    }
    if failed > 0 { throw ExitCode(1) }
  }
}

/// An address on the command line.
func readAddress(_ text: String) throws -> ServerAddress {
  guard let address = ServerAddress.split(text) else {
    throw ValidationError("\(text) is no address, HOST:PORT")
  }
  return address
}
