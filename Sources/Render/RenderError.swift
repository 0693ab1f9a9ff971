internal import Capabilities
package import Codecs

/// Why a form cannot be made.
package enum RenderError: Error, Sendable {
  /// The picture itself is at fault.
  case picture(PictureError)
  /// The form passes the bounds of every form, or the device's own limit in bytes.
  case formTooLarge(String)
  /// Writing the form failed; the message is the writer's.
  case output(String)
  /// Whoever wanted the form does not want it any more.
  case cancelled
}

extension RenderError: CustomStringConvertible {
  /// One line.
  package var description: String {
    switch self {
    case .picture(let error): "\(error)"
    case .formTooLarge(let reason): reason
    case .output(let reason): "the form could not be written: \(reason)"
    case .cancelled: "the form is not wanted any more"
    }
  }
}
