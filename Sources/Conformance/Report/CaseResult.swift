/// What became of one case.
struct CaseResult: Sendable {
  enum Outcome: Sendable {
    case passed
    case failed(CaseFailure)
    /// The sequence itself is at fault, or something of this machine.
    case broken(String)
    case skipped(String)
  }

  let name: String
  let section: String
  let title: String
  let requirements: [String]
  let outcome: Outcome
  let duration: Duration

  init(_ each: ConformanceCase, _ outcome: Outcome, _ duration: Duration = .zero) {
    name = each.name
    section = each.section
    title = each.title
    requirements = each.requirements
    self.outcome = outcome
    self.duration = duration
  }

  /// True for what ends the program with status 1.
  var isFailure: Bool {
    switch outcome {
    case .passed, .skipped: false
    case .failed, .broken: true
    }
  }

  /// One line for the case, and more for a failure.
  var text: String {
    let facts = "\(section) \(name): \(title) [\(requirements.joined(separator: " "))]"
    switch outcome {
    case .passed: return "ok   \(facts)"
    case .skipped(let reason): return "skip \(facts): \(reason)"
    case .failed(let failure): return "FAIL \(facts)\n" + failure.text
    case .broken(let reason): return "FAIL \(facts)\n     the case cannot be run: \(reason)"
    }
  }
}

extension CaseFailure {
  /// Where, what was expected and what came, a line each.
  var text: String {
    var lines = places.map { "     at \($0)" }
    lines.append("     expected: \(expected)")
    lines.append("     came:     \(came)")
    return lines.joined(separator: "\n")
  }
}
