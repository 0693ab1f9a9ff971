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
    ("server-errors.json", PackageResources.server_errors_json),
    ("server-frames.json", PackageResources.server_frames_json),
    ("server-get.json", PackageResources.server_get_json),
    ("server-handshake.json", PackageResources.server_handshake_json),
    ("server-keys.json", PackageResources.server_keys_json),
    ("server-list.json", PackageResources.server_list_json),
    ("server-messages.json", PackageResources.server_messages_json),
    ("server-put.json", PackageResources.server_put_json),
    ("server-refer.json", PackageResources.server_refer_json),
    ("server-requests.json", PackageResources.server_requests_json),
    ("server-watch.json", PackageResources.server_watch_json),
  ]

  private static let clientFiles: [(name: String, json: [UInt8])] = [
    ("client-common.json", PackageResources.client_common_json),
    ("client-errors.json", PackageResources.client_errors_json),
    ("client-forms.json", PackageResources.client_forms_json),
    ("client-frames.json", PackageResources.client_frames_json),
    ("client-handshake.json", PackageResources.client_handshake_json),
    ("client-keys.json", PackageResources.client_keys_json),
    ("client-refer.json", PackageResources.client_refer_json),
    ("client-shown.json", PackageResources.client_shown_json),
  ]
}
