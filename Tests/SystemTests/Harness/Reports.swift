import Foundation
import Testing

/// What `forme-device fetch --json` prints.
struct FetchedForm: Decodable {
  let image: String
  let etag: String
  let width: Int
  let height: Int
  let alternative: Int
  let codec: String
  let bytesAsSent: Int
  let bytes: Int
  let status: String
  let patched: Bool
  let firstByteMilliseconds: Double
  let lastByteMilliseconds: Double
}

extension CommandResult {
  /// The JSON object that was printed; the command must have succeeded.
  func fetched() throws -> FetchedForm {
    try #require(status == 0, "\(errors)")
    return try JSONDecoder().decode(FetchedForm.self, from: Data(output.utf8))
  }

  /// One line on standard error, as every failure must be.
  var errorLine: String? {
    let lines = errors.split(separator: "\n", omittingEmptySubsequences: true)
    return lines.count == 1 ? String(lines[0]) : nil
  }
}

/// A profile as text, for devices that no built-in profile describes.
func profile(_ fields: String) -> [UInt8] {
  Array("{ \"name\": \"test\", \(fields) }".utf8)
}
