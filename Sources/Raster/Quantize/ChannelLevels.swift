/// The shades that one channel of 1…16 bits can show, ascending from dark to light.
struct ChannelLevels {
  /// Bits of a code, 1…16.
  let bits: Int
  /// The highest code.
  var highest: Int { (1 << bits) - 1 }

  init(bits: Int) { self.bits = bits }

  /// Code of an encoded value: floor(encoded·highest + ½), from all 16 bits.
  func code(encoded: UInt16) -> UInt16 {
    UInt16(truncatingIfNeeded: (2 * Int(encoded) * highest + 65_535) / 131_070)
  }

  /// Linear light of every level: a code is shown as round(code·255/highest), an 8-bit sRGB value.
  /// - Precondition: at most 8 bits.
  func linearLevels() -> [Int32] {
    precondition(bits <= 8, "levels of \(bits) bits are never halftoned")
    return (0...highest).map { code in
      Int32(LinearLight.linear(code: UInt8((2 * code * 255 + highest) / (2 * highest))))
    }
  }

  /// The level nearest to each linear value, 65,536 entries; a tie goes to the lighter one.
  func nearestLevels() -> [UInt16] {
    let levels = linearLevels()
    var level = 0
    return (0...65_535).map { (value: Int32) in
      while level < highest, 2 * value >= levels[level] + levels[level + 1] { level += 1 }
      return UInt16(truncatingIfNeeded: level)
    }
  }
}
