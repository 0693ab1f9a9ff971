import Foundation
import Testing

@testable import Conformance

struct ReportTests {
  private static func result(_ outcome: CaseResult.Outcome) throws -> CaseResult {
    let json = """
      {"cases": [{"name": "a<b", "title": "T & \\"t\\"", "section": "4.2",
        "requirements": ["FORME-4.2-1"], "steps": [{"connect": true}]}]}
      """
    let suite = try Suite(side: .server, files: [("file", Array(json.utf8))])
    return CaseResult(try #require(suite.cases.first), outcome, .milliseconds(1_007))
  }

  @Test func linesOfText() throws {
    var failure = CaseFailure(expected: "PONG", came: "nothing")
    failure.places = ["a, step 2 (expect PONG)"]
    #expect(
      try Self.result(.passed).text == #"ok   4.2 a<b: T & "t" [FORME-4.2-1]"#)
    #expect(
      try Self.result(.failed(failure)).text == """
        FAIL 4.2 a<b: T & "t" [FORME-4.2-1]
             at a, step 2 (expect PONG)
             expected: PONG
             came:     nothing
        """)
    #expect(try Self.result(.skipped("slow")).text.hasPrefix("skip 4.2"))
    #expect(try Self.result(.broken("x")).isFailure)
    #expect(try !Self.result(.skipped("x")).isFailure)
  }

  @Test func junitIsXML() throws {
    let nasty = "<&>\"'\n\u{0}\u{1B}[31m\u{FFFF}é🙂]]>"
    var failure = CaseFailure(expected: nasty, came: nasty)
    failure.places = [nasty]
    let report = JUnitReport(
      suiteName: "forme-<server>",
      results: [
        try Self.result(.passed), try Self.result(.failed(failure)),
        try Self.result(.broken(nasty)),
        try Self.result(.skipped(nasty)),
      ])
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      """
      import sys, xml.etree.ElementTree as tree
      suite = tree.fromstring(sys.stdin.buffer.read())
      cases = suite.findall("testcase")
      print(suite.get("tests"), suite.get("failures"), suite.get("skipped"), suite.get("time"))
      print([each[1].tag if len(each) > 1 else "-" for each in cases], cases[0].get("name"))
      """,
    ]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    input.fileHandleForWriting.write(Data(report.text.utf8))
    try input.fileHandleForWriting.close()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text == "4 2 1 4.028\n['-', 'failure', 'failure', 'skipped'] a<b\n")
  }
}
