/// Why a request or a connection failed (spec/PROTOCOL.md, "Error codes").
public enum ErrorCode: UInt8, Hashable, Sendable, CaseIterable {
  case notFound = 0x80
  case noCapabilities = 0x81
  case unsupportedField = 0x82
  case invalidDescriptor = 0x83
  case formTooLarge = 0x84
  case pictureRefused = 0x85
  case pictureTooLarge = 0x86
  case digestMismatch = 0x87
  case nameInvalid = 0x88
  case notAllowed = 0x89
  case busy = 0x8A
  case storeFull = 0x8B
  case cancelled = 0x8C
  case creditTimeout = 0x8D
  case internalError = 0x8E
  case malformed = 0xC0
  case checkMismatch = 0xC1
  case frameTooLong = 0xC2
  case unknownType = 0xC3
  case unexpectedMessage = 0xC4
  case version = 0xC5
  case notProven = 0xC6
  case badMAC = 0xC7
  case creditOverflow = 0xC8
  case deadline = 0xC9
  case tooManyConnections = 0xCA

  /// What an error ends.
  public enum Scope: Hashable, Sendable {
    /// One request; the connection goes on.
    case request
    /// The connection.
    case connection
  }

  /// What this error ends: codes from C0 on end the connection.
  public var scope: Scope { rawValue < 0xC0 ? .request : .connection }

  /// True when the same request may succeed later.
  public var isRetryable: Bool {
    switch self {
    case .busy, .storeFull, .internalError, .tooManyConnections: true
    default: false
    }
  }

  /// The name in the specification.
  public var word: String {
    switch self {
    case .notFound: "NOT_FOUND"
    case .noCapabilities: "NO_CAPABILITIES"
    case .unsupportedField: "UNSUPPORTED_FIELD"
    case .invalidDescriptor: "INVALID_DESCRIPTOR"
    case .formTooLarge: "FORM_TOO_LARGE"
    case .pictureRefused: "PICTURE_REFUSED"
    case .pictureTooLarge: "PICTURE_TOO_LARGE"
    case .digestMismatch: "DIGEST_MISMATCH"
    case .nameInvalid: "NAME_INVALID"
    case .notAllowed: "NOT_ALLOWED"
    case .busy: "BUSY"
    case .storeFull: "STORE_FULL"
    case .cancelled: "CANCELLED"
    case .creditTimeout: "CREDIT_TIMEOUT"
    case .internalError: "INTERNAL"
    case .malformed: "MALFORMED"
    case .checkMismatch: "CHECK_MISMATCH"
    case .frameTooLong: "FRAME_TOO_LONG"
    case .unknownType: "UNKNOWN_TYPE"
    case .unexpectedMessage: "UNEXPECTED_MESSAGE"
    case .version: "VERSION"
    case .notProven: "NOT_PROVEN"
    case .badMAC: "BAD_MAC"
    case .creditOverflow: "CREDIT_OVERFLOW"
    case .deadline: "DEADLINE"
    case .tooManyConnections: "TOO_MANY_CONNECTIONS"
    }
  }
}
