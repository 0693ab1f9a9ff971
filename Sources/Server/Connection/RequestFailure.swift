internal import Codecs
internal import Logging
internal import Render
internal import Store
internal import WireProtocol

/// What a device is told when its request fails: a code, when to ask again, and one line.
struct RequestFailure: Error {
  /// Seconds after which a full store or queue may have room again.
  private static let storeRetrySeconds: UInt16 = 60
  /// Seconds after which a database that is restarted may be there again.
  private static let databaseRetrySeconds: UInt16 = 5

  let code: ErrorCode
  let retryAfterSeconds: UInt16
  let detail: String

  init(_ code: ErrorCode, _ detail: String, retryAfterSeconds: UInt16 = 0) {
    self.code = code
    self.detail = detail
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// Says what `error` means to a device; what only the operator can mend goes to the log.
  init(_ error: any Error, _ logger: Logger) {
    switch error {
    case let failure as RequestFailure: self = failure
    case let error as PictureError: self.init(error, logger)
    case let error as RenderError: self.init(error, logger)
    case let error as StoreError: self.init(error, logger)
    case let full as RenderQueue.Full:
      self.init(
        .busy, "too many forms are being made",
        retryAfterSeconds: UInt16(clamping: full.retryAfter.components.seconds))
    default:
      logger.error("request failed", metadata: ["error": "\(error)"])
      self.init(.internalError, "unexpected failure")
    }
  }

  private init(_ error: PictureError, _ logger: Logger) {
    switch error {
    case .tooManyBytes, .tooManyPixels, .sideTooLong, .tooMuchMemory:
      self.init(.pictureTooLarge, "\(error)")
    case .outOfMemory, .unreadable:
      logger.error("picture cannot be decoded", metadata: ["error": "\(error)"])
      self.init(.internalError, "\(error)")
    default: self.init(.pictureRefused, "\(error)")
    }
  }

  private init(_ error: RenderError, _ logger: Logger) {
    switch error {
    case .picture(let error): self.init(error, logger)
    case .formTooLarge: self.init(.formTooLarge, "\(error)")
    case .cancelled: self.init(.busy, "the server is ending", retryAfterSeconds: 5)
    case .output(let reason):
      logger.error("form cannot be written", metadata: ["error": "\(reason)"])
      self.init(.storeFull, "\(error)", retryAfterSeconds: Self.storeRetrySeconds)
    }
  }

  private init(_ error: StoreError, _ logger: Logger) {
    switch error {
    case .storeFull:
      logger.error("the store is full")
      self.init(.storeFull, "\(error)", retryAfterSeconds: Self.storeRetrySeconds)
    case .formsFull:
      self.init(.storeFull, "\(error)", retryAfterSeconds: Self.storeRetrySeconds)
    case .uploadBusy: self.init(.busy, "\(error)", retryAfterSeconds: 1)
    case .uploadLength: self.init(.pictureTooLarge, "\(error)")
    case .digestMismatch: self.init(.digestMismatch, "\(error)")
    case .unknownImage: self.init(.notFound, "\(error)")
    case .database where error.mayPass:
      logger.error("store failed", metadata: ["error": "\(error.detail)"])
      self.init(.busy, "\(error)", retryAfterSeconds: Self.databaseRetrySeconds)
    default:
      logger.error("store failed", metadata: ["error": "\(error.detail)"])
      self.init(.internalError, "\(error)")
    }
  }
}
