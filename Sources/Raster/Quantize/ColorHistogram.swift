/// The colours of a picture, counted in cells of encoded red, green and blue.
///
/// Cells are as fine as their number allows: single 8-bit colours while there are few, half as many
/// steps a channel whenever there are too many. What comes out does not depend on the order in which
/// pixels came.
struct ColorHistogram: Sendable {
  /// One cell.
  struct Cell: Sendable {
    /// Upper bits of the 8-bit sRGB colours: red, green and blue in bytes of their own.
    var key: Int
    /// Pixels.
    var count = 0
    /// Linear light of all pixels.
    var sum = SIMD3(0, 0, 0)
  }

  /// The most cells.
  static let cellLimit = 8_192
  private static let slotCount = 4 * cellLimit

  /// About what a histogram and the choice of a palette from it take.
  static let byteCount = 2 << 20

  /// Bits of a channel that tell cells apart, 8 at first; 4 leave 4,096 cells at the most.
  private(set) var bits = 8
  private var cells: [Cell] = []
  /// Indices of ``cells`` by hash of the key, −1 where there is none.
  private var slots = Array(repeating: Int32(-1), count: slotCount)
  /// The cell of the pixel before.
  private var latest = 0
  /// The 8-bit code of each linear value.
  private let codes: [UInt8]

  init() {
    let levels = ChannelLevels(bits: 8)
    codes = LinearLight.encodedTable.map { UInt8(levels.code(encoded: $0)) }
    cells.reserveCapacity(Self.cellLimit + 1)
  }

  /// Counts a planar row of red, green and blue, linear light.
  mutating func add(_ row: [UInt16]) {
    let width = row.count / 3
    for x in 0..<width {
      let light = (row[x], row[width + x], row[2 * width + x])
      let colour = (codes[Int(light.0)], codes[Int(light.1)], codes[Int(light.2)])
      let place = place(of: key(colour))
      cells[place].count += 1
      cells[place].sum &+= SIMD3(Int(light.0), Int(light.1), Int(light.2))
      while cells.count > Self.cellLimit { coarsen() }
    }
  }

  /// Cells that hold any pixel.
  var cellCount: Int { cells.count }

  /// Ascending by key.
  func sortedCells() -> [Cell] { cells.sorted { $0.key < $1.key } }

  private func key(_ colour: (UInt8, UInt8, UInt8)) -> Int {
    let shift = UInt8(8 - bits)
    return Int(colour.0 >> shift) << 16 | Int(colour.1 >> shift) << 8 | Int(colour.2 >> shift)
  }

  /// The cell of a key, made when it is new.
  private mutating func place(of key: Int) -> Int {
    // Neighbours often have one colour.
    if latest < cells.count, cells[latest].key == key { return latest }
    var place = 0
    defer { latest = place }
    // Knuth's multiplicative hash: the upper bits of the lower 32.
    var slot = (key &* 2_654_435_761) >> 17 & (Self.slotCount - 1)
    while slots[slot] >= 0 {
      place = Int(slots[slot])
      if cells[place].key == key { return place }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    place = cells.count
    slots[slot] = Int32(place)
    cells.append(Cell(key: key))
    return place
  }

  /// Merges cells into those of one bit less a channel.
  private mutating func coarsen() {
    bits -= 1
    let finer = cells
    cells.removeAll(keepingCapacity: true)
    for slot in slots.indices { slots[slot] = -1 }
    for cell in finer {
      let place = place(of: cell.key >> 1 & 0x7F7F7F)
      cells[place].count += cell.count
      cells[place].sum &+= cell.sum
    }
  }
}
