import Foundation
import Testing

@testable import Conformance

struct SequenceFileTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: Side.allCases)
  func everyFileIsCompiledIn(side: Side) throws {
    let folder = Self.root.appending(path: "spec/vectors/sequences")
    let files = try FileManager.default.contentsOfDirectory(
      atPath: folder.appending(path: side.rawValue).path)
    #expect(Suite.embedded(side).map(\.name) == files.sorted())
    let suite = try Suite(side: side)
    let read = try Suite(side: side, folder: folder.path)
    #expect(suite.cases.map(\.name) == read.cases.map(\.name))
    #expect(suite.cases.count > 90)
  }

  @Test(arguments: Side.allCases)
  func requirementsStandInTheSpecification(side: Side) throws {
    let text = try String(
      contentsOf: Self.root.appending(path: "spec/PROTOCOL.md"), encoding: .utf8)
    let known = Set(text.matches(of: #/\*\*(FORME-[0-9.]+-[0-9]+)\*\*/#).map { String($0.1) })
    #expect(known.count > 200)
    for each in try Suite(side: side).cases {
      #expect(known.isSuperset(of: each.requirements), "\(each.name)")
      #expect(Set(each.requirements).count == each.requirements.count, "\(each.name)")
      #expect(!each.steps.isEmpty, "\(each.name)")
    }
  }

  @Test(arguments: [
    (#"{"cases": [{"name": "a"}]}"#, "title and section"),
    (#"{"cases": [], "other": 1}"#, "other has no meaning"),
    (#"{"cases": [],}"#, ":1:"),
    (step(#"{"jump": true}"#), "should be here, once"),
    (step(#"{"send": "GETS"}"#), "neither a message nor a type"),
    (step(#"{"send": "GET", "fields": {"nmae": "a"}}"#), "no field nmae"),
    (step(#"{"send": "PING", "requst": 1}"#), "requst has no meaning"),
    (step(#"{"expect": "PIN"}"#), "no message"),
    (step(#"{"call": "nothing"}"#), "no procedure"),
    (step(#"{"if": {"equal": [1, 1]}, "then": [{"call": "nothing"}]}"#), "no procedure"),
    (step(#"{"either": {"GET": [{"call": "nothing"}]}}"#), "no procedure"),
    (step(#"{"check": {"equal": [1]}}"#), "compares two values"),
    (step(#"{"check": {"alike": [1, 1]}}"#), "no comparison"),
    (step(#"{"set": {"a": {"md5": "00"}}}"#), "no function"),
    (step(#"{"set": {"a": -1}}"#), "whole number"),
    (step(#"{"wait": 1.5}"#), "should be a number"),
    (step(#"{"for": "a b", "in": [[1]], "do": []}"#), "needs 2 values"),
    (step(#"{"connect": false}"#), "should be true"),
    (step(#"{"exit": "maybe"}"#), "success or failure"),
  ])
  func mistakesAreNamed(json: String, message: String) throws {
    let error = #expect(throws: SequenceError.self) {
      try Suite(side: .server, files: [("file", Array(json.utf8))])
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  /// A judge that ran our session machines would find right whatever they do.
  @Test func theJudgeHasNoSession() throws {
    let folder = Self.root.appending(path: "Sources/Conformance")
    let files = try #require(FileManager.default.subpaths(atPath: folder.path))
      .filter { $0.hasSuffix(".swift") }
    #expect(files.count > 20)
    for file in files {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      for name in ["ServerSession", "DeviceSession", "FrameDecoder", "KeyProof"] {
        #expect(!text.contains(name), "\(file) uses \(name)")
      }
    }
  }

  @Test func namesAreUnique() throws {
    let json = Array(step(#"{"connect": true}"#).utf8)
    #expect(throws: SequenceError("two cases are named a")) {
      try Suite(side: .server, files: [("one", json), ("two", json)])
    }
  }

  @Test func casesAreChosen() throws {
    let suite = try Suite(side: .server)
    func sections(_ chosen: String...) -> Set<String> {
      let choice = SuiteRunner.Choice(sections: chosen)
      return Set(suite.cases.filter(choice.includes).map(\.section))
    }
    #expect(sections("4.2") == ["4.2"])
    #expect(sections("4") == ["4.1", "4.2", "4.3"])
    #expect(sections("1") == ["1"])
    #expect(sections("13", "7") == ["7", "13.1", "13.2"])
    let names = SuiteRunner.Choice(names: ["ping"])
    #expect(suite.cases.filter(names.includes).map(\.name) == ["ping"])
  }
}

/// A file with one case of one step.
private func step(_ json: String) -> String {
  """
  {"cases": [{"name": "a", "title": "A", "section": "1", "requirements": ["FORME-1-1"],
    "steps": [\(json)]}]}
  """
}
