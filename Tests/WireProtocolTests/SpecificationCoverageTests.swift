import Foundation
import Testing

/// Which of the specification's requirements a case under spec/vectors names.
@Suite("Specification: coverage")
struct SpecificationCoverageTests {
  /// The fewest requirements that have a case; a vector may be replaced, never lost.
  private static let fewest = 273

  @Test("requirements have cases, and cases have requirements")
  func coverage() throws {
    let text = try String(
      contentsOf: Specification.folder.appending(path: "PROTOCOL.md"), encoding: .utf8)
    let all = text.matches(of: /\*\*(FORME-[0-9.]+-[0-9]+)\*\*/).map { String($0.output.1) }
    #expect(Set(all).count == all.count, "a number stands twice")

    var named: Set<String> = []
    let vectors = Specification.folder.appending(path: "vectors")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: vectors.path).sorted()
    for path in paths where path.hasSuffix(".json") {
      let data = try Data(contentsOf: vectors.appending(path: path))
      for number in numbers(in: try JSONSerialization.jsonObject(with: data)) {
        #expect(all.contains(number), "\(path) names \(number)")
        named.insert(number)
      }
    }

    let covered = all.filter(named.contains)
    print("coverage: \(covered.count) of \(all.count) requirements have a case")
    var sections: [(name: String, covered: Int, count: Int)] = []
    for number in all {
      let section = number.split(separator: "-").dropFirst().dropLast().joined(separator: "-")
      if sections.last?.name != section { sections.append((section, 0, 0)) }
      sections[sections.count - 1].count += 1
      if named.contains(number) { sections[sections.count - 1].covered += 1 }
    }
    for section in sections {
      print("  section \(section.name): \(section.covered) of \(section.count)")
    }
    #expect(covered.count >= Self.fewest)
  }

  /// What every key `requirements` lists, at any depth.
  private func numbers(in value: Any) -> [String] {
    if let list = value as? [Any] { return list.flatMap(numbers) }
    guard let object = value as? [String: Any] else { return [] }
    return object.flatMap { key, value in
      key == "requirements" ? value as? [String] ?? [] : numbers(in: value)
    }
  }
}
