internal import Capabilities

/// What a writer has to know about a form.
struct ContainerShape {
  /// The device.
  let capability: Capability
  /// The device's, or the palette that was chosen for the picture.
  let color: Color
  /// Pixels.
  let width: Int
  /// Rows of the form; each plane has so many.
  let height: Int
  /// Bytes of a row of one plane.
  let bytesPerRow: Int
  /// 1, or 2 for two colours of ink.
  let planeCount: Int

  /// Bytes of all rows of all planes.
  var rowByteCount: Int { planeCount * height * bytesPerRow }
}
