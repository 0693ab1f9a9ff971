/// How `auto` moves the thresholds of Floyd–Steinberg (spec/FORMS.md, "auto"): to every value a
/// little is added before its level is chosen, and to its error nothing.
///
/// Rows in turn, up and down, break up the worms of rows that all run one way. Half of what the
/// target is above the middle is taken away: that takes back what error diffusion sharpens, and lets dots come sooner after an edge.
struct ThresholdMoves {
  /// Between the darkest and the lightest colour.
  private let middle: SIMD4<Int32>
  /// What even rows add and odd ones take away.
  private let ofRows: SIMD4<Int32>
  /// How often both are halved.
  private let halvings: Int32

  /// Of a palette: halved until every entry, without any error, is shown as itself.
  init(_ matcher: PaletteMatcher) {
    let (darkest, lightest) = (matcher.darkest, matcher.lightest)
    let middle = (darkest &+ lightest &+ SIMD4(1, 1, 1, 0)) &>> 1
    let ofRows = (lightest &- darkest &+ SIMD4(32, 32, 32, 0)) &>> 6
    var matcher = matcher
    var halvings: Int32 = 0
    // After 14 halvings no move is left but the rounding's, −1.
    search: while halvings < 14 {
      let moves = ThresholdMoves(middle: middle, ofRows: ofRows, halvings: halvings)
      for (index, entry) in matcher.entries.enumerated() {
        for row in 0...1 {
          let shown = matcher.nearest(to: entry &+ moves.move(wanted: entry, rowIndex: row))
          guard matcher.entries[shown] == matcher.entries[index] else {
            halvings += 1
            continue search
          }
        }
      }
      break
    }
    self.init(middle: middle, ofRows: ofRows, halvings: halvings)
  }

  private init(middle: SIMD4<Int32>, ofRows: SIMD4<Int32>, halvings: Int32) {
    self.middle = middle
    self.ofRows = ofRows
    self.halvings = halvings
  }

  /// What is added to a pixel's value: at most 17,408 either way, and 0 in the fourth channel.
  /// - Parameter wanted: the target, without errors.
  func move(wanted: SIMD4<Int32>, rowIndex: Int) -> SIMD4<Int32> {
    let ofRow = rowIndex.isMultiple(of: 2) ? ofRows : 0 &- ofRows
    return (ofRow &- (wanted &- middle) &>> 1) &>> halvings
  }

  /// What rows of one bit of gray add: the same for black and white.
  static func ofRow(_ rowIndex: Int) -> Int32 {
    rowIndex.isMultiple(of: 2) ? 1_024 : -1_024
  }
}
