package import Capabilities

/// How the stored picture is turned or reflected before it is shown: the eight values of EXIF's
/// Orientation tag (EXIF 2.32, tag 0x0112), named after the corner where the stored picture's first
/// row and first column are shown.
///
/// The eight are all the ways a rectangle can lie, so a further turn gives one of them again.
package enum Orientation: Int, Sendable, CaseIterable {
  /// As stored.
  case topLeft = 1
  /// Left and right change places.
  case topRight
  /// A half turn.
  case bottomRight
  /// Top and bottom change places.
  case bottomLeft
  /// Rows become columns.
  case leftTop
  /// A quarter turn clockwise.
  case rightTop
  /// Rows become columns, and a half turn.
  case rightBottom
  /// A quarter turn counterclockwise.
  case leftBottom

  /// True when rows become columns. The reflections come after that, in the shown frame.
  package var transposes: Bool { rawValue >= 5 }

  /// True when the shown picture's columns then run from right to left.
  package var mirrorsColumns: Bool {
    switch self {
    case .topRight, .bottomRight, .rightTop, .rightBottom: true
    case .topLeft, .bottomLeft, .leftTop, .leftBottom: false
    }
  }

  /// True when the shown picture's rows then run from bottom to top.
  package var mirrorsRows: Bool {
    switch self {
    case .bottomRight, .bottomLeft, .rightBottom, .leftBottom: true
    case .topLeft, .topRight, .leftTop, .rightTop: false
    }
  }

  /// This orientation, then a turn clockwise; ``Fit/Rotation/automatic`` turns nothing here, since
  /// only ``Geometry`` knows the sizes that decide it.
  package func turned(_ rotation: Fit.Rotation) -> Orientation {
    switch rotation {
    case .none, .automatic: self
    case .clockwise90: turnedQuarter
    case .clockwise180: turnedQuarter.turnedQuarter
    case .clockwise270: turnedQuarter.turnedQuarter.turnedQuarter
    }
  }

  /// A quarter turn clockwise transposes and then mirrors the columns; transposing makes of a
  /// column's mirror a row's.
  private var turnedQuarter: Orientation {
    Orientation(
      transposes: !transposes, mirrorsColumns: !mirrorsRows, mirrorsRows: mirrorsColumns)
  }

  private init(transposes: Bool, mirrorsColumns: Bool, mirrorsRows: Bool) {
    self =
      switch (transposes, mirrorsColumns, mirrorsRows) {
      case (false, false, false): .topLeft
      case (false, true, false): .topRight
      case (false, true, true): .bottomRight
      case (false, false, true): .bottomLeft
      case (true, false, false): .leftTop
      case (true, true, false): .rightTop
      case (true, true, true): .rightBottom
      case (true, false, true): .leftBottom
      }
  }
}
