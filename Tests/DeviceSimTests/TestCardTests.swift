import Capabilities
import Testing

@testable import DeviceSim

@Suite struct TestCardTests {
  /// R G B C M Y K W for the colours of the patches, "." for white, "#" for black, "+" for grays.
  private func letters(_ image: PanelImage) -> [String] {
    let names: [RGB8: Character] = [
      RGB8(red: 255, green: 0, blue: 0): "R", RGB8(red: 0, green: 255, blue: 0): "G",
      RGB8(red: 0, green: 0, blue: 255): "B", RGB8(red: 0, green: 255, blue: 255): "C",
      RGB8(red: 255, green: 0, blue: 255): "M", RGB8(red: 255, green: 255, blue: 0): "Y",
      .black: "#", .white: ".",
    ]
    return (0..<image.height).map { y in
      String((0..<image.width).map { x in names[image[x, y]] ?? "+" })
    }
  }

  @Test func smallestUsefulCard() {
    #expect(
      letters(TestCard.draw(width: 16, height: 16)) == [
        "################",
        "#..............#",
        "#..###...####..#",
        "#.#...#..#...#.#",
        "#.#...#..#...#.#",
        "#.#####..####..#",
        "#.#...#..#...#.#",
        "#.#...#..#...#.#",
        "#.#...#..####..#",
        "#.RGGBCCMYY#...#",
        "#.RGGBCCMYY#...#",
        "#.RGGBCCMYY#...#",
        "#.#++++++++++..#",
        "#.#++++++++++..#",
        "#..............#",
        "################",
      ])
  }

  @Test func checkersWhereNothingElseFits() {
    #expect(letters(TestCard.draw(width: 1, height: 1)) == ["#"])
    #expect(letters(TestCard.draw(width: 3, height: 2)) == ["#.#", ".#."])
  }

  @Test func everySizeIsDrawnWithItsBorder() {
    for width in 1...48 {
      for height in 1...48 {
        let card = TestCard.draw(width: width, height: height)
        #expect(card.width == width && card.height == height)
        guard width >= 5, height >= 5 else { continue }
        let edges = (0..<width).flatMap { [card[$0, 0], card[$0, height - 1]] }
        let sides = (0..<height).flatMap { [card[0, $0], card[width - 1, $0]] }
        #expect((edges + sides).allSatisfy { $0 == .black }, "\(width)x\(height)")
      }
    }
  }

  @Test(arguments: [(4_096, 1), (1, 4_096), (4_096, 20), (20, 4_096), (4_096, 60), (60, 4_096)])
  func extremes(width: Int, height: Int) {
    let card = TestCard.draw(width: width, height: height)
    #expect(card.pixels.count == width * height * 3)
  }

  private static let panels = [
    (16, 16), (32, 32), (64, 32), (128, 64), (296, 128), (400, 300), (240, 240), (576, 800),
    (800, 480),
  ]

  /// All corners of the colour cube are there, and no turn or reflection looks the same.
  @Test(arguments: panels)
  func tellsColorsAndSides(width: Int, height: Int) {
    let card = TestCard.draw(width: width, height: height)
    let rows = letters(card)
    let found = Set(rows.joined())
    #expect(found.isSuperset(of: "RGBCMY#.+"))
    let mirrored = rows.map { String($0.reversed()) }
    #expect(rows != mirrored)
    #expect(rows != rows.reversed())
    #expect(rows != mirrored.reversed())
    // With the colours reduced to black and white, too.
    let ink = rows.map { row in String(row.map { $0 == "#" ? "#" : "." }) }
    let mirroredInk = ink.map { String($0.reversed()) }
    #expect(ink != mirroredInk)
    #expect(ink != ink.reversed())
    #expect(ink != mirroredInk.reversed())
  }

  @Test func smoothRampHasEveryGray() {
    let card = TestCard.draw(width: 800, height: 480)
    var grays: Set<UInt8> = []
    for y in 0..<card.height {
      for x in 0..<card.width {
        let color = card[x, y]
        if color.red == color.green, color.green == color.blue { grays.insert(color.red) }
      }
    }
    #expect(grays == Set(0...255))
  }

  @Test func drawsLetters() {
    var canvas = Canvas(width: 12, height: 8)
    canvas.text("Ax", x: 0, y: 0, scale: 1, .black)
    #expect(
      picture(canvas.image) == [
        ".###........", "#...#.......", "#...#.#...#.", "#####..#.#..", "#...#...#...",
        "#...#..#.#..", "#...#.#...#.", "............",
      ])
  }

  @Test func fontHasWhatTheCardWrites() {
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789x" {
      let rows = BitmapFont.rows(of: letter)
      #expect(rows?.count == BitmapFont.height)
      #expect(rows?.allSatisfy { $0 < 32 } == true)
    }
    #expect(BitmapFont.rows(of: " ") == nil)
    #expect(BitmapFont.width(of: "") == 0)
    #expect(BitmapFont.width(of: "AB") == 11)
  }

  @Test func pointsUp() {
    for (width, height) in [(1, 1), (2, 3), (5, 7), (6, 14), (40, 56)] {
      var canvas = Canvas(width: width, height: height)
      canvas.arrowUp(Box(x: 0, y: 0, width: width, height: height), .black)
      let rows = picture(canvas.image)
      #expect(rows == rows.map { String($0.reversed()) })
    }
    var canvas = Canvas(width: 5, height: 7)
    canvas.arrowUp(Box(x: 0, y: 0, width: 5, height: 7), .black)
    #expect(
      picture(canvas.image) == ["..#..", ".###.", "#####", "..#..", "..#..", "..#..", "..#.."])
  }

  @Test func drawsNothingOutside() {
    var canvas = Canvas(width: 2, height: 2)
    canvas.text("W", x: -3, y: -3, scale: 2, .black)
    canvas.frame(Box(x: -5, y: -5, width: 20, height: 20), .black)
    canvas.fill(Box(x: 5, y: 5, width: 3, height: 3), .black)
    canvas.text("A", centredIn: Box(x: 0, y: 0, width: 2, height: 2), scale: 1, .black)
    #expect(canvas.image.pixels.count == 12)
  }

  @Test func columnsShareEveryPixel() {
    for width in 0...40 {
      for count in 1...8 {
        let boxes = Box(x: 3, y: 0, width: width, height: 1).columns(count, gap: 1)
        #expect(boxes.count == count)
        #expect(boxes.map(\.width).reduce(0, +) == max(0, width - count + 1))
      }
    }
  }
}
