import Foundation
import Testing

/// What `forme-server demand --json` prints.
struct DemandReport: Decodable {
  /// A kind of device.
  struct Kind: Decodable {
    let key: String
    let requests: Int
    let trusted: Bool
    let width: Int?
    let height: Int?
    let color: String?
    let bitsPerPixel: Int?
    let halftone: String?
    let container: String?
  }

  /// An image in a kind's form.
  struct Form: Decodable {
    let image: String
    let names: [String]
    let key: String
    let requests: Int
    let state: String
    let reason: String?
    let bytes: Int?
    let etag: String?

    /// State, requests and reason in one text, for comparing all three.
    var summary: String { "\(state) \(requests) \(reason ?? "-")" }
  }

  let kinds: [Kind]
  let forms: [Form]

  /// What became of the picture of this name for a device's alternative; `nil` when nothing was
  /// counted or made.
  func form(_ name: String, _ device: TestDevice, alternative: Int = 0) -> Form? {
    forms.first { $0.names.contains(name) && $0.key == device.keys[alternative] }
  }

  /// The same in one text; "-" when nothing was counted or made.
  func summary(_ name: String, _ device: TestDevice, alternative: Int = 0) -> String {
    form(name, device, alternative: alternative)?.summary ?? "-"
  }

  /// How often a device's first choice was asked for, over all pictures.
  func requests(_ device: TestDevice) -> Int {
    kinds.first { $0.key == device.keys[0] }?.requests ?? 0
  }
}
