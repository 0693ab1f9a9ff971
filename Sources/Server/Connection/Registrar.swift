internal import Codecs
internal import Foundation
internal import Logging
internal import Render
internal import Store

/// Takes pictures in: what was received whole is decoded once, then stored, then acknowledged.
struct Registrar: Sendable {
  let library: any Library
  let queue: RenderQueue
  let limits: DecodeLimits
  let verification: ServerConfiguration.Verification
  let logger: Logger

  /// Stores a received picture under a name.
  /// - Throws: ``PictureError`` when the picture is refused (its bytes are then removed),
  ///   ``StoreError``, ``RenderQueue/Full``.
  func register(_ upload: SealedUpload, as name: String) async throws -> Registration {
    let facts: PictureFacts
    do {
      facts = try await queue.run { [limits, verification] in
        try upload.content.withDescriptor { descriptor in
          let info =
            switch verification {
            case .full: try PictureReader.verify(fileDescriptor: descriptor, limits: limits)
            case .headers: try PictureReader(fileDescriptor: descriptor, limits: limits).info
            }
          return PictureFacts(
            format: info.format == .jpeg ? .jpeg : .png, width: info.width, height: info.height)
        }
      }
    } catch let error as PictureError {
      // The same bytes would be refused again: keeping them serves nobody.
      try await upload.discard()
      throw error
    }
    let registration = try await library.commit(upload, name: name, picture: facts, at: Date())
    logger.info(
      "registered",
      metadata: [
        "name": "\(LogText(name))", "image": "\(registration.image)",
        "generation": "\(registration.generation)", "format": "\(facts.format)",
        "width": "\(facts.width)", "height": "\(facts.height)",
        "bytes": "\(upload.content.byteCount)",
      ])
    return registration
  }
}
