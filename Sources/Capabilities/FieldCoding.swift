// The value of each field but color and container, reading and writing as inverses.

extension PanelSize {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    self.init(width: try cursor.u16(), height: try cursor.u16())
  }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u16: width)
    bytes.append(u16: height)
    return bytes
  }
}

extension Resolution {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    self.init(x: try cursor.u16(), y: try cursor.u16())
  }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u16: x)
    bytes.append(u16: y)
    return bytes
  }
}

extension Layout {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    self.init(
      bitOrder: try cursor.word("layout.bitOrder", BitOrder.self),
      byteOrder: try cursor.word("layout.byteOrder", ByteOrder.self),
      rowAlign: try cursor.u8(), padBit: try cursor.u8(),
      scan: try cursor.word("layout.scan", Scan.self),
      mirror: try cursor.word("layout.mirror", Mirror.self),
      planes: try cursor.word("layout.planes", Planes.self), split: try cursor.u16())
  }

  var encoded: [UInt8] {
    var bytes = [bitOrder.rawValue, byteOrder.rawValue]
    bytes.append(u8: rowAlign)
    bytes.append(u8: padBit)
    bytes += [scan.rawValue, mirror.rawValue, planes.rawValue]
    bytes.append(u16: split)
    return bytes
  }
}

extension Fit {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    self.init(
      mode: try cursor.word("fit.mode", Mode.self),
      gravity: try cursor.word("fit.gravity", Gravity.self),
      background: try RGB8(from: &cursor),
      rotation: try cursor.word("fit.rotate", Rotation.self),
      margins: Margins(
        left: try cursor.u16(), top: try cursor.u16(), right: try cursor.u16(),
        bottom: try cursor.u16()))
  }

  var encoded: [UInt8] {
    var bytes = [mode.rawValue, gravity.rawValue] + background.encoded + [rotation.rawValue]
    for margin in [margins.left, margins.top, margins.right, margins.bottom] {
      bytes.append(u16: margin)
    }
    return bytes
  }
}

extension Tone {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    self.init(
      gamma256: try cursor.u16(), contrast: try cursor.i8(), brightness: try cursor.i8())
  }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u16: gamma256)
    bytes.append(u8: contrast)
    bytes.append(u8: brightness)
    return bytes
  }
}

extension Halftone {
  private static let serpentineFlag = 1
  private static let keepEdgesFlag = 2

  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    let method = try cursor.word("halftone.method", Method.self, grows: true)
    let strength = try cursor.u8()
    let flags = try cursor.flags(
      "halftone flags", mask: Self.serpentineFlag | Self.keepEdgesFlag)
    self.init(
      method: method, strength: strength, serpentine: flags & Self.serpentineFlag != 0,
      keepEdges: flags & Self.keepEdgesFlag != 0)
  }

  var encoded: [UInt8] {
    var bytes = [method.rawValue]
    bytes.append(u8: strength)
    bytes.append(
      u8: (serpentine ? Self.serpentineFlag : 0) | (keepEdges ? Self.keepEdgesFlag : 0))
    return bytes
  }
}

extension Limits {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    self.init(maxBytes: try cursor.u32())
  }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u32: maxBytes)
    return bytes
  }
}

extension RGB8 {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    let bytes = try cursor.bytes(3)
    self.init(red: bytes[0], green: bytes[1], blue: bytes[2])
  }

  var encoded: [UInt8] { [red, green, blue] }
}
