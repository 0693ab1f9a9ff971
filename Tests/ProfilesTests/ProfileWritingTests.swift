import Capabilities
import Testing

@testable import Profiles

private let gray1 = Color.gray(.init(bits: 1))
private let inked = Color.gray(.init(bits: 1, black: .highest))
private let affixes = Container.Affixes(prefix: [0x1B, 0x40], suffix: [0x0A])

@Suite struct ProfileWritingTests {
  @Test func leavesDefaultsOut() throws {
    let capability = try Capability(size: PanelSize(width: 8, height: 0), color: gray1)
    #expect(
      Profile(name: "x", alternatives: [capability]).json
        == #"{"name":"x","size":{"width":8,"height":0},"color":{"model":"gray","bits":1}}"#)
  }

  @Test func writesAlternativesAndFacts() throws {
    let roll = try Capability(size: PanelSize(width: 8, height: 0), color: gray1)
    let small = try Capability(
      size: PanelSize(width: 4, height: 4), color: inked, tone: Tone(gamma256: 563),
      limits: Limits(maxBytes: 9))
    let profile = Profile(
      name: "x", alternatives: [roll, small],
      device: ["ram": .number(1024), "hardware": .string("a \"b\"\u{1}")])
    #expect(
      profile.json
        == #"{"name":"x","alternatives":[{"size":{"width":8,"height":0},"#
        + #""color":{"model":"gray","bits":1}},{"size":{"width":4,"height":4},"#
        + #""color":{"model":"gray","bits":1,"black":1},"tone":{"gamma":2.19921875},"#
        + #""limits":{"maxBytes":9}}],"device":{"hardware":"a \"b\"\u0001","ram":1024}}"#)
    #expect(try Profile(json: Array(profile.json.utf8), file: "x") == profile)
  }

  @Test func everyGammaSurvives() throws {
    for gamma256 in 26...2_560 {
      let capability = try Capability(
        size: PanelSize(width: 8, height: 8), color: gray1, tone: Tone(gamma256: gamma256))
      let profile = Profile(name: "x", alternatives: [capability])
      #expect(try Profile(json: Array(profile.json.utf8), file: "x") == profile)
    }
  }

  @Test(arguments: [
    Container.raw, .pnm, .bmp, .png, .wbmp, .lvgl, .pwg, .urf,
    .escposGSV0(stripRows: 24, affixes), .escposGS8L(.none), .escposBitImage(affixes),
    .zplGFA(affixes), .zplZ64(affixes), .eplGW(affixes), .tsplBitmap(affixes), .cpclEG(affixes),
    .brotherQL(
      .init(
        modelClass: .ql1050, mediaType: .dieCut, mediaWidth: 62, mediaLength: 100, margin: 0,
        cut: false), affixes),
    .starRaster(affixes), .dymo(affixes), .openEPaperLink, .jpeg(quality: 80),
  ])
  func everyContainerSurvives(container: Container) throws {
    let color: Color =
      switch container.kind {
      case .raw, .bmp, .png, .lvgl, .urf, .jpeg, .pwg: .gray(.init(bits: 8))
      case .wbmp, .eplGW, .tsplBitmap: gray1
      default: inked
      }
    let capability = try Capability(
      size: PanelSize(width: 8, height: 8), resolution: Resolution(x: 300, y: 300), color: color,
      container: container)
    let profile = Profile(name: "x", alternatives: [capability])
    #expect(try Profile(json: Array(profile.json.utf8), file: "x") == profile)
  }

  @Test(arguments: [
    Color.gray(.init(bits: 16, black: .highest)),
    .palette(.init(bits: 8, entries: (0...255).map { .init(code: $0, rgb: .white) })),
    .adaptive(.init(bits: 8, colors: 256, table: .bgra8888)),
    .rgb(.init(red: 6, green: 6, blue: 6, pixelBits: 24, order: .bgr, byteTop: true)),
    .rgb(.init(red: 8, green: 8, blue: 8, alpha: 8, pixelBits: 32)), .cmyk(.init(bits: 1)),
  ])
  func everyColorSurvives(color: Color) throws {
    let capability = try Capability(size: PanelSize(width: 8, height: 8), color: color)
    let profile = Profile(name: "x", alternatives: [capability])
    #expect(try Profile(json: Array(profile.json.utf8), file: "x") == profile)
  }
}
