internal import Foundation

/// The pictures below a folder. Only its own files are seen: links lead nowhere here.
struct ImportFiles {
  private static let extensions: Set<String> = ["jpg", "jpeg", "png"]

  /// What is in one folder, in the order of names.
  enum Entry: Equatable {
    /// A folder, as a path from the root.
    case folder(String)
    /// A picture: its path from the root, and the name that it is registered under.
    case picture(path: String, name: String)
    /// Pictures of one name: all of them are refused.
    case collision(paths: [String], name: String)
  }

  private let root: String

  /// - Parameter root: the folder; it may be a link itself.
  init(_ root: String) {
    self.root = root
  }

  /// Where a file or folder is.
  func location(of path: String) -> String { path.isEmpty ? root + "/" : "\(root)/\(path)" }

  /// The pictures and folders in a folder.
  /// - Parameter path: from the root; "" is the root.
  /// - Throws: ``SettingError`` when it cannot be read.
  func entries(of path: String) throws -> [Entry] {
    let manager = FileManager.default
    let files: [String]
    do {
      files = try manager.contentsOfDirectory(atPath: location(of: path)).sorted()
    } catch {
      throw SettingError(description: "folder \(location(of: path)) cannot be read")
    }
    var folders: [Entry] = []
    var pictures: [String: [String]] = [:]
    for file in files {
      let place = path.isEmpty ? file : "\(path)/\(file)"
      let attributes = try? manager.attributesOfItem(atPath: location(of: place))
      switch attributes?[.type] as? FileAttributeType {
      case .typeDirectory: folders.append(.folder(place))
      case .typeRegular:
        let url = URL(filePath: file)
        guard Self.extensions.contains(url.pathExtension.lowercased()) else { continue }
        let name = String(place.dropLast(url.pathExtension.count + 1))
        pictures[name, default: []].append(place)
      default: continue
      }
    }
    return pictures.sorted { $0.key < $1.key }.map { name, paths in
      if paths.count == 1, let path = paths.first { return .picture(path: path, name: name) }
      return .collision(paths: paths, name: name)
    } + folders
  }
}
