import Codecs
import Logging
import Render
import Store
import Testing
import WireProtocol

@testable import Server

@Suite struct RequestFailureTests {
  struct Mapping: Sendable {
    let error: any Error
    let code: ErrorCode
    var retryAfterSeconds: UInt16 = 0
    let detail: String
    /// Only what an operator can mend goes to the log, as an error.
    var isLogged = false
  }

  private static let image = ImageID(Digest(of: [1]))
  private static let id = image.description

  static let mappings = [
    Mapping(
      error: PictureError.notAPicture, code: .pictureRefused, detail: "neither a JPEG nor a PNG"),
    Mapping(
      error: PictureError.unsupported("12 bits"), code: .pictureRefused,
      detail: "not supported: 12 bits"),
    Mapping(
      error: PictureError.damaged("no end"), code: .pictureRefused, detail: "damaged: no end"),
    Mapping(
      error: PictureError.tooManyPixels(declared: 2, limit: 1), code: .pictureTooLarge,
      detail: "2 pixels, at most 1 are allowed"),
    Mapping(
      error: PictureError.sideTooLong(declared: 2, limit: 1), code: .pictureTooLarge,
      detail: "2 pixels on one side, at most 1 are allowed"),
    Mapping(
      error: PictureError.tooManyBytes(declared: 2, limit: 1), code: .pictureTooLarge,
      detail: "a file of 2 bytes, at most 1 are allowed"),
    Mapping(
      error: PictureError.tooManyScans(limit: 1), code: .pictureRefused,
      detail: "more than 1 scans"),
    Mapping(
      error: PictureError.tooMuchMemory(declared: 2, limit: 1), code: .pictureTooLarge,
      detail: "decoding needs 2 bytes at once, at most 1 are allowed"),
    Mapping(
      error: PictureError.outOfMemory, code: .internalError, detail: "no memory to decode it",
      isLogged: true),
    Mapping(
      error: PictureError.unreadable("EIO"), code: .internalError, detail: "cannot be read: EIO",
      isLogged: true),
    Mapping(
      error: RenderError.picture(.notAPicture), code: .pictureRefused,
      detail: "neither a JPEG nor a PNG"),
    Mapping(error: RenderError.formTooLarge("5 > 4"), code: .formTooLarge, detail: "5 > 4"),
    Mapping(
      error: RenderError.output("the store is full"), code: .storeFull, retryAfterSeconds: 60,
      detail: "the form could not be written: the store is full", isLogged: true),
    Mapping(
      error: StoreError.storeFull, code: .storeFull, retryAfterSeconds: 60,
      detail: "the store is full", isLogged: true),
    Mapping(
      error: StoreError.uploadBusy, code: .busy, retryAfterSeconds: 1,
      detail: "the same picture is being uploaded already"),
    Mapping(
      error: StoreError.uploadLength(declared: 9, limit: 8), code: .pictureTooLarge,
      detail: "a picture of 9 bytes, allowed are 1…8"),
    Mapping(
      error: StoreError.digestMismatch(declared: Digest(of: [1]), computed: Digest(of: [2])),
      code: .digestMismatch,
      detail: "the bytes digest to \(Digest(of: [2])), declared was \(Digest(of: [1]))"),
    Mapping(error: StoreError.unknownImage(image), code: .notFound, detail: "no image \(id)"),
    Mapping(
      error: StoreError.originalDamaged(image), code: .internalError,
      detail: "the original of image \(id) is damaged", isLogged: true),
    Mapping(
      error: RenderQueue.Full(retryAfter: .seconds(5)), code: .busy, retryAfterSeconds: 5,
      detail: "too many forms are being made"),
    Mapping(
      error: RenderQueue.Full(retryAfter: .seconds(100_000)), code: .busy,
      retryAfterSeconds: .max, detail: "too many forms are being made"),
    Mapping(
      error: RequestFailure(.notAllowed, "no", retryAfterSeconds: 3), code: .notAllowed,
      retryAfterSeconds: 3, detail: "no"),
    // What nobody foresaw is told without its words, which may name files.
    Mapping(
      error: Unforeseen(), code: .internalError, detail: "unexpected failure", isLogged: true),
  ]

  struct Unforeseen: Error {}

  @Test(arguments: mappings)
  func everyFailureHasACode(_ mapping: Mapping) {
    let record = LogRecord()
    let failure = RequestFailure(mapping.error, record.logger())
    #expect(failure.code == mapping.code)
    #expect(failure.retryAfterSeconds == mapping.retryAfterSeconds)
    #expect(failure.detail == mapping.detail)
    #expect(failure.code.scope == .request)
    #expect(record.lines.map(\.level) == (mapping.isLogged ? [.error] : []))
  }
}
