/// 8-bit CMYK without a profile: r = (1 − c)(1 − k) of encoded values, and likewise g and b, then
/// read as sRGB. 0 is no ink. The product of two 8-bit complements has 65,026 values, so a table of
/// its light loses nothing.
struct CMYKRowKernel: RowKernel {
  private static let fullLight = 255 * 255

  private let channels: LinearChannels
  private let table: [UInt16]

  /// Creates the kernel.
  init(channels: LinearChannels) {
    self.channels = channels
    table = (0...Self.fullLight).map { product in
      LinearLight.linear16(LinearLight.srgb(Double(product) / Double(Self.fullLight)))
    }
  }

  func convert(_ packed: Span<UInt8>, into row: inout MutableSpan<UInt16>) {
    let width = row.count / channels.count
    precondition(packed.count >= 4 * width)
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe table.withUnsafeBufferPointer { table in
        unsafe row.withUnsafeMutableBufferPointer { row in
          for x in 0..<width {
            let paper = unsafe 255 &- Int(packed[4 &* x &+ 3])
            let red = unsafe table[(255 &- Int(packed[4 &* x])) &* paper]
            let green = unsafe table[(255 &- Int(packed[4 &* x &+ 1])) &* paper]
            let blue = unsafe table[(255 &- Int(packed[4 &* x &+ 2])) &* paper]
            if channels == .gray {
              unsafe row[x] = LinearLight.luminance(red, green, blue)
            } else {
              unsafe row[3 &* x] = red
              unsafe row[3 &* x &+ 1] = green
              unsafe row[3 &* x &+ 2] = blue
            }
          }
        }
      }
    }
  }
}
