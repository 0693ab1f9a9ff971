import Capabilities
import Codecs
import Render
import Testing

@Suite struct RenderRefusalTests {
  private static func panel(
    codecs: [Codec] = [.identity], maxBytes: Int = 0
  ) throws -> Capability {
    try Capability(
      size: PanelSize(width: 40, height: 30), color: .rgb(.bytes), codecs: codecs,
      limits: Limits(maxBytes: maxBytes))
  }

  private func refusal(
    of picture: String = "rgb8.png", as capability: Capability, by renderer: Renderer = Renderer()
  ) throws -> RenderError {
    let picture = try PictureFile(fixture: picture)
    return try #require(throws: RenderError.self) {
      _ = try renderer.render(picture, as: capability)
    }
  }

  @Test func aFormOfExactlyTheLimitIsMade() throws {
    let picture = try PictureFile(fixture: "rgb8.png")
    #expect(try Renderer().render(picture, as: Self.panel(maxBytes: 3_600)).form.byteCount == 3_600)
  }

  @Test func aFormOverTheDevicesLimitSaysBothNumbers() throws {
    let error = try refusal(as: Self.panel(maxBytes: 3_599))
    guard case .formTooLarge("the form has 3600 bytes, the device takes 3599") = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)" == "the form has 3600 bytes, the device takes 3599")
  }

  @Test func theLimitIsOfTheBytesAsSent() throws {
    let picture = try PictureFile(fixture: "rgb8.png")
    let codecs = [Codec.identity, .zlib(windowBits: 15)]
    let free = try Renderer().render(picture, as: Self.panel(codecs: codecs))
    #expect(free.form.byteCount < 3_600)
    let limited = try Renderer().render(
      picture, as: Self.panel(codecs: codecs, maxBytes: free.form.byteCount))
    #expect(limited.bytes == free.bytes)
    _ = try refusal(as: Self.panel(codecs: codecs, maxBytes: free.form.byteCount - 1))
  }

  @Test func aRollThatWouldPassEveryFormsBoundIsRefused() throws {
    let roll = try Capability(
      size: PanelSize(width: 60_000, height: 0), color: .gray(GrayColor(bits: 1)))
    let error = try refusal(as: roll)
    guard case .formTooLarge(let reason) = error else {
      Issue.record("\(error)")
      return
    }
    // 13 × 11 pixels, 60,000 across: 50,769 rows.
    #expect(reason == "the form would have 3046140000 pixels, allowed are 67108864")
  }

  @Test(arguments: Fixture.names(prefix: "refused-"))
  func aDamagedPictureIsThePicturesFault(_ name: String) throws {
    let error = try refusal(of: name, as: Self.panel())
    guard case .picture(let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)" == "\(reason)")
  }

  @Test(arguments: ["color420.jpg", "progressive.jpg", "rgb8.png", "rgb8-interlaced.png"])
  func aPictureThatEndsEarlyIsRefused(_ name: String) throws {
    let bytes = Fixture.bytes(name)
    let capability = try Self.panel()
    for count in [0, 1, 8, bytes.count / 2, bytes.count - 1] {
      let picture = try PictureFile(Array(bytes[..<count]))
      let error = #expect(throws: RenderError.self) {
        _ = try Renderer().render(picture, as: capability)
      }
      guard case .picture = error else {
        Issue.record("\(count) bytes: \(String(describing: error))")
        return
      }
    }
  }

  @Test func aPictureOverTheLimitsIsRefused() throws {
    let renderer = Renderer(limits: DecodeLimits(pixelCount: 142))
    let error = try refusal(as: Self.panel(), by: renderer)
    guard case .picture(.tooManyPixels(declared: 143, limit: 142)) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func aFullDiskIsTheOutputsFault() throws {
    let picture = try PictureFile(fixture: "rgb8.png")
    let error = #expect(throws: RenderError.self) {
      _ = try Renderer().render(
        original: picture.descriptor, as: Self.panel(), into: [FullOutput()])
    }
    guard case .output("no room") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
