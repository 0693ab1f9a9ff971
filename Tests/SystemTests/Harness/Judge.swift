import Foundation
import Testing

/// The independent judge, Tests/Oracles, which shares nothing with the renderer.
enum Judge {
  private static let python = URL(filePath: "/usr/bin/python3")
  private static let folder = Programs.root.appending(path: "Tests/Oracles")

  /// Judges a form; an issue is recorded when it is wrong.
  static func check(
    form: String, profile: String, picture: String, _ options: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let result = try await Programs.run(
      python, [folder.appending(path: "judge.py").path, form, profile, picture] + options)
    #expect(
      result.status == 0, "\(profile) of \(picture): \(result.output)\(result.errors)",
      sourceLocation: sourceLocation)
  }

  /// Makes pictures of every kind, sound and damaged, and says what is expected of each.
  static func makePictures(in folder: TemporaryFolder) async throws -> [ExpectedPicture] {
    let script = Self.folder.appending(path: "make_pictures.py").path
    let result = try await Programs.run(python, [script, folder.url.path])
    try #require(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(
      [ExpectedPicture].self, from: try folder.data("expected.json"))
  }

  /// Makes a picture with a photograph's spectrum.
  static func makePhoto(width: Int, height: Int, at path: String) async throws {
    let script = Programs.root.appending(path: "Tests/SystemTests/Tools/make_photo.py").path
    let result = try await Programs.run(python, [script, String(width), String(height), path])
    try #require(result.status == 0, "\(result.errors)")
  }

  /// Makes the same picture with a disc of `size` pixels in its lower right corner, a PNG.
  static func changeCorner(of picture: String, size: Int, at path: String) async throws {
    let script = Programs.root.appending(path: "Tests/SystemTests/Tools/change_corner.py").path
    let result = try await Programs.run(python, [script, picture, path, String(size)])
    try #require(result.status == 0, "\(result.errors)")
  }
}

/// A line of expected.json.
struct ExpectedPicture: Decodable, Sendable {
  let file: String
  let expect: String
  let why: String
  /// As displayed, for those that are accepted.
  let width: Int?
  let height: Int?
}
