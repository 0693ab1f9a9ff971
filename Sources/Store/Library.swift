package import Capabilities
package import Foundation

/// Everything the server remembers: names, images, kinds of devices and forms.
///
/// What a call has changed is on stable storage when it returns. A crash at any instant leaves all
/// of a change or nothing that is visible. Calls may be made at the same time from anywhere; none
/// holds up the threads of Swift's tasks. Names come in valid: 1–128 bytes without control
/// characters; they are compared byte by byte, never by their look.
package protocol Library: Sendable {
  // MARK: Kinds of devices

  /// Remembers what kinds of devices can show, by their form keys.
  func remember(_ capabilities: [Capability]) async throws(StoreError)

  /// The capabilities of those keys that were remembered and are still understood.
  func capabilities(for keys: [FormKey]) async throws(StoreError) -> [FormKey: Capability]

  // MARK: Registering

  /// Begins an upload, or resumes one of the same identity, digest and length.
  /// - Parameters:
  ///   - identity: who sends: nobody resumes or spoils the upload of another.
  ///   - digest: SHA-256 of the picture; `nil` when it comes after the bytes, and then the upload
  ///     cannot be resumed.
  ///   - byteCount: length of the picture, 1…``Upload/byteLimit``.
  /// - Throws: ``StoreError/uploadLength(declared:limit:)``, ``StoreError/uploadBusy``,
  ///   ``StoreError/storeFull``.
  func beginUpload(
    identity: [UInt8], digest: Digest?, byteCount: Int
  ) async throws(StoreError) -> Upload

  /// Lets `name` stand for a received picture and raises its generation, also when it stood for the
  /// same picture before. The picture is stored once, however often it is registered.
  /// - Parameters:
  ///   - upload: what was received; it is used up, even when this throws.
  ///   - picture: what its headers say.
  ///   - time: now.
  /// - Throws: ``StoreError/storeFull``, ``StoreError/ended``,
  ///   ``StoreError/imageCollision(_:)``.
  func commit(
    _ upload: SealedUpload, name: String, picture: PictureFacts, at time: Date
  ) async throws(StoreError) -> Registration

  // MARK: Names and images

  /// Where `name` points; `nil` when it was never registered or is removed.
  func registration(of name: String) async throws(StoreError) -> Registration?

  /// The image with this id; `nil` when there is none.
  func image(_ id: ImageID) async throws(StoreError) -> Image?

  /// Registered names in bytewise order.
  /// - Parameters:
  ///   - prefix: bytes that every name begins with; may be empty.
  ///   - after: the last name seen, or "" to begin.
  ///   - limit: at most so many, 1 or more.
  func list(
    prefix: String, after: String, limit: Int
  ) async throws(StoreError) -> [NameEntry]

  /// Takes away a name. The image stays, and the name's generation is remembered.
  /// - Returns: false when there is no such name.
  func remove(_ name: String) async throws(StoreError) -> Bool

  /// The bytes that were registered, compared with their digest when first opened since start.
  /// - Throws: ``StoreError/unknownImage(_:)``, ``StoreError/originalDamaged(_:)``.
  func openOriginal(_ id: ImageID) async throws(StoreError) -> BlobFile

  // MARK: Forms

  /// A file for the bytes of a form that is being made.
  func makeSpoolFile() async throws(StoreError) -> SpoolFile

  /// What is known of a form; `nil` when it was never made by this version of the renderer.
  func form(_ id: FormID) async throws(StoreError) -> StoredForm?

  /// The bytes of a form, compared with their digest when first opened since start.
  func openForm(_ form: StoredForm) async throws(StoreError) -> FormBytes

  /// Stores a form. Forms of equal bytes share them; a form that is added again replaces itself.
  /// - Throws: ``StoreError/storeFull``, ``StoreError/unknownImage(_:)``,
  ///   ``StoreError/unknownCapability(_:)``.
  func addForm(
    _ id: FormID, facts: FormFacts, bytes: SpooledForm
  ) async throws(StoreError) -> StoredForm

  // MARK: Upkeep

  /// Removes uploads that nobody resumed within a day. Opening a library does it too.
  func sweepUploads(at now: Date) async throws(StoreError)

  /// Ends all work and gives the library free for another process. No call may follow.
  func close() async throws(StoreError)
}
