/// Colour types as IHDR numbers them (PNG, third edition, 11.2.1).
package enum PNGColorType: UInt8, Sendable {
  case gray = 0
  case rgb = 2
  case palette = 3
  case grayAlpha = 4
  case rgbAlpha = 6
}
