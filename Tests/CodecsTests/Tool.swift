import Foundation

/// Programs of others that judge what we write.
enum Tool {
  static func path(_ name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    return folders.split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  static func exists(_ name: String) -> Bool { path(name) != nil }

  /// Runs `name` with the arguments and then the name of a file of these bytes.
  static func run(
    _ name: String, _ arguments: [String], file: [UInt8]
  ) throws -> (status: Int32, output: [UInt8]) {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data(file).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path(name) ?? name)
    process.arguments = arguments + [url.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, [UInt8](output))
  }
}

/// A picture as netpbm writes it: P4, P5, P6 or P7.
struct Netpbm {
  var width = 0
  var height = 0
  private var depth = 1
  private var maximum = 1
  private var isBitmap = false
  private var data: ArraySlice<UInt8> = []

  init?(_ bytes: [UInt8]) {
    guard bytes.count > 2, bytes[0] == 0x50 else { return nil }
    if bytes[1] == 0x37 {
      let marker = Array("ENDHDR\n".utf8)
      guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: marker) }) else {
        return nil
      }
      for line in String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n") {
        let words = line.split(separator: " ")
        guard words.count == 2, let value = Int(words[1]) else { continue }
        switch words[0] {
        case "WIDTH": width = value
        case "HEIGHT": height = value
        case "DEPTH": depth = value
        case "MAXVAL": maximum = value
        default: break
        }
      }
      data = bytes[(end + marker.count)...]
      return
    }
    isBitmap = bytes[1] == 0x34
    depth = bytes[1] == 0x36 ? 3 : 1
    var place = 2
    func number() -> Int {
      while bytes[place] <= 0x20 { place += 1 }
      var value = 0
      while bytes[place] > 0x20 {
        value = value * 10 + Int(bytes[place]) - 0x30
        place += 1
      }
      return value
    }
    width = number()
    height = number()
    if !isBitmap { maximum = number() }
    data = bytes[(place + 1)...]
  }

  /// Samples of a pixel; of a bitmap 1 is white, as in PNG.
  func pixel(_ x: Int, _ y: Int) -> [Int] {
    if isBitmap {
      let byte = data[data.startIndex + y * ((width + 7) / 8) + x / 8]
      return [1 - Int(byte >> (7 - x % 8) & 1)]
    }
    return (0..<depth).map { channel in
      let index = (y * width + x) * depth + channel
      if maximum < 256 { return Int(data[data.startIndex + index]) }
      return Int(data[data.startIndex + 2 * index]) << 8
        | Int(data[data.startIndex + 2 * index + 1])
    }
  }
}
