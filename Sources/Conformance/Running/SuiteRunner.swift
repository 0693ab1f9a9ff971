internal import Foundation
internal import Transport
internal import WireProtocol

/// Runs the cases of a suite, some at a time, and reports them in the suite's order.
struct SuiteRunner: Sendable {
  /// What the user chose.
  struct Choice: Sendable {
    /// Sections, and all below them; none: all.
    var sections: [String] = []
    /// Names of cases; none: all.
    var names: [String] = []
    var isStrict = false
    var runsSlowCases = false
    /// How long an answer may take.
    var patience = Duration.seconds(5)
    /// Cases at a time.
    var width = 8

    func includes(_ each: ConformanceCase) -> Bool {
      let isInSection =
        sections.isEmpty
        || sections.contains { each.section == $0 || each.section.hasPrefix("\($0).") }
      return isInSection && (names.isEmpty || names.contains(each.name))
    }
  }

  let suite: Suite
  let choice: Choice

  /// The cases that were chosen.
  var cases: [ConformanceCase] { suite.cases.filter(choice.includes) }

  /// Runs them.
  /// - Parameters:
  ///   - play: runs one case.
  ///   - report: called for each result, in the suite's order.
  func run(
    _ play: @escaping @Sendable (ConformanceCase) async -> CaseResult,
    report: (CaseResult) -> Void
  ) async -> [CaseResult] {
    let cases = cases
    var results: [Int: CaseResult] = [:]
    var reported = 0
    await withTaskGroup(of: (Int, CaseResult).self) { group in
      for (index, each) in cases.enumerated() {
        if index >= choice.width, let (done, result) = await group.next() {
          results[done] = result
        }
        let reason = reasonToSkip(each)
        group.addTask {
          if let reason { return (index, CaseResult(each, .skipped(reason))) }
          return (index, await play(each))
        }
        while let result = results[reported] {
          report(result)
          reported += 1
        }
      }
      for await (done, result) in group { results[done] = result }
    }
    while let result = results[reported] {
      report(result)
      reported += 1
    }
    return cases.indices.compactMap { results[$0] }
  }

  private func reasonToSkip(_ each: ConformanceCase) -> String? {
    if each.level == .should, !choice.isStrict { return "a SHOULD, which --strict counts" }
    if each.needs.contains(.slow), !choice.runsSlowCases { return "slow, which --slow runs" }
    return nil
  }

  /// Runs a case that an interpreter was made for.
  static func result(
    of each: ConformanceCase, _ play: () async throws -> Void
  ) async -> CaseResult {
    let start = ContinuousClock.now
    let outcome: CaseResult.Outcome
    do {
      try await play()
      outcome = .passed
    } catch let failure as CaseFailure {
      outcome = .failed(failure)
    } catch let skip as CaseSkip {
      outcome = .skipped(skip.reason)
    } catch {
      outcome = .broken("\(error)")
    }
    return CaseResult(each, outcome, .now - start)
  }
}

/// Judges a server at an address.
struct ServerJudge: Sendable {
  let suite: Suite
  let address: ServerAddress
  let key: PresharedKey?
  let patience: Duration
  /// In every name that is registered, so that runs do not meet.
  let run = String(UInt32.random(in: 0...(.max)), radix: 16)

  /// Runs one case.
  func play(_ each: ConformanceCase) async -> CaseResult {
    if each.needs.contains(.key), key == nil { return CaseResult(each, .skipped("needs --key")) }
    if each.needs.contains(.stranger), key != nil {
      return CaseResult(each, .skipped("for a device without a key"))
    }
    return await SuiteRunner.result(of: each) { try await play(each.steps, name: each.name) }
  }

  /// Takes away what the cases registered.
  func cleanUp() async throws {
    guard suite.procedures["clean-up"] != nil else { return }
    let call = Step(action: .call("clean-up", []), connection: nil, place: "clean-up")
    try await play([call], name: "clean-up")
  }

  private func play(_ steps: [Step], name: String) async throws {
    var interpreter = Interpreter(suite, .server(address), patience: patience)
    interpreter.set("run", .bytes(Array("conformance/\(run)/".utf8)))
    interpreter.set("name", .bytes(Array("conformance/\(run)/\(name)".utf8)))
    interpreter.set("keyed", .number(key == nil ? 0 : 1))
    interpreter.set("key-id", .bytes(key.map { Array($0.id.description.utf8) } ?? []))
    interpreter.set("secret", .bytes(key?.secret.bytes ?? []))
    do {
      try interpreter.set(suite.values)
      try await interpreter.run(steps)
    } catch {
      await interpreter.close()
      throw error
    }
    await interpreter.close()
  }
}
