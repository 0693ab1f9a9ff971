import Capabilities
import Foundation
import Testing

/// A file of spec/vectors/descriptors: what a script that shares no code with ours says of
/// descriptors.
struct DescriptorVectorFile: Sendable, CustomTestStringConvertible {
  struct Case: Sendable {
    let title: String
    let bytes: [UInt8]
    /// The fields that are not at their defaults, as canonical JSON.
    let value: String?
    let key: String?
    let reason: String?
    let offset: Int?

    init(_ object: [String: Any]) {
      guard let title = object["title"] as? String, let digits = object["hex"] as? String else {
        fatalError("no case: \(object)")
      }
      self.title = title
      bytes = hex(digits)
      value = object["value"].map(canonicalJSON)
      key = object["key"] as? String
      let error = object["error"] as? [String: Any]
      reason = error?["reason"] as? String
      offset = error?["offset"] as? Int
    }
  }

  let testDescription: String
  let cases: [Case]

  static let all: [DescriptorVectorFile] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "spec/vectors/descriptors")
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { $0.hasSuffix(".json") }.sorted().map { name in
          let data = try Data(contentsOf: folder.appending(path: name))
          let file = try JSONSerialization.jsonObject(with: data) as? [String: Any]
          guard let cases = file?["cases"] as? [[String: Any]], !cases.isEmpty else {
            fatalError("\(name) has no cases")
          }
          return DescriptorVectorFile(testDescription: name, cases: cases.map(Case.init))
        }
    } catch { fatalError("\(error)") }
  }()
}

@Suite("Descriptors: vectors")
struct DescriptorVectorTests {
  @Test("there are files of them")
  func present() { #expect(DescriptorVectorFile.all.count >= 4) }

  @Test("are what they should be, and are written the same", arguments: DescriptorVectorFile.all)
  func decode(file: DescriptorVectorFile) {
    for vector in file.cases {
      do throws(CapabilityError) {
        let capability = try Capability(descriptor: vector.bytes)
        #expect(canonicalJSON(capability.vectorValue) == vector.value, "\(vector.title)")
        #expect(capability.formKey.description == vector.key, "\(vector.title)")
        #expect(capability.descriptor == vector.bytes, "\(vector.title)")
      } catch {
        let (reason, offset) = error.vectorReason
        #expect(reason == vector.reason, "\(vector.title): \(error)")
        // Values are checked after they were read, some of them together: they have no offset then.
        if let offset { #expect(offset == vector.offset, "\(vector.title): \(error)") }
      }
    }
  }

  @Test("one that ends early is refused, or another one", arguments: DescriptorVectorFile.all)
  func truncated(file: DescriptorVectorFile) {
    for vector in file.cases where vector.value != nil {
      for count in vector.bytes.indices {
        let part = Array(vector.bytes.prefix(count))
        guard let capability = try? Capability(descriptor: part) else { continue }
        #expect(capability.descriptor == part, "\(vector.title), \(count) bytes")
        #expect(capability.formKey.description != vector.key, "\(vector.title), \(count) bytes")
      }
    }
  }

  @Test("one with a byte more is refused", arguments: DescriptorVectorFile.all)
  func extended(file: DescriptorVectorFile) {
    for vector in file.cases where vector.value != nil {
      for byte in [0x00, 0x04, 0x0A, 0x0B, 0xFF] as [UInt8] {
        #expect(throws: CapabilityError.self, "\(vector.title), \(byte)") {
          try Capability(descriptor: vector.bytes + [byte])
        }
      }
    }
  }
}

/// JSON with ascending keys and without blanks, so that equal values have equal texts.
private func canonicalJSON(_ value: Any) -> String {
  do {
    let data = try JSONSerialization.data(withJSONObject: value, options: .sortedKeys)
    return String(decoding: data, as: UTF8.self)
  } catch { fatalError("\(error)") }
}
