/// A rectangle of pixels; no side is negative.
struct Box: Hashable, Sendable {
  let x: Int
  let y: Int
  let width: Int
  let height: Int

  var isEmpty: Bool { width == 0 || height == 0 }

  /// The box without `margin` pixels on every side; empty when nothing is left.
  func inset(_ margin: Int) -> Box {
    Box(
      x: x + margin, y: y + margin, width: max(0, width - 2 * margin),
      height: max(0, height - 2 * margin))
  }

  /// `count` boxes side by side with `gap` columns between them, as even as whole pixels allow.
  func columns(_ count: Int, gap: Int = 0) -> [Box] {
    let free = max(0, width - gap * (count - 1))
    return (0..<count).map { index in
      let (start, end) = (free * index / count, free * (index + 1) / count)
      return Box(x: x + start + gap * index, y: y, width: end - start, height: height)
    }
  }
}
