import Capabilities
import Testing

@testable import Profiles

private func profile(_ json: String) throws(ProfileError) -> Profile {
  try Profile(json: Array(json.utf8), file: "x.json")
}

/// A profile of an 8 × 8 gray panel with `members` added.
private func panel(_ members: String) -> String {
  #"{"name":"x","size":{"width":8,"height":8},"color":{"model":"gray","bits":1},"# + members + "}"
}

@Suite struct ProfileReadingTests {
  @Test func readsEveryKey() throws {
    let read = try profile(
      """
      { "name": "everything",
        "size": { "width": 800, "height": 480 },
        "resolution": { "x": 124, "y": 125 },
        "color": { "model": "palette", "bits": 2, "entries": [
            { "code": 0, "rgb": "#000000" }, { "code": 2, "rgb": "#FFffFF" },
            { "code": 3, "rgb": "#c0281c" } ] },
        "layout": { "bitOrder": "lsb", "rowAlign": 4, "padBit": 1, "scan": "rows",
          "mirror": "both", "planes": "planar-high-first", "split": 400, "byteOrder": "big" },
        "fit": { "mode": "cover", "gravity": "south-west", "background": "#102030", "rotate": 270,
          "margins": { "left": 1, "top": 2, "right": 3, "bottom": 4 } },
        "tone": { "gamma": 2.2, "contrast": -5, "brightness": 6 },
        "halftone": { "method": "atkinson", "strength": 50, "serpentine": false,
          "keepEdges": true },
        "container": { "id": "raw" },
        "codecs": [ { "id": "identity" }, { "id": "packbits" }, { "id": "zlib", "window": 12 } ],
        "limits": { "maxBytes": 4294967295 },
        "device": { "hardware": "ESP32", "ram": 320000, "links": ["wifi", null, true] } }
      """)
    let expected = try Capability(
      size: PanelSize(width: 800, height: 480), resolution: Resolution(x: 124, y: 125),
      color: .palette(
        PaletteColor(
          bits: 2,
          entries: [
            .init(code: 0, rgb: RGB8(red: 0, green: 0, blue: 0)), .init(code: 2, rgb: .white),
            .init(code: 3, rgb: RGB8(red: 0xC0, green: 0x28, blue: 0x1C)),
          ])),
      layout: Layout(
        bitOrder: .lsb, rowAlign: 4, padBit: 1, mirror: .both, planes: .planarHighFirst,
        split: 400),
      fit: Fit(
        mode: .cover, gravity: .southWest, background: RGB8(red: 16, green: 32, blue: 48),
        rotation: .clockwise270, margins: .init(left: 1, top: 2, right: 3, bottom: 4)),
      tone: Tone(gamma256: 563, contrast: -5, brightness: 6),
      halftone: Halftone(method: .atkinson, strength: 50, serpentine: false, keepEdges: true),
      codecs: [.identity, .packBits, .zlib(windowBits: 12)], limits: Limits(maxBytes: 4_294_967_295)
    )
    #expect(read.name == "everything")
    #expect(read.alternatives == [expected])
    #expect(
      read.device == [
        "hardware": .string("ESP32"), "ram": .number(320_000),
        "links": .array([.string("wifi"), .null, .bool(true)]),
      ])
  }

  @Test func absentKeysAreDefaults() throws {
    let plain = try Capability(size: PanelSize(width: 8, height: 8), color: .gray(.init(bits: 1)))
    #expect(try profile(panel(#""device":{}"#)).alternatives == [plain])
    let empty = #""layout":{},"fit":{"margins":{}},"tone":{},"halftone":{},"limits":{}"#
    #expect(try profile(panel(empty)).alternatives == [plain])
    let identity = #""codecs":[{"id":"identity"}],"container":{"id":"raw"}"#
    #expect(try profile(panel(identity)).alternatives == [plain])
  }

  // Ties are exact multiples of 1/512 and go up.
  @Test(arguments: [
    ("1", 256), ("0.1", 26), ("10", 2_560), ("2.2", 563), ("1.001953125", 257),
    ("1.0019531249", 256), ("1.005859375", 258), ("1e0", 256),
  ])
  func roundsGamma(text: String, gamma256: Int) throws {
    let read = try profile(panel("\"tone\":{\"gamma\":\(text)}"))
    #expect(read.alternatives[0].tone.gamma256 == gamma256)
  }

  @Test func readsAlternatives() throws {
    let one = #"{"size":{"width":8,"height":0},"color":{"model":"gray","bits":8}}"#
    for count in 1...4 {
      let list = Array(repeating: one, count: count).joined(separator: ",")
      let read = try profile("{\"name\":\"x\",\"alternatives\":[\(list)]}")
      #expect(read.alternatives.count == count)
    }
  }

  @Test(arguments: [
    (#""fit":{"margins":{"left":-1}}"#, "fit.margins.left is -1, allowed is 0…65535"),
    (
      #""colour":{}"#,
      "colour is not known here, known are name, size, resolution, color, layout, fit, tone, "
        + "halftone, container, codecs, limits, device"
    ),
    (
      #""layout":{"bitorder":"lsb"}"#,
      "layout.bitorder is not known here, known are bitOrder, byteOrder, rowAlign, padBit, scan, "
        + "mirror, planes, split"
    ),
    (
      #""layout":{"scan":"pages"}"#,
      "layout.scan is \"pages\", allowed is rows, pages-lsb-top, pages-msb-top, columns"
    ),
    (#""layout":{"padBit":true}"#, "layout.padBit is true or false, not a number"),
    (#""layout":{"padBit":2}"#, "layout.padBit is 2, allowed is 0…1"),
    (#""layout":{"rowAlign":1.5}"#, "layout.rowAlign is 1.5, not a whole number"),
    (#""layout":{"rowAlign":1e300}"#, "layout.rowAlign is 1e+300, not a whole number"),
    (#""layout":[]"#, "layout is an array, not an object"),
    (#""layout":null"#, "layout is null, not an object"),
    (#""halftone":{"serpentine":1}"#, "halftone.serpentine is a number, not true or false"),
    (#""fit":{"rotate":45}"#, "fit.rotate is 45, allowed is 0, 90, 180, 270, \"auto\""),
    (#""fit":{"rotate":"90"}"#, "fit.rotate is \"90\", allowed is 0, 90, 180, 270, \"auto\""),
    (##""fit":{"background":"#fff"}"##, "fit.background is \"#fff\", allowed is #rrggbb"),
    (#""fit":{"background":"ffffff0"}"#, "fit.background is \"ffffff0\", allowed is #rrggbb"),
    (#""tone":{"gamma":0.09}"#, "tone.gamma is 0.09, allowed is 0.1…10"),
    (#""tone":{"gamma":"1"}"#, "tone.gamma is a string, not a number"),
    (#""tone":{"contrast":101}"#, "tone.contrast is 101, allowed is -100…100"),
    (#""codecs":[{"id":"zlib","window":16}]"#, "codecs[0].window is 16, allowed is 9…15"),
    (#""codecs":[{"id":"zlib"}]"#, "codecs[0].window is missing"),
    (
      #""codecs":[{"id":"packbits","window":9}]"#,
      "codecs[0].window is not known here, known are id"
    ),
    (
      #""codecs":[{"id":"lz4"}]"#,
      "codecs[0].id is \"lz4\", allowed is identity, packbits, zlib"
    ),
    (#""codecs":[{"id":"packbits"}]"#, "codecs: identity must be listed, first"),
    (#""codecs":[]"#, "codecs: identity must be listed, first"),
    (
      #""container":{"id":"png","quality":9}"#,
      "container.quality is not known here, known are id"
    ),
    (#""container":{"id":"jpeg"}"#, "container.quality is missing"),
    (
      #""container":{"id":"dymo","prefix":"1b4"}"#,
      "container.prefix is \"1b4\", allowed is two hexadecimal digits a byte"
    ),
    (#""container":{"id":"urf"}"#, "color: urf takes gray of 8 bits and rgb 888"),
    (
      #""limits":{"maxBytes":4294967296}"#,
      "limits.maxBytes is 4294967296, allowed is 0…4294967295"
    ),
    (
      #""alternatives":[]"#,
      "color is not known here, known are name, alternatives, device"
    ),
    (#""device":"ESP32""#, "device is a string, not an object"),
  ])
  func refuses(members: String, message: String) {
    let error = #expect(throws: ProfileError.self) { try profile(panel(members)) }
    #expect(error?.description == "x.json: " + message)
  }

  @Test(arguments: [
    (#"{"name":"x","alternatives":[]}"#, "alternatives is a list of 0, allowed is 1…4"),
    (#"{"name":"x","alternatives":[1,2,3,4,5]}"#, "alternatives is a list of 5, allowed is 1…4"),
    (
      #"{"name":"x","alternatives":[{"size":{"width":0,"height":1},"#
        + #""color":{"model":"gray","bits":1}}]}"#,
      "alternatives[0].size.width is 0, allowed is 1…65535"
    ),
    (
      #"{"name":"x","alternatives":[{"color":{"model":"gray","bits":1}}]}"#,
      "alternatives[0].size is missing"
    ),
    (#"{"name":""}"#, "name is 0 bytes long, allowed is 1…100 bytes"),
    (#"{"name":7}"#, "name is a number, not a string"),
    ("{}", "name is missing"),
    ("[]", "the profile is an array, not an object"),
    (#"{"name":"x","name":"y"}"#, "line 1, column 13: the key \"name\" stands twice"),
    ("{", "line 1, column 2: a key in quotes should be here"),
  ])
  func refusesFile(json: String, message: String) {
    let error = #expect(throws: ProfileError.self) { try profile(json) }
    #expect(error?.description == "x.json: " + message)
  }

  @Test(arguments: [
    (#"{"bits":1}"#, "color.model is missing"),
    (
      #"{"model":"grey"}"#,
      "color.model is \"grey\", allowed is gray, palette, adaptive, rgb, cmyk"
    ),
    (#"{"model":"gray"}"#, "color.bits is missing"),
    (#"{"model":"gray","bits":3}"#, "color.bits is 3, allowed is 1, 2, 4, 8, 16"),
    (#"{"model":"gray","bits":1,"black":2}"#, "color.black is 2, allowed is 0…1"),
    (
      #"{"model":"gray","bits":1,"entries":[]}"#,
      "color.entries is not known here, known are model, bits, black"
    ),
    (#"{"model":"palette","bits":1,"entries":[]}"#, "color.entries count is 0, allowed is 1…256"),
    (#"{"model":"palette","bits":9,"entries":[]}"#, "color.bits is 9, allowed is 1…8"),
    (
      ##"{"model":"palette","bits":1,"entries":[{"code":2,"rgb":"#000000"}]}"##,
      "color.entries[0].code is 2, allowed is 0…1"
    ),
    (#"{"model":"palette","bits":1,"entries":[{"code":0}]}"#, "color.entries[0].rgb is missing"),
    (
      ##"{"model":"palette","bits":1,"entries":[{"code":1,"rgb":"#000000"},"##
        + ##"{"code":0,"rgb":"#ffffff"}]}"##,
      "color.entries: code 0 after 1: codes must ascend"
    ),
    (#"{"model":"adaptive","bits":2,"colors":5}"#, "color.colors is 5, allowed is 2…4"),
    (#"{"model":"rgb","red":5,"green":6,"blue":5}"#, "color.pixelBits is missing"),
    (
      #"{"model":"rgb","red":5,"green":6,"blue":6,"pixelBits":16}"#,
      "color.pixelBits: channels have 17 bits, the pixel 16"
    ),
    (#"{"model":"cmyk","bits":2}"#, "color.bits is 2, allowed is 1, 8"),
  ])
  func refusesColor(color: String, message: String) {
    let error = #expect(throws: ProfileError.self) {
      try profile("{\"name\":\"x\",\"size\":{\"width\":8,\"height\":8},\"color\":\(color)}")
    }
    #expect(error?.description == "x.json: " + message)
  }

  @Test func limitsTheFile() throws {
    let text = panel(#""device":{}"#)
    let padding = String(repeating: " ", count: Profile.byteLimit - text.utf8.count)
    #expect(try profile(text + padding).name == "x")
    let error = #expect(throws: ProfileError.self) { try profile(text + padding + " ") }
    #expect(
      error?.description == "x.json: the profile's byte count is 262145, allowed is 1…262144")
  }

  @Test func findsBuiltInNamesAndSaysWhatIsMissing() throws {
    #expect(try Profile.find("wled-16x16").name == "wled-16x16")
    let error = #expect(throws: ProfileError.self) { try Profile.find("no-such-device") }
    #expect(error?.file == "no-such-device")
    #expect(throws: ProfileError.self) { try Profile.find("/") }
  }
}
