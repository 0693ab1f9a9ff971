internal import Store
internal import WireProtocol

/// Does what devices ask for, once it is known that they may: from this server's own store, or by
/// asking another server.
protocol RequestDesk: Sendable {
  /// Finds a form.
  /// - Throws: ``RequestFailure``, or what it is made of.
  func find(_ get: GetMessage, for requester: Requester) async throws -> GetAnswer

  /// Registers a picture that was received whole under a name; it is on stable storage when this
  /// returns.
  func register(
    _ upload: SealedUpload, as name: ImageName, for requester: Requester
  ) async throws -> Registration

  /// A page of names that may be seen, in bytewise order.
  /// - Parameter limit: more than so many need not be given, 1 or more.
  func list(_ list: ListMessage, limit: Int, for requester: Requester) async throws -> ListingPage

  /// Takes a name away.
  func remove(_ name: ImageName, for requester: Requester) async throws
}

/// A part of a listing.
struct ListingPage: Sendable {
  let entries: [ListingMessage.Entry]
  /// Nothing follows the last entry.
  let isComplete: Bool
}

/// What GET is answered with.
enum GetAnswer: Sendable {
  /// The device shows it already.
  case notModified(FormDescription)
  /// Its bytes, and those in which they differ from what the device shows, where it shows a form of
  /// the same kind.
  case form(FormDescription, any FormSource, FormPatch?)
  /// It is being made, or will be when more ask for it.
  case pending(retryAfterSeconds: UInt32)
  /// Another server transmits it.
  case elsewhere(ReferMessage)
}

/// Where the bytes of a form in transfer are. They stay readable as long as this is held.
protocol FormSource: Sendable {
  /// Reading takes no time worth a thread of its own.
  var isInMemory: Bool { get }

  /// Reads bytes as sent.
  /// - Parameters:
  ///   - offset: from the form's first byte.
  ///   - count: fewer come only where the form ends, or is not here.
  func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8]
}

extension ReadyForm: FormSource {
  var isInMemory: Bool {
    if case .memory = bytes { true } else { false }
  }
}
