import Capabilities
import Testing

@testable import Raster

struct GeometryTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let picture: (Int, Int)
    let device: (Int, Int)
    var fit = Fit.standard
    var resolution = Resolution.unknown
    var orientation = Orientation.topLeft
    let scaled: (Int, Int)
    let columns: Range<Int>
    let rows: Range<Int>
    let position: (Int, Int)
    var form: (Int, Int)?
    var turn = Orientation.topLeft

    var testDescription: String { "\(picture) on \(device), \(fit.mode.word) \(fit.gravity.word)" }
  }

  static let margins = Fit.Margins(left: 10, top: 20, right: 30, bottom: 40)

  static let cases = [
    // Contain: 800/400 < 480/200, so the width decides; 200·800/400 = 400.
    Case(
      picture: (400, 200), device: (800, 480), scaled: (800, 400), columns: 0..<800, rows: 0..<400,
      position: (0, 40)),
    // Half up: 3·100/200 = 1.5 becomes 2; (4 − 2) / 2.
    Case(
      picture: (200, 3), device: (100, 4), scaled: (100, 2), columns: 0..<100, rows: 0..<2,
      position: (0, 1)),
    // At least 1.
    Case(
      picture: (1_000, 1), device: (10, 10), scaled: (10, 1), columns: 0..<10, rows: 0..<1,
      position: (0, 4)),
    Case(
      picture: (1, 1), device: (1, 1), scaled: (1, 1), columns: 0..<1, rows: 0..<1,
      position: (0, 0)),
    Case(
      picture: (1, 1), device: (65_535, 1), scaled: (1, 1), columns: 0..<1, rows: 0..<1,
      position: (32_767, 0)),
    Case(
      picture: (3, 1), device: (65_535, 1), fit: Fit(mode: .stretch), scaled: (65_535, 1),
      columns: 0..<65_535, rows: 0..<1, position: (0, 0)),
    // Cover: the height decides, 400·480/200 = 960; −160 halved.
    Case(
      picture: (400, 200), device: (800, 480), fit: Fit(mode: .cover), scaled: (960, 480),
      columns: 80..<880, rows: 0..<480, position: (0, 0)),
    Case(
      picture: (400, 200), device: (800, 480), fit: Fit(mode: .cover, gravity: .east),
      scaled: (960, 480), columns: 160..<960, rows: 0..<480, position: (0, 0)),
    Case(
      picture: (400, 200), device: (800, 480), fit: Fit(mode: .cover, gravity: .northWest),
      scaled: (960, 480), columns: 0..<800, rows: 0..<480, position: (0, 0)),
    Case(
      picture: (200, 400), device: (800, 480), fit: Fit(mode: .cover, gravity: .south),
      scaled: (800, 1_600), columns: 0..<800, rows: 1_120..<1_600, position: (0, 0)),
    // Offsets floor towards minus infinity: (4 − 7) / 2 = −1.5 becomes −2.
    Case(
      picture: (7, 4), device: (4, 7), fit: Fit(mode: .none), scaled: (7, 4), columns: 2..<6,
      rows: 0..<4, position: (0, 1)),
    Case(
      picture: (7, 4), device: (4, 7), fit: Fit(mode: .none, gravity: .southEast), scaled: (7, 4),
      columns: 3..<7, rows: 0..<4, position: (0, 3)),
    Case(
      picture: (7, 4), device: (4, 7), fit: Fit(mode: .none, gravity: .north), scaled: (7, 4),
      columns: 2..<6, rows: 0..<4, position: (0, 0)),
    Case(
      picture: (30, 20), device: (100, 100), fit: Fit(mode: .shrink, gravity: .southWest),
      scaled: (30, 20), columns: 0..<30, rows: 0..<20, position: (0, 80)),
    Case(
      picture: (300, 200), device: (100, 100), fit: Fit(mode: .shrink, gravity: .northEast),
      scaled: (100, 67), columns: 0..<100, rows: 0..<67, position: (0, 0)),
    // Margins: 60 × 40 remain of 100 × 100.
    Case(
      picture: (10, 10), device: (100, 100), fit: Fit(margins: margins), scaled: (40, 40),
      columns: 0..<40, rows: 0..<40, position: (20, 20)),
    // Twice as many dots across: a square picture is twice as wide in dots.
    Case(
      picture: (10, 10), device: (100, 100), resolution: Resolution(x: 200, y: 100),
      scaled: (100, 50), columns: 0..<100, rows: 0..<50, position: (0, 25)),
    Case(
      picture: (10, 10), device: (100, 100), fit: Fit(mode: .none),
      resolution: Resolution(x: 200, y: 100), scaled: (10, 10), columns: 0..<10, rows: 0..<10,
      position: (45, 45)),
    Case(
      picture: (10, 10), device: (100, 100), fit: Fit(mode: .shrink),
      resolution: Resolution(x: 200, y: 100), scaled: (10, 5), columns: 0..<10, rows: 0..<5,
      position: (45, 47)),
    // The picture's own orientation, then the fit's.
    Case(
      picture: (20, 10), device: (100, 100), orientation: .rightTop, scaled: (50, 100),
      columns: 0..<50, rows: 0..<100, position: (25, 0), turn: .rightTop),
    Case(
      picture: (20, 10), device: (100, 100), fit: Fit(rotation: .clockwise90),
      orientation: .rightTop, scaled: (100, 50), columns: 0..<100, rows: 0..<50,
      position: (0, 25), turn: .bottomRight),
    Case(
      picture: (20, 10), device: (50, 100), fit: Fit(rotation: .automatic), scaled: (50, 100),
      columns: 0..<50, rows: 0..<100, position: (0, 0), turn: .rightTop),
    // As well upright as turned: not turned.
    Case(
      picture: (20, 10), device: (50, 50), fit: Fit(rotation: .automatic), scaled: (50, 25),
      columns: 0..<50, rows: 0..<25, position: (0, 12)),
    // Rolls: the width is filled, the height follows, margins add rows.
    Case(
      picture: (20, 30), device: (100, 0), fit: Fit(mode: .stretch, margins: margins),
      scaled: (60, 90), columns: 0..<60, rows: 0..<90, position: (10, 20), form: (100, 150)),
    Case(
      picture: (20, 30), device: (10, 0), fit: Fit(mode: .cover, rotation: .automatic),
      scaled: (10, 15), columns: 0..<10, rows: 0..<15, position: (0, 0), form: (10, 15)),
    Case(
      picture: (20, 30), device: (10, 0), fit: Fit(mode: .none), scaled: (20, 30),
      columns: 5..<15, rows: 0..<30, position: (0, 0), form: (10, 30)),
    Case(
      picture: (20, 30), device: (100, 0), fit: Fit(mode: .shrink, gravity: .east),
      scaled: (20, 30), columns: 0..<20, rows: 0..<30, position: (80, 0), form: (100, 30)),
    Case(
      picture: (20, 30), device: (10, 0), resolution: Resolution(x: 100, y: 200), scaled: (10, 30),
      columns: 0..<10, rows: 0..<30, position: (0, 0), form: (10, 30)),
  ]

  @Test(arguments: cases)
  func placesPictures(given: Case) throws {
    let capability = try Capability(
      size: PanelSize(width: given.device.0, height: given.device.1),
      resolution: given.resolution, color: gray(1), fit: given.fit)
    let geometry = try Geometry(
      pictureWidth: given.picture.0, pictureHeight: given.picture.1,
      orientation: given.orientation, capability: capability)
    #expect(geometry.scaledWidth == given.scaled.0)
    #expect(geometry.scaledHeight == given.scaled.1)
    #expect(geometry.visibleColumns == given.columns)
    #expect(geometry.visibleRows == given.rows)
    #expect(geometry.left == given.position.0)
    #expect(geometry.top == given.position.1)
    #expect(geometry.formWidth == (given.form ?? given.device).0)
    #expect(geometry.formHeight == (given.form ?? given.device).1)
    #expect(geometry.turn == given.turn)
  }

  @Test(arguments: [
    // Shrunk by s, at least twice the target must be left: 8·2·100 = 1,600.
    ((1_600, 1_600), 8), ((1_599, 1_600), 4), ((800, 1_000), 4), ((799, 799), 2), ((400, 400), 2),
    ((399, 399), 1), ((100, 100), 1), ((50, 50), 1),
  ])
  func leavesTheLastFactorOfTwo(picture: (Int, Int), shrink: Int) throws {
    let capability = try Capability(
      size: PanelSize(width: 100, height: 100), color: gray(1), fit: Fit(mode: .stretch))
    let geometry = try Geometry(
      pictureWidth: picture.0, pictureHeight: picture.1, orientation: .topLeft,
      capability: capability)
    #expect(geometry.shrink == shrink)
  }

  @Test func turnsTheTargetForTheReduction() throws {
    // On the panel 100 × 10, in the stored frame 10 × 100.
    let capability = try Capability(
      size: PanelSize(width: 100, height: 10), color: gray(1), fit: Fit(mode: .stretch))
    let geometry = try Geometry(
      pictureWidth: 160, pictureHeight: 1_600, orientation: .rightTop, capability: capability)
    #expect(geometry.shrink == 8)
  }

  @Test func refusesWhatPassesALimit() throws {
    func geometry(_ width: Int, _ height: Int, _ capability: Capability) throws -> Geometry {
      try Geometry(
        pictureWidth: width, pictureHeight: height, orientation: .topLeft, capability: capability)
    }
    let roll = try Capability(size: PanelSize(width: 100, height: 0), color: gray(1))
    #expect(try geometry(1, 655, roll).formHeight == 65_500)
    #expect(
      throws: GeometryError.formTooLarge(
        .formTooLarge(quantity: "rows", value: 65_600, limit: 65_535))
    ) { try geometry(1, 656, roll) }
    let wide = try Capability(size: PanelSize(width: 65_535, height: 0), color: gray(1))
    #expect(
      throws: GeometryError.formTooLarge(
        .formTooLarge(quantity: "pixels", value: 65_535 * 1_025, limit: 67_108_864))
    ) { try geometry(65_535, 1_025, wide) }
    #expect(throws: GeometryError.pictureSide(value: 0, limit: 1_000_000)) {
      try geometry(0, 1, roll)
    }
    #expect(throws: GeometryError.pictureSide(value: 1_000_001, limit: 1_000_000)) {
      try geometry(1, 1_000_001, roll)
    }
    let cover = try Capability(
      size: PanelSize(width: 65_535, height: 1), color: gray(1), fit: Fit(mode: .cover))
    #expect(throws: GeometryError.scaledSide(value: 65_535_000_000, limit: 2_147_483_647)) {
      try geometry(1, 1_000_000, cover)
    }
  }
}
