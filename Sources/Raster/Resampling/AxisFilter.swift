/// The Lanczos-3 filter along one axis: which source samples make an output sample, and with what
/// weights (spec/FORMS.md, "Resampling").
struct AxisFilter {
  /// The weights' sum, 1.0 in Q14.
  static let one = 16_384
  /// The filter's half width, in output pixels when it shrinks and in source pixels otherwise.
  static let lobes = 3.0

  /// Source samples along the axis, after the reduction by boxes.
  let sourceCount: Int
  /// Twice the source position of output sample i is (2i + 1)·pictureSide / denominator − 1.
  private let pictureSide: Int
  private let denominator: Int

  /// - Parameters:
  ///   - pictureSide: pixels of the picture along the axis, before it was reduced.
  ///   - shrink: side of the boxes that it was reduced by: 1, 2, 4 or 8.
  ///   - scaledSide: pixels of the whole scaled picture.
  init(pictureSide: Int, shrink: Int, scaledSide: Int) {
    sourceCount = (pictureSide + shrink - 1) / shrink
    self.pictureSide = pictureSide
    denominator = shrink * scaledSide
  }

  /// True when every output sample is the source sample of the same index.
  var isIdentity: Bool { pictureSide == denominator }

  /// Source samples an output sample; above 1 when shrinking.
  private var ratio: Double { Double(pictureSide) / Double(denominator) }

  /// True when every source sample falls within few output samples' filters, 7 at most.
  var shrinks: Bool { pictureSide >= denominator }

  /// The weights of one output sample.
  ///
  /// The filter is cut off at the picture's edges and what remains is brought to the sum 1. Weight k
  /// is round(C_k) − round(C_(k−1)), C being the running sum in Q14: so the weights' sum is exact,
  /// and a flat field stays what it is.
  /// - Parameter index: of the whole scaled picture, 0..<scaledSide.
  func weights(at index: Int) -> FilterWeights {
    let stretch = max(1, ratio)
    // Both factors are below 2^32 and 2^21 (Geometry's limits), so the product is exact.
    let center = Double((2 * index + 1) * pictureSide) / Double(2 * denominator) - 0.5
    let support = Self.lobes * stretch
    let first = max(0, Int((center - support).rounded(.up)))
    let last = min(sourceCount - 1, Int((center + support).rounded(.down)))
    let exact = (first...last).map { Self.lanczos((Double($0) - center) / stretch) }
    let scale = Double(Self.one) / exact.reduce(0, +)
    var running = 0.0
    var sum = 0
    let rounded = exact.map { weight in
      running += weight
      let next = Int((running * scale + 0.5).rounded(.down))
      defer { sum = next }
      return Int16(truncatingIfNeeded: next - sum)
    }
    return FilterWeights(earliest: first, rounded)
  }

  /// sinc(x)·sinc(x/3) for |x| ≤ 3; with s = sin(πx/3), sin(πx) is 3s − 4s³.
  private static func lanczos(_ x: Double) -> Double {
    guard x != 0 else { return 1 }
    let sine = ElementaryFunctions.sinePi(x / 3)
    let square = sine * sine
    return 3 * square * (3 - 4 * square) / (Double.pi * Double.pi * x * x)
  }
}

/// The source samples of one output sample.
struct FilterWeights: Equatable {
  /// Index of the first source sample that the filter reaches; ascends from output to output.
  let earliest: Int
  /// Index of the first source sample whose weight is not zero.
  let first: Int
  /// Q14, sum 16,384, neither the first nor the last zero.
  let weights: [Int16]

  /// Index of the last source sample whose weight is not zero.
  var last: Int { first + weights.count - 1 }

  /// - Parameter weights: from source sample `earliest` on, sum 16,384.
  init(earliest: Int, _ weights: [Int16]) {
    // The sum is not zero, so one of the weights is not.
    let start = weights.firstIndex { $0 != 0 } ?? 0
    let end = weights.lastIndex { $0 != 0 } ?? weights.count - 1
    self.earliest = earliest
    first = earliest + start
    self.weights = Array(weights[start...end])
  }

  /// The weight of a source sample.
  subscript(sample: Int) -> Int32 {
    first <= sample && sample <= last ? Int32(weights[sample - first]) : 0
  }
}
