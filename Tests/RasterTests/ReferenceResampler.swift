import Foundation

/// Lanczos-3 as the book has it, in double precision, two dimensions at once, sample by sample.
struct ReferenceResampler {
  /// Weights of one output sample over all source samples.
  static func weights(
    output: Int, pictureSide: Int, shrink: Int, scaledSide: Int, sourceCount: Int
  ) -> [Double] {
    let ratio = Double(pictureSide) / Double(shrink) / Double(scaledSide)
    let center = (Double(output) + 0.5) * ratio
    let stretch = max(1, ratio)
    let raw = (0..<sourceCount).map { sample -> Double in
      let x = abs((Double(sample) + 0.5 - center) / stretch)
      if x < 1e-12 { return 1 }
      if x >= 3 { return 0 }
      return sin(.pi * x) / (.pi * x) * (sin(.pi * x / 3) / (.pi * x / 3))
    }
    let sum = raw.reduce(0, +)
    return raw.map { $0 / sum }
  }

  /// One gray picture, the whole scaled size.
  static func scale(
    _ rows: [[UInt16]], picture: (width: Int, height: Int), shrink: Int,
    scaled: (width: Int, height: Int)
  ) -> [[Double]] {
    let across = (0..<scaled.width).map {
      weights(
        output: $0, pictureSide: picture.width, shrink: shrink, scaledSide: scaled.width,
        sourceCount: rows[0].count)
    }
    let narrow = rows.map { row in
      across.map { weights in zip(weights, row).reduce(0) { $0 + $1.0 * Double($1.1) } }
    }
    return (0..<scaled.height).map { y in
      let down = weights(
        output: y, pictureSide: picture.height, shrink: shrink, scaledSide: scaled.height,
        sourceCount: rows.count)
      return (0..<scaled.width).map { x in
        let sum = zip(down, narrow).reduce(0) { $0 + $1.0 * $1.1[x] }
        return min(max(sum, 0), 65_535)
      }
    }
  }
}
