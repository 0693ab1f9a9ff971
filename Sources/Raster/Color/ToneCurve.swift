internal import Capabilities

/// The descriptor's tone as tables (spec/FORMS.md, "Tone").
struct ToneCurve {
  /// The encoded target of each encoded value, 65,536 entries; `nil` for the identity.
  private let toned: [UInt16]?

  init(_ tone: Tone) {
    guard tone != .neutral else {
      toned = nil
      return
    }
    let exponent = 256 / Double(tone.gamma256)
    let slope = Double(100 + tone.contrast) / 100
    let shift = Double(tone.brightness) / 100
    toned = LinearLight.table { value in
      let bent = tone.gamma256 == 256 ? value : ElementaryFunctions.power(value, exponent)
      return (bent - 0.5) * slope + 0.5 + shift
    }
  }

  /// From a linear value to the encoded target, 65,536 entries.
  func encodedTargets() -> [UInt16] {
    let encoded = LinearLight.encodedTable
    guard let toned else { return encoded }
    return encoded.map { toned[Int($0)] }
  }

  /// From a linear value to the linear target, 65,536 entries; `nil` for the identity.
  func linearTargets() -> [UInt16]? {
    guard let toned else { return nil }
    let linear = LinearLight.linearTable
    return LinearLight.encodedTable.map { linear[Int(toned[Int($0)])] }
  }
}
