package import Capabilities
package import Foundation

/// Everything the server remembers: names, images, kinds of devices, forms and keys.
///
/// What a call has changed is on stable storage when it returns. A crash at any instant leaves all
/// of a change or nothing that is visible. Calls may be made at the same time from anywhere; none
/// holds up the threads of Swift's tasks. Names come in valid: 1–128 bytes without control
/// characters; they are compared byte by byte, never by their look.
package protocol Library: Sendable {
  /// Whether other nodes may work on the same store at the same time.
  var isShared: Bool { get }

  // MARK: Kinds of devices

  /// Remembers what kinds of devices can show, by their form keys, and that they were seen now.
  ///
  /// Beyond ``StoreLimits/kindLimit`` the kinds that were seen longest ago are forgotten with all
  /// that was counted and made for them, untrusted kinds first; never one of `capabilities`.
  /// - Parameters:
  ///   - capabilities: what was told.
  ///   - isTrusted: a device that may be believed told it, so that work may be done in advance for
  ///     its kind. A kind that was trusted once stays trusted.
  ///   - time: now.
  func remember(
    _ capabilities: [Capability], isTrusted: Bool, at time: Date
  ) async throws(StoreError)

  /// A device that may be believed uses these kinds: from now on they are trusted, where they are
  /// remembered. Nothing is written for those that were trusted before.
  func trust(_ keys: [FormKey]) async throws(StoreError)

  /// The capabilities of those keys that were remembered and are still understood.
  func capabilities(for keys: [FormKey]) async throws(StoreError) -> [FormKey: Capability]

  // MARK: Demand

  /// Adds requests and uses in one change.
  ///
  /// Requests for images or kinds that are not known are ignored; so are uses of unknown names and
  /// forms, and devices with neither an id nor a key. Of a name the 16 kinds are kept that used it
  /// last. Beyond ``StoreLimits/deviceLimit`` the devices that were seen longest ago are forgotten,
  /// those without a key first.
  /// - Parameters:
  ///   - use: what happened since the last record.
  ///   - time: now.
  /// - Returns: the totals of everything in `use.requests` that was counted.
  func record(_ use: UseRecord, at time: Date) async throws(StoreError) -> RequestTotals

  /// Trusted kinds, the most recently seen first; at most ``StoreLimits/kindListLimit``.
  func trustedKinds() async throws(StoreError) -> [Capability]

  /// Trusted kinds that have asked `requestCount` times or more, the most requests first; at most
  /// ``StoreLimits/kindListLimit``.
  func popularKinds(after requestCount: Int) async throws(StoreError) -> [Capability]

  /// Trusted kinds that fetched under `name` and have asked for `image` at least `requestCount` times (0:
  /// also never), the latest use of the name first; at most 16.
  func kindsUsed(
    under name: String, image: ImageID, atLeast requestCount: Int
  ) async throws(StoreError) -> [Capability]

  /// Images that a name stands for and of which this version of the renderer made no form of this
  /// kind, in the order of their ids. A form whose bytes were evicted was made.
  /// - Parameters:
  ///   - after: the last image seen; `nil` to begin.
  ///   - limit: at most so many, 1 or more.
  func imagesLacking(
    _ key: FormKey, rendererVersion: UInt32, after: ImageID?, limit: Int
  ) async throws(StoreError) -> [Image]

  // MARK: Keys

  /// Adds a key.
  /// - Throws: ``StoreError/keyExists(_:)``, also when that key is revoked.
  func addKey(
    _ id: AccessKeyID, secret: AccessSecret, rights: Rights, at time: Date
  ) async throws(StoreError)

  /// The key with this id that is in force; `nil` when there is none.
  func key(_ id: AccessKeyID) async throws(StoreError) -> AccessKey?

  /// All keys in the order of their ids, revoked ones too.
  func keys() async throws(StoreError) -> [AccessKeyFacts]

  /// Ends a key for good. Its secret is gone; that there was a key is remembered.
  /// - Returns: false when no key with this id is in force.
  func revokeKey(_ id: AccessKeyID, at time: Date) async throws(StoreError) -> Bool

  /// Forgets that there was a key, whether it was in force or not: its id may be used again.
  /// - Returns: false when there was none.
  func forgetKey(_ id: AccessKeyID) async throws(StoreError) -> Bool

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
  func remove(_ name: String, at time: Date) async throws(StoreError) -> Bool

  /// Says from now on which names were registered or removed, after the change is on stable
  /// storage. Changes by other processes are noticed within a second: those by nodes of a shared
  /// store by their names, others as ``NameChange/any``. A reader that is slow gets
  /// ``NameChange/any`` for what it missed, and so does everybody after the connection to a shared
  /// store was lost. The stream ends when the library is closed.
  func nameChanges() -> AsyncStream<NameChange>

  /// The bytes that were registered, compared with their digest when first opened since start.
  /// - Throws: ``StoreError/unknownImage(_:)``, ``StoreError/originalDamaged(_:)``.
  func openOriginal(_ id: ImageID) async throws(StoreError) -> BlobFile

  // MARK: Forms

  /// A file for the bytes of a form that is being made.
  func makeSpoolFile() async throws(StoreError) -> SpoolFile

  /// What is known of a form; `nil` when it was never made by this version of the renderer.
  func form(_ id: FormID) async throws(StoreError) -> StoredForm?

  /// What is known of the forms of an image for these kinds, in one look.
  func forms(
    of image: ImageID, keys: [FormKey], rendererVersion: UInt32
  ) async throws(StoreError) -> [FormKey: StoredForm]

  /// A form of this kind, of any image, that shows `etag` and whose bytes are stored: the old side
  /// of a patch.
  func storedForm(
    key: FormKey, etag: [UInt8], rendererVersion: UInt32
  ) async throws(StoreError) -> StoredForm?

  /// The bytes of a form, compared with their digest when first opened since start. They are not
  /// evicted while somebody has them open.
  func openForm(_ form: StoredForm) async throws(StoreError) -> FormBytes

  /// Remembers the facts of a form that was made and whose bytes are not stored.
  /// - Parameters:
  ///   - id: the form.
  ///   - facts: what rendering told.
  ///   - digest: SHA-256 of the bytes as sent.
  ///   - byteCount: length of the bytes as sent.
  ///   - reason: why it was made.
  ///   - spooledUntil: this process keeps the bytes until then; `nil`: nobody does. The next start
  ///     forgets it.
  ///   - time: now.
  /// - Throws: ``StoreError/unknownImage(_:)``, ``StoreError/unknownCapability(_:)``.
  func noteForm(
    _ id: FormID, facts: FormFacts, digest: Digest, byteCount: Int, reason: FormReason,
    spooledUntil: Date?, at time: Date
  ) async throws(StoreError)

  /// Stores a form within ``StoreLimits/formByteLimit``. Forms of equal bytes share them; a form
  /// that is added again replaces itself, and those of other versions of the renderer.
  ///
  /// After an error the spooled bytes are where they were, and may be sent or added again.
  /// - Parameters:
  ///   - id: the form.
  ///   - facts: what rendering told.
  ///   - bytes: its bytes.
  ///   - reason: why it was made.
  ///   - mayEvict: other forms may go for it, those first that nobody was sent for longest; never
  ///     one that is open.
  ///   - time: now.
  /// - Throws: ``StoreError/formsFull(byteCount:limit:)``, ``StoreError/storeFull``,
  ///   ``StoreError/unknownImage(_:)``, ``StoreError/unknownCapability(_:)``.
  func addForm(
    _ id: FormID, facts: FormFacts, bytes: SpooledForm, reason: FormReason, mayEvict: Bool,
    at time: Date
  ) async throws(StoreError) -> StoredForm

  /// Waits until this caller has the sole right, among all nodes and all their tasks, to make a
  /// form. A node that is not heard of for some seconds loses its claims to those who wait. Where
  /// the store is not shared there is nothing to wait for, and nothing is held.
  /// - Throws: ``StoreError/cancelled`` when the task is cancelled while it waits.
  func claim(_ id: FormID) async throws(StoreError) -> FormClaim

  /// Gives up stored forms because the disk is full, although they are within their limit: those
  /// first that nobody was sent for longest, never one that is open. A node of a shared store gives
  /// up its own copies, since the disk that is full is its own.
  /// - Parameter byteCount: how many bytes are wanted; somewhat more may be freed, or less where
  ///   there are not so many.
  func freeSpace(byteCount: Int) async throws(StoreError)

  // MARK: Upkeep

  /// Removes what belongs to nothing: uploads that nobody resumed within a day, files that no row
  /// knows, bytes that no form has any more, rows whose file is gone. Opening a library does it
  /// too. What is in use is spared.
  func sweep(at now: Date) async throws(StoreError)

  /// Ends all work and gives the library free for another process. No call may follow.
  func close() async throws(StoreError)
}

/// What operators' commands need of a library beside what a server needs.
package protocol OperatorLibrary: Library {
  /// Kinds of devices in the order of their keys.
  /// - Parameters:
  ///   - after: the last kind seen; `nil` to begin.
  ///   - limit: at most so many, 1 or more.
  func demandedKinds(after: FormKey?, limit: Int) async throws(StoreError) -> [KindDemand]

  /// Images in the order of their ids, with what was counted and made of each; also those of which
  /// nothing was.
  /// - Parameters:
  ///   - after: the last image seen; `nil` to begin.
  ///   - limit: at most so many images, 1 or more.
  ///   - rendererVersion: whose forms are told.
  ///   - time: now.
  func demandedImages(
    after: ImageID?, limit: Int, rendererVersion: UInt32, at time: Date
  ) async throws(StoreError) -> [ImageDemand]

  /// Devices in the order of their ids and keys; of one id, the stranger comes first.
  /// - Parameters:
  ///   - after: the last device seen; `nil` to begin.
  ///   - limit: at most so many, 1 or more.
  func devices(
    after: DeviceIdentity?, limit: Int
  ) async throws(StoreError) -> [(DeviceIdentity, DeviceReport)]

  /// Compares every blob with its digest, and looks for what belongs to nothing. Works beside
  /// running servers.
  /// - Parameters:
  ///   - isSweeping: remove what belongs to nothing: files without a row, and images that no name
  ///     has stood for since a day. Damaged forms are given up in any case.
  ///   - now: for the age of images without a name.
  ///   - report: called for every finding, on a thread of the store's, one after the other.
  func verify(
    sweep isSweeping: Bool, at now: Date, report: @escaping @Sendable (VerifyFinding) -> Void
  ) async throws(StoreError) -> VerifySummary
}
