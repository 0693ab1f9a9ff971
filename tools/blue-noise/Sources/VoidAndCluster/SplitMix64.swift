/// SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number
/// generators", 2014): the same numbers from a seed everywhere.
///
/// What is drawn from it is spelled out here, since the library's `random(in:)` and `shuffled()` may
/// use a generator otherwise in another version.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  /// The numbers 0…count − 1 in random order (Fisher and Yates).
  mutating func permutation(_ count: Int) -> [Int] {
    var numbers = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      let other = Int(next() % UInt64(last + 1))
      numbers.swapAt(last, other)
    }
    return numbers
  }
}
