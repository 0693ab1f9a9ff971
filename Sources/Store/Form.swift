package import Capabilities

/// Names a form: an image, a kind of device, and who converted.
package struct FormID: Hashable, Sendable {
  /// The image it was made from.
  package let image: ImageID
  /// The kind of device it was made for.
  package let key: FormKey
  /// The version of the renderer that made it; a form of another version is another form.
  package let rendererVersion: UInt32

  /// A form by its three parts.
  package init(image: ImageID, key: FormKey, rendererVersion: UInt32) {
    self.image = image
    self.key = key
    self.rendererVersion = rendererVersion
  }
}

/// What rendering told about a form, for the catalog to remember.
package struct FormFacts: Hashable, Sendable {
  /// First 16 bytes of SHA-256 of the form before its codec: what is shown.
  package let etag: [UInt8]
  /// The codec that its stored bytes went through.
  package let codec: Codec
  /// Pixels across. 1…65,535.
  package let width: Int
  /// Pixels down. 1…65,535.
  package let height: Int

  /// Facts as rendering found them. An `etag` that has not 16 bytes is refused by the catalog.
  package init(etag: [UInt8], codec: Codec, width: Int, height: Int) {
    self.etag = etag
    self.codec = codec
    self.width = width
    self.height = height
  }
}

/// A form that was made once. Its facts outlive its bytes, so that NOT_MODIFIED never renders.
package struct StoredForm: Hashable, Sendable {
  /// Which form it is.
  package let id: FormID
  /// What rendering told.
  package let facts: FormFacts
  /// SHA-256 of the bytes as sent.
  package let digest: Digest
  /// Length of the bytes as sent.
  package let byteCount: Int
  /// The catalog says that the bytes are there; ``Library/openForm(_:)`` looks.
  package let hasBytes: Bool

  /// First 16 bytes of SHA-256 of the bytes as sent: what is partly received.
  package var sent: [UInt8] { digest.firstHalf }
}

/// What was found where a form's bytes should be.
package enum FormBytes: Sendable {
  /// The bytes, verified since start.
  case present(BlobFile)
  /// They were given up; the form has to be made again.
  case absent
  /// They were lost or changed on disk, and are given up now. The form has to be made again, and
  /// the operator should hear of it.
  case damaged
}
