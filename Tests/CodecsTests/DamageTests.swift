import Codecs
import Testing

/// What is broken is refused, by every way through the reader, and never crashes it.
@Suite struct DamageTests {
  static let kinds = [
    "gray.jpg", "color420.jpg", "progressive.jpg", "restart.jpg", "scans.jpg", "arithmetic.jpg",
    "profile-parts.jpg", "cmyk-profile.jpg", "gray8.png", "gray1-interlaced.png", "rgb8.png",
    "palette4-alpha.png",
    "profile-rgb8.png", "orientation6.png", "rgb-alpha8-interlaced.png",
  ]

  @Test(arguments: kinds)
  func everyPrefixIsRefused(_ name: String) throws {
    let bytes = Fixture.bytes(name)
    let file = try ScratchFile()
    for count in 0..<bytes.count {
      try file.replace(with: bytes.prefix(count))
      let reason = refusal(of: file)
      #expect(reason == (count < (name.hasSuffix("jpg") ? 3 : 8) ? .notAPicture : reason))
      #expect(reason != nil, "\(count) of \(bytes.count) bytes")
      #expect(refusal { () throws(PictureError) in _ = try decode(file) } != nil)
    }
  }

  /// Checksums cover every byte of a PNG, so no single change may pass.
  @Test(arguments: kinds.filter { $0.hasSuffix("png") }, [0x01, 0xFF] as [UInt8])
  func everyChangedByteOfAPNGIsRefused(_ name: String, flip: UInt8) throws {
    var bytes = Fixture.bytes(name)
    let file = try ScratchFile()
    for index in bytes.indices {
      bytes[index] ^= flip
      try file.replace(with: bytes)
      #expect(refusal(of: file) != nil, "byte \(index)")
      #expect(refusal { () throws(PictureError) in _ = try decode(file) } != nil)
      bytes[index] ^= flip
    }
  }

  /// A JPEG has no checksums; whatever comes out, it is a refusal or a picture within the limits.
  @Test(arguments: kinds.filter { $0.hasSuffix("jpg") }, [0x01, 0xFF] as [UInt8])
  func noChangedByteOfAJPEGCrashes(_ name: String, flip: UInt8) throws {
    var bytes = Fixture.bytes(name)
    let limits = DecodeLimits(pixelCount: 100_000, workingByteCount: 1 << 20)
    let file = try ScratchFile()
    for index in bytes.indices {
      bytes[index] ^= flip
      try file.replace(with: bytes)
      do throws(PictureError) {
        let picture = try decode(file, channels: .gray, limits: limits)
        #expect(picture.values.count == picture.width * picture.height)
        #expect(picture.values.count <= limits.pixelCount)
        #expect(refusal(of: file, limits: limits) == nil, "byte \(index)")
      } catch {
        #expect(!error.description.isEmpty)
      }
      bytes[index] ^= flip
    }
  }

  @Test(
    arguments: [
      ("refused-precision12.jpg", .unsupported("Unsupported JPEG data precision 12")),
      ("refused-lossless.jpg", .unsupported("Unsupported JPEG process: SOF type 0xc3")),
      ("refused-two-components.jpg", .unsupported("the number of components is not 1, 3 or 4")),
      (
        "refused-scan-missing.jpg",
        .damaged("scans are missing, the picture is not refined to its end")
      ),
      ("refused-component-missing.jpg", .damaged("no scan holds one of the components")),
      ("refused-short-data.png", .damaged("Not enough image data")),
      ("refused-long-data.png", .damaged("IDAT: Too much image data")),
      ("refused-extra-bytes.png", .damaged("IDAT: Extra compressed data")),
      ("refused-extra-chunk.png", .damaged("IDAT: data after the last row")),
      ("refused-bad-adler.png", .damaged("IDAT: incorrect data check")),
      ("refused-no-end.png", .damaged("the file ends before its IEND")),
      ("refused-no-data.png", .damaged("IEND: out of place")),
      ("refused-text-checksum.png", .damaged("tEXt: CRC error")),
      ("refused-no-palette.png", .damaged("IDAT: Missing PLTE before IDAT")),
      ("refused-palette-index.png", .damaged("palette index 3, but there are 3 entries")),
    ] as [(String, PictureError)])
  func theReasonIsNamed(_ name: String, reason: PictureError) throws {
    let file = try ScratchFile(Fixture.bytes(name))
    #expect(refusal(of: file) == reason)
    #expect(refusal { () throws(PictureError) in _ = try decode(file) } == reason)
  }

  @Test func everyRefusedFixtureHasItsReason() {
    #expect(Fixture.names(prefix: "refused-").count == 15)
  }
}
