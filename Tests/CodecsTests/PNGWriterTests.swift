import Codecs
import Foundation
import Testing

/// What the writer makes, read back by code that is not ours and by our own.
@Suite struct PNGWriterTests {
  static let entries: [[UInt8]] = (UInt8.min...UInt8.max).map { index in
    [index, 255 - index, index &* 7]
  }

  static let colorTypes: [PNGWriter.ColorType] = {
    var types: [PNGWriter.ColorType] = [1, 2, 4, 8, 16].map { .gray(bits: $0) }
    for bits in [1, 2, 4, 8] {
      for count in [1 << bits, (1 << bits) - 1] {
        types.append(.palette(bits: bits, entries: Array(entries.prefix(count))))
      }
    }
    for bits in [8, 16] { types += [.rgb(bits: bits), .rgba(bits: bits)] }
    return types
  }()

  /// Rows of noise within what the colour type allows; padding bits are zero.
  static func rows(
    _ colorType: PNGWriter.ColorType, bytesPerRow: Int, width: Int, height: Int
  ) -> [[UInt8]] {
    var state: UInt32 = 1
    func next() -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 16)
    }
    return (0..<height).map { _ in
      guard case .palette(let bits, let entries) = colorType else {
        var row = (0..<bytesPerRow).map { _ in UInt8(next() & 255) }
        if case .gray(let bits) = colorType, width * bits % 8 != 0 {
          row[bytesPerRow - 1] &= 0xFF << (8 - width * bits % 8)
        }
        return row
      }
      var row = [UInt8](repeating: 0, count: bytesPerRow)
      for x in 0..<width {
        let index = next() % entries.count
        row[x * bits / 8] |= UInt8(index) << (8 - bits - x * bits % 8)
      }
      return row
    }
  }

  static func write(
    _ colorType: PNGWriter.ColorType, width: Int, height: Int
  ) throws -> (file: [UInt8], rows: [[UInt8]]) {
    var writer = try PNGWriter(width: width, height: height, colorType: colorType)
    let rows = rows(colorType, bytesPerRow: writer.bytesPerRow, width: width, height: height)
    var file: [UInt8] = []
    for row in rows {
      try writer.write(packedRow: row.span)
      file += writer.takeOutput()
    }
    try writer.finish()
    file += writer.takeOutput()
    #expect(writer.takeOutput().isEmpty)
    return (file, rows)
  }

  @Test(arguments: colorTypes, [(1, 1), (13, 7), (640, 90)])
  func samplesComeBack(_ colorType: PNGWriter.ColorType, size: (Int, Int)) throws {
    let (file, rows) = try Self.write(colorType, width: size.0, height: size.1)
    let samples = try PNGSamples(file)
    #expect(samples.width == size.0)
    #expect(samples.height == size.1)
    #expect(samples.bytes == Array(rows.joined()))
    if case .palette(let bits, let entries) = colorType {
      #expect(samples.colorType == .palette)
      #expect(samples.bitDepth == bits)
      #expect(samples.palette == entries.map { $0 + [255] })
    } else {
      #expect(samples.palette.isEmpty)
    }
  }

  @Test(.enabled(if: Tool.exists("pngcheck")), arguments: colorTypes)
  func pngcheckFindsNothing(_ colorType: PNGWriter.ColorType) throws {
    let (file, _) = try Self.write(colorType, width: 61, height: 17)
    let result = try Tool.run("pngcheck", ["-q"], file: file)
    #expect(result.status == 0, "\(String(decoding: result.output, as: UTF8.self))")
  }

  @Test(.enabled(if: Tool.exists("pngtopam")), arguments: colorTypes)
  func netpbmReadsTheSamples(_ colorType: PNGWriter.ColorType) throws {
    let (file, _) = try Self.write(colorType, width: 61, height: 17)
    let samples = try PNGSamples(file)
    let result = try Tool.run("pngtopam", ["-alphapam"], file: file)
    #expect(result.status == 0)
    let pam = try #require(Netpbm(result.output))
    #expect(pam.width == 61)
    #expect(pam.height == 17)
    for y in 0..<17 {
      for x in 0..<61 {
        let pixel = pam.pixel(x, y)
        var expected = (0..<samples.channelCount).map { samples.sample(channel: $0, x: x, y: y) }
        if colorType != .rgba(bits: samples.bitDepth) {
          if case .palette(_, let entries) = colorType {
            expected = entries[expected[0]].map(Int.init)
          }
          #expect(Array(pixel.prefix(expected.count)) == expected)
        } else {
          #expect(pixel == expected)
        }
      }
    }
  }

  @Test func theSameRowsMakeTheSameBytes() throws {
    let first = try Self.write(.gray(bits: 2), width: 61, height: 17).file
    #expect(try Self.write(.gray(bits: 2), width: 61, height: 17).file == first)
    // No chunk but these four kinds.
    let names = chunkNames(first)
    #expect(names == ["IHDR", "IDAT", "IEND"])
  }

  @Test func sidesBeyondTheFormatAreRefused() {
    for (width, height) in [(0, 1), (1, 0), (Int(Int32.max) + 1, 1), (-1, 1)] {
      let reason = refusal { () throws(PictureError) in
        _ = try PNGWriter(width: width, height: height, colorType: .gray(bits: 8))
      }
      #expect(reason == .unsupported("a PNG of \(width) × \(height) pixels"))
    }
  }

  private func chunkNames(_ file: [UInt8]) -> [String] {
    var names: [String] = []
    var place = 8
    while place + 12 <= file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      names.append(String(decoding: file[place + 4..<place + 8], as: UTF8.self))
      place += length + 12
    }
    return names
  }
}
