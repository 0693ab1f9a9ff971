internal import Capabilities

/// The header of a form in container `pnm`: P4 for one bit, P5 for gray, P6 for rgb.
enum PNMHeader {
  static func bytes(capability: Capability, geometry: Geometry) -> [UInt8] {
    let size = "\(geometry.formWidth) \(geometry.formHeight)\n"
    let text =
      switch capability.color {
      case .rgb(let rgb): "P6\n\(size)\((1 << rgb.red) - 1)\n"
      case .gray(let gray) where gray.bits > 1: "P5\n\(size)\((1 << gray.bits) - 1)\n"
      case .gray, .palette, .adaptive, .cmyk: "P4\n\(size)"
      }
    return Array(text.utf8)
  }
}
