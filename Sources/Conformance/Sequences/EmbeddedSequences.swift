internal import Foundation

extension Suite {
  /// The sequences that are compiled in.
  init(side: Side) throws(SequenceError) {
    try self.init(side: side, files: Self.embedded(side))
  }

  /// The sequences in a folder: the files of the side's own folder in it, in the order of their names.
  init(side: Side, folder: String) throws(SequenceError) {
    let url = URL(filePath: folder).appending(path: side.rawValue)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
      throw SequenceError("\(url.path) cannot be read")
    }
    var files: [(name: String, json: [UInt8])] = []
    for name in names.sorted() where name.hasSuffix(".json") {
      guard let data = FileManager.default.contents(atPath: url.appending(path: name).path) else {
        throw SequenceError("\(name) cannot be read")
      }
      files.append((name, Array(data)))
    }
    try self.init(side: side, files: files)
  }

  /// One line a file of spec/vectors/sequences, in the order of their names; a test holds the two
  /// together.
  static func embedded(_ side: Side) -> [(name: String, json: [UInt8])] {
    switch side {
    case .server: serverFiles
    case .client: clientFiles
    }
  }

  private static let serverFiles: [(name: String, json: [UInt8])] = [
    ("server-common.json", PackageResources.server_common_json),
    ("server-handshake.json", PackageResources.server_handshake_json),
  ]

  private static let clientFiles: [(name: String, json: [UInt8])] = []
}
