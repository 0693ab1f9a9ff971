import Capabilities
import Foundation
import Render

/// Keeps what is written to it.
final class MemoryOutput: FormOutput {
  private(set) var bytes: [UInt8] = []

  func write(_ bytes: [UInt8]) throws { self.bytes += bytes }
}

/// Takes nothing.
final class FullOutput: FormOutput {
  struct Full: Error, CustomStringConvertible {
    let description = "no room"
  }

  func write(_ bytes: [UInt8]) throws { throw Full() }
}

/// A picture in a file that is gone from its folder from the start.
final class PictureFile {
  private let handle: FileHandle

  init(_ bytes: [UInt8]) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "forme-picture-\(UUID())")
    try Data(bytes).write(to: url)
    handle = try FileHandle(forReadingFrom: url)
    try FileManager.default.removeItem(at: url)
  }

  /// A picture of the decoders' tests.
  convenience init(fixture name: String) throws { try self.init(Fixture.bytes(name)) }

  deinit { try? handle.close() }

  var descriptor: Int32 { handle.fileDescriptor }
}

extension Renderer {
  /// Makes a form in memory.
  func render(
    _ picture: PictureFile, as capability: Capability
  ) throws(RenderError) -> (form: RenderedForm<MemoryOutput>, bytes: [UInt8]) {
    let outputs = capability.codecs.map { _ in MemoryOutput() }
    let form = try withExtendedLifetime(picture) { () throws(RenderError) in
      try render(original: picture.descriptor, as: capability, into: outputs)
    }
    return (form, form.output.bytes)
  }
}

extension RGBColor {
  /// 24 bits a pixel: red, green, blue.
  static let bytes = RGBColor(red: 8, green: 8, blue: 8, pixelBits: 24)
}

/// Pictures of the decoders' tests that say what light is in them.
struct Fixture: Sendable, CustomStringConvertible {
  let file: String
  /// Pixels, as stored.
  let width: Int
  /// Rows, as stored.
  let height: Int
  /// EXIF's number, 1…8.
  let orientation: Int

  var description: String { file }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "CodecsTests/Fixtures")

  /// All opaque ones: the light of the others depends on a background.
  static let opaque: [Fixture] = {
    let lines = String(decoding: bytes("manifest.csv"), as: UTF8.self).split(separator: "\n")
    return lines.dropFirst().compactMap { line in
      let fields = line.split(separator: ",").map(String.init)
      let numbers = fields.dropFirst(2).compactMap(Int.init)
      guard numbers.count == 7, numbers[4] == 0 else { return nil }
      return Fixture(
        file: fields[0], width: numbers[0], height: numbers[1], orientation: numbers[2])
    }
  }()

  static func bytes(_ name: String) -> [UInt8] {
    guard let data = try? Data(contentsOf: folder.appending(path: name)) else {
      fatalError("no fixture \(name)")
    }
    return [UInt8](data)
  }

  static func names(prefix: String = "", suffix: String = "") -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (names ?? []).filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }.sorted()
  }

  /// Pixels as they are seen.
  var seenWidth: Int { orientation < 5 ? width : height }
  /// Rows as they are seen.
  var seenHeight: Int { orientation < 5 ? height : width }

  /// Linear red, green, blue and luminance, 0…1, of each pixel as it is seen.
  func seenLight() -> [[Double]] {
    let bytes = Self.bytes("\(file).light")
    let light = stride(from: 0, to: bytes.count, by: 8).map { start in
      (0..<4).map { channel in
        let index = start + 2 * channel
        return Double(Int(bytes[index]) | Int(bytes[index + 1]) << 8) / 65_535
      }
    }
    return (0..<seenHeight).flatMap { y in
      (0..<seenWidth).map { x in
        let (column, row) = stored(x, y)
        return light[row * width + column]
      }
    }
  }

  /// Where the file holds what is seen at (x, y): EXIF 2.32, 4.6.4, "Orientation".
  private func stored(_ x: Int, _ y: Int) -> (column: Int, row: Int) {
    switch orientation {
    case 2: (width - 1 - x, y)
    case 3: (width - 1 - x, height - 1 - y)
    case 4: (x, height - 1 - y)
    case 5: (y, x)
    case 6: (y, height - 1 - x)
    case 7: (width - 1 - y, height - 1 - x)
    case 8: (width - 1 - y, x)
    default: (x, y)
    }
  }
}

/// Programs of others that judge what is made here.
enum Judge {
  static let pngcheck = "/usr/bin/pngcheck"
  static let python = "/usr/bin/python3"

  static let hasPNGCheck = FileManager.default.isExecutableFile(atPath: pngcheck)
  static let hasPillow = (try? run(python, ["-c", "import PIL.Image"]))?.status == 0
  static let hasCUPS =
    (try? run(python, ["-c", "import ctypes; ctypes.CDLL('libcups.so.2').cupsRasterOpen"]))?
    .status == 0

  /// Where Scripts/setup installs what PyPI has of judges.
  static let pythonPackages = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".build/judges").path
  static let hasBrotherQL = FileManager.default.fileExists(atPath: pythonPackages + "/brother_ql")

  /// Says who judged what, once it was found right.
  static func report(_ container: String, _ judgement: String) {
    print("judged: \(container): \(judgement)")
  }

  /// Runs a program with `input` as a file whose name is its last argument.
  static func run(
    _ program: String, _ arguments: [String], input: [UInt8] = []
  ) throws -> (status: Int32, output: [UInt8]) {
    let url = FileManager.default.temporaryDirectory.appending(path: "forme-judge-\(UUID())")
    try Data(input).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments + [url.path]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, [UInt8](bytes))
  }
}
