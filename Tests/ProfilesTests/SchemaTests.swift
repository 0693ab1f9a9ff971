import Capabilities
import Foundation
import Testing

@testable import Profiles

/// spec/profile.schema.json and the reader must know the same keys and words.
@Suite struct SchemaTests {
  private let definitions: [String: JSONValue]

  init() throws {
    let url = packageRoot.appending(path: "spec/profile.schema.json")
    let schema = try JSONValue(parsing: Array(Data(contentsOf: url)))
    definitions = try #require(schema["$defs"]?.dictionary)
  }

  @Test func keysAreTheReadersKeys() {
    let listed = definitions.compactMapValues { definition -> [String]? in
      guard definition["additionalProperties"] == .bool(false) else { return nil }
      return definition["properties"]?.keys
    }
    #expect(listed == ProfileKeys.definitions)
  }

  @Test func wordsAreTheReadersWords() {
    expect("layout", "bitOrder", Layout.BitOrder.allCases.map(\.word))
    expect("layout", "byteOrder", Layout.ByteOrder.allCases.map(\.word))
    expect("layout", "scan", Layout.Scan.allCases.map(\.word))
    expect("layout", "mirror", Layout.Mirror.allCases.map(\.word))
    expect("layout", "planes", Layout.Planes.allCases.map(\.word))
    expect("fit", "mode", Fit.Mode.allCases.map(\.word))
    expect("fit", "gravity", Fit.Gravity.allCases.map(\.word))
    #expect(
      definitions["fit"]?["properties"]?["rotate"]?["enum"]
        == .array(Fit.Rotation.allCases.map(\.json)))
    expect("halftone", "method", Halftone.Method.allCases.map(\.word))
    expect("color.adaptive", "table", AdaptiveColor.Table.allCases.map(\.word))
    expect("color.rgb", "order", RGBColor.Order.allCases.map(\.word))
    expect(
      "container.brother-ql", "modelClass", Container.BrotherQL.ModelClass.allCases.map(\.word))
    expect("container.brother-ql", "mediaType", Container.BrotherQL.MediaType.allCases.map(\.word))
    #expect(
      definitions["container"]?["properties"]?["id"]?["enum"]
        == .array(Container.Kind.allCases.map { .string($0.word) }))
  }

  private func expect(_ definition: String, _ key: String, _ words: [String]) {
    #expect(
      definitions[definition]?["properties"]?[key]?["enum"] == .array(words.map(JSONValue.string)))
  }

  /// Draft 2020-12 judged by Python's jsonschema, where there is one: every built-in profile, as
  /// its file and as it is written, is valid; what the reader refuses for a key is not.
  @Test(.enabled(if: JSONSchemaJudge.isPresent))
  func builtInProfilesAreValid() throws {
    let texts = BuiltInProfiles.files.map { String(decoding: $0.json, as: UTF8.self) }
    let written = BuiltInProfiles.all.map(\.json)
    #expect(try JSONSchemaJudge.invalidIndices(of: texts + written).isEmpty)
    let start = #"{"name":"x","size":{"width":8,"height":8},"color":{"model":"gray","#
    let wrong = [
      #"{"name":"x"}"#, start + #""bits":3}}"#, start + #""bits":1,"order":"rgb"}}"#,
      start + #""bits":1},"colour":1}"#, #"{"name":"x","alternatives":[]}"#,
    ]
    #expect(try JSONSchemaJudge.invalidIndices(of: wrong) == Array(wrong.indices))
  }
}

/// Python's jsonschema, run as a process.
private enum JSONSchemaJudge {
  static let isPresent = (try? run("import jsonschema", "").status) == 0

  /// Which of `texts` the schema refuses.
  static func invalidIndices(of texts: [String]) throws -> [Int] {
    let schema = packageRoot.appending(path: "spec/profile.schema.json").path
    let script = """
      import json, jsonschema, sys
      schema = json.load(open("\(schema)", encoding="utf-8"))
      jsonschema.Draft202012Validator.check_schema(schema)
      validator = jsonschema.Draft202012Validator(schema)
      for index, text in enumerate(json.load(sys.stdin)):
          if not validator.is_valid(json.loads(text)):
              print(index)
      """
    let (status, output) = try run(script, JSONValue.array(texts.map(JSONValue.string)).text)
    #expect(status == 0)
    return output.split(separator: "\n").compactMap { Int($0) }
  }

  private static func run(
    _ script: String, _ input: String
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    let (standardInput, standardOutput) = (Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = standardOutput
    process.standardError = Pipe()
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

extension JSONValue {
  fileprivate subscript(key: String) -> JSONValue? { dictionary?[key] }

  fileprivate var dictionary: [String: JSONValue]? {
    guard case .object(let members) = self else { return nil }
    return Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
  }

  fileprivate var keys: [String]? {
    guard case .object(let members) = self else { return nil }
    return members.map(\.key)
  }
}
