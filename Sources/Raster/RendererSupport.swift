internal import Capabilities

/// What this renderer cannot make; the one place that says so.
enum RendererSupport {
  /// - Returns: the field of the profile and why, or `nil` when the form can be made.
  static func missing(_ capability: Capability) -> (field: String, reason: String)? {
    if case .adaptive = capability.color {
      return ("color.model", "adaptive palettes are not made yet; gray, palette, rgb and cmyk are")
    }
    return nil
  }
}
