import Codecs
import Testing

@Suite struct PictureReaderTests {
  @Test(arguments: Fixture.all)
  func rgbIsWhatTheOracleSays(_ fixture: Fixture) throws {
    let file = try ScratchFile(Fixture.bytes(fixture.file))
    let picture = try decode(file, channels: .rgb)
    #expect(picture.width == fixture.width)
    #expect(picture.height == fixture.height)
    let light = fixture.light()
    let expected = light.indices.filter { $0 % 4 != 3 }.map { light[$0] }
    #expect(largestDifference(picture.values, expected) <= fixture.tolerance)
  }

  @Test(arguments: Fixture.all)
  func grayIsTheLuminanceTheOracleSays(_ fixture: Fixture) throws {
    let file = try ScratchFile(Fixture.bytes(fixture.file))
    let picture = try decode(file, channels: .gray)
    let light = fixture.light()
    let expected = stride(from: 3, to: light.count, by: 4).map { light[$0] }
    #expect(largestDifference(picture.values, expected) <= fixture.tolerance)
  }

  @Test(arguments: Fixture.all)
  func headersAreRead(_ fixture: Fixture) throws {
    let file = try ScratchFile(Fixture.bytes(fixture.file))
    let info = try PictureReader(fileDescriptor: file.descriptor).info
    #expect(
      info
        == PictureInfo(
          format: fixture.file.hasSuffix(".png") ? .png : .jpeg,
          width: fixture.width,
          height: fixture.height,
          orientation: fixture.orientation,
          isGray: fixture.isGray,
          hasAlpha: fixture.hasAlpha,
          isProgressiveOrInterlaced: fixture.isProgressiveOrInterlaced))
    #expect(try PictureReader.verify(fileDescriptor: file.descriptor) == info)
  }

  @Test func bytesAfterTheEndAreLeftAlone() throws {
    for name in ["gray.jpg", "progressive.jpg", "rgb8.png", "gray4-interlaced.png"] {
      let file = try ScratchFile(Fixture.bytes(name))
      let picture = try decode(file)
      try file.replace(with: Fixture.bytes(name) + [0xFF, 0xD8, 1, 2, 3])
      #expect(try decode(file).values == picture.values)
      #expect(refusal(of: file) == nil)
    }
  }

  @Test func readersShareADescriptorAndLeaveItsPosition() throws {
    let file = try ScratchFile(Fixture.bytes("color420.jpg"))
    let position = try file.position
    let alone = try decode(file, channels: .gray).values
    let first = try PictureReader(fileDescriptor: file.descriptor)
    let second = try PictureReader(fileDescriptor: file.descriptor)
    let width = first.info.width
    try first.start([Delivery(channels: .gray)])
    try second.start([Delivery(channels: .gray)])
    var row = [UInt16](repeating: 0, count: width)
    for y in 0..<first.info.height {
      for reader in [first, second] {
        var span = row.mutableSpan
        try reader.readRow()
        reader.convert(0, into: &span)
        #expect(row[...] == alone[y * width..<(y + 1) * width])
      }
    }
    try first.finish()
    try second.finish()
    #expect(try file.position == position)
  }

  /// One decode gives to each delivery what it gets alone.
  @Test(arguments: Fixture.all)
  func deliveriesDoNotDisturbEachOther(_ fixture: Fixture) throws {
    let file = try ScratchFile(Fixture.bytes(fixture.file))
    let deliveries = [
      Delivery(channels: .gray, background: fixtureBackground),
      Delivery(channels: .rgb, background: .black), Delivery(channels: .rgb),
      Delivery(channels: .gray), Delivery(channels: .rgb, background: fixtureBackground),
    ]
    let together = try decode(file, deliveries)
    for (delivery, values) in zip(deliveries, together.values) {
      #expect(try decode(file, [delivery]).values == [values])
    }
    #expect((together.values[1] == together.values[2]) == !fixture.hasAlpha)
  }

  @Test func verifyingStopsWhenItIsTold() throws {
    let file = try ScratchFile(Fixture.bytes("gray8.png"))
    let reader = try PictureReader(fileDescriptor: file.descriptor)
    #expect(try reader.verify(while: { false }) == false)
    #expect(try PictureReader(fileDescriptor: file.descriptor).verify(while: { true }))
  }

  @Test func otherFilesAreNoPictures() throws {
    for bytes in [[], [0xFF], [0xFF, 0xD8], Array("GIF89a...".utf8), [0x89, 0x50, 0x4E, 0x47]] {
      let file = try ScratchFile(bytes)
      #expect(refusal(of: file) == .notAPicture)
    }
  }

  @Test func aClosedDescriptorIsUnreadable() {
    #expect(
      refusal { () throws(PictureError) in _ = try PictureReader(fileDescriptor: -1) }
        == .unreadable("Bad file descriptor"))
  }

  @Test func errorsSayWhatWasAllowed() {
    #expect(
      PictureError.tooManyPixels(declared: 101, limit: 100).description
        == "101 pixels, at most 100 are allowed")
    #expect(
      PictureError.unsupported("Unsupported JPEG data precision 12").description
        == "not supported: Unsupported JPEG data precision 12")
  }
}

private func largestDifference(_ values: [UInt16], _ expected: [UInt16]) -> Int {
  guard values.count == expected.count else { return .max }
  return zip(values, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
}
