internal import Capabilities

/// A picture that tells at one look whether a device's polarity, order, mirror, depth and palette
/// are right: letters in the corners and an arrow up, a border of one pixel, colour patches, gray
/// ramps, checkers and lines of one pixel, and the size in figures.
///
/// What does not fit a small panel is left out, the least telling first.
enum TestCard {
  /// Sides that can be drawn, in pixels.
  static let sides = 1...4_096

  /// The card; `width` and `height` lie in ``sides``.
  static func draw(width: Int, height: Int) -> PanelImage {
    precondition(sides.contains(width) && sides.contains(height))
    var canvas = Canvas(width: width, height: height)
    let paper = Box(x: 0, y: 0, width: width, height: height)
    guard width >= 5, height >= 5 else {
      canvas.paint(paper, checkers)
      return canvas.image
    }
    canvas.frame(paper, .black)
    let side = min(width, height)
    // White around the letters and between the bands, as soon as there is room for it.
    let margin = side >= 14 ? max(1, side / 40) : 0
    let gap = side >= 24 ? margin : 0
    let inside = paper.inset(1 + margin)
    var y = inside.y
    for band in bands(inside: inside, gap: gap) {
      let box = Box(x: inside.x, y: y, width: inside.width, height: band.height)
      canvas.draw(band.content, in: box, gap: gap, size: "\(width)x\(height)")
      y += band.height + gap
    }
    return canvas.image
  }

  /// Black and white pixels in turn, black at the top left.
  static func checkers(_ column: Int, _ row: Int) -> RGB8 {
    (column + row).isMultiple(of: 2) ? .black : .white
  }

  /// What a band shows, from the top of the card to its bottom.
  enum Content: CaseIterable {
    case header, patches, ramp, steps, textures, footer
  }

  struct Band {
    let content: Content
    let height: Int
  }

  /// From the most telling to the least.
  private static let priorities: [Content] = [
    .header, .patches, .ramp, .textures, .footer, .steps,
  ]

  /// The bands that fit, from the top, and how the height is shared among them.
  private static func bands(inside: Box, gap: Int) -> [Band] {
    let letters = letterScale(inside) * BitmapFont.height
    var chosen: [Content: Int] = [:]
    var free = inside.height + gap
    for content in priorities {
      let height = content.minimum(letterRows: letters)
      let isTooNarrow = content.hasLetters && inside.width < 2 * BitmapFont.width + 1
      guard !isTooNarrow, height + gap <= free else { continue }
      chosen[content] = height
      free -= height + gap
    }
    let weights = chosen.keys.map(\.weight).reduce(0, +)
    var shared = 0
    var bands: [Band] = []
    for content in Content.allCases {
      guard let height = chosen[content] else { continue }
      // Cumulated, so that the shares add up to all of the free rows.
      let before = weights == 0 ? 0 : free * shared / weights
      shared += content.weight
      let after = weights == 0 ? 0 : free * shared / weights
      bands.append(Band(content: content, height: height + after - before))
    }
    return bands
  }

  /// Pixels a dot of the corner letters.
  static func letterScale(_ inside: Box) -> Int {
    max(1, min(inside.width / 48, inside.height / 56))
  }
}

extension TestCard.Content {
  /// Corner letters stand at the ends of the header and the footer.
  fileprivate var hasLetters: Bool { self == .header || self == .footer }

  /// The fewest rows that still show something.
  fileprivate func minimum(letterRows: Int) -> Int {
    switch self {
    case .header, .footer: letterRows
    case .patches: 3
    case .ramp, .steps, .textures: 2
    }
  }

  /// The share of the rows that are left.
  fileprivate var weight: Int {
    switch self {
    case .header, .footer: 0
    case .patches: 3
    case .ramp, .steps: 2
    case .textures: 4
    }
  }
}

extension RGB8 {
  static let black = RGB8(red: 0, green: 0, blue: 0)

  /// A gray of this level.
  static func gray(_ level: Int) -> RGB8 {
    let byte = UInt8(clamping: level)
    return RGB8(red: byte, green: byte, blue: byte)
  }
}
