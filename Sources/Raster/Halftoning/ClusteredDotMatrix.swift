/// The classical clustered dot of 8 × 8 at 45 degrees, as textbooks and open programs print it: every
/// number 0…63 once, spirals from the middles of two light and two dark squares of 4 × 4.
enum ClusteredDotMatrix {
  /// Row after row.
  static let values: [Int32] = [
    24, 10, 12, 26, 35, 47, 49, 37,
    8, 0, 2, 14, 45, 59, 61, 51,
    22, 6, 4, 16, 43, 57, 63, 53,
    30, 20, 18, 28, 33, 41, 55, 39,
    34, 46, 48, 36, 25, 11, 13, 27,
    44, 58, 60, 50, 9, 1, 3, 15,
    42, 56, 62, 52, 23, 7, 5, 17,
    32, 40, 54, 38, 31, 21, 19, 29,
  ]
}
