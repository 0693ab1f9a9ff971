/// Results as JUnit's XML, which every continuous-integration server reads.
struct JUnitReport {
  let suiteName: String
  let results: [CaseResult]

  /// The document.
  var text: String {
    let failures = results.count(where: \.isFailure)
    let skipped = results.count { if case .skipped = $0.outcome { true } else { false } }
    let seconds = results.reduce(Duration.zero) { $0 + $1.duration }
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      "<testsuite name=\"\(Self.escaped(suiteName))\" tests=\"\(results.count)\" "
        + "failures=\"\(failures)\" errors=\"0\" skipped=\"\(skipped)\" "
        + "time=\"\(Self.seconds(seconds))\">",
    ]
    for result in results { lines += Self.lines(result, suiteName) }
    return lines.joined(separator: "\n") + "\n</testsuite>\n"
  }

  private static func lines(_ result: CaseResult, _ suiteName: String) -> [String] {
    let head =
      "  <testcase classname=\"\(escaped("\(suiteName).\(result.section)"))\" "
      + "name=\"\(escaped(result.name))\" time=\"\(seconds(result.duration))\">"
    let requirements =
      "    <properties><property name=\"requirements\" "
      + "value=\"\(escaped(result.requirements.joined(separator: " ")))\"/></properties>"
    var lines = [head, requirements]
    switch result.outcome {
    case .passed: break
    case .skipped(let reason): lines.append("    <skipped message=\"\(escaped(reason))\"/>")
    case .failed(let failure):
      lines.append(
        "    <failure message=\"\(escaped("expected \(failure.expected)"))\">"
          + "\(escaped(failure.text))</failure>")
    case .broken(let reason):
      lines.append("    <failure message=\"\(escaped(reason))\"/>")
    }
    return lines + ["  </testcase>"]
  }

  private static func seconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = "\(attoseconds / 1_000_000_000_000_000 + 1_000)".dropFirst()
    return "\(seconds).\(milliseconds)"
  }

  /// Text between tags or in quotes; characters that XML 1.0 cannot hold become U+FFFD.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x26: escaped += "&amp;"
      case 0x3C: escaped += "&lt;"
      case 0x3E: escaped += "&gt;"
      case 0x22: escaped += "&quot;"
      case 0x09, 0x0A, 0x0D: escaped += "&#\(scalar.value);"
      case 0...0x1F, 0xFFFE, 0xFFFF: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
