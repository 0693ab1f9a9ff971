internal import Capabilities
internal import Foundation
internal import Logging
internal import Store
internal import WireProtocol

/// Does what devices ask for from this server's own store, making forms where they are missing.
struct StoreDesk: RequestDesk {
  let library: any Library
  let finder: FormFinder
  let registrar: Registrar
  /// Hands out tickets to this server; `nil` where nobody is referred to it.
  var tickets: TicketOffice?
  let logger: Logger

  func find(_ get: GetMessage, for requester: Requester) async throws -> GetAnswer {
    let (image, generation) = try await resolve(get.reference)
    let outcome = try await finder.find(
      FormRequest(
        image: image, name: get.reference.name?.text, alternatives: requester.alternatives,
        shown: get.shown.bytes, partial: get.partial.bytes, offset: Int(get.offset),
        isCounted: requester.isCounted))
    switch outcome {
    case .notModified(let index, let known):
      return .notModified(try FormDescription(known, index, generation: generation))
    case .found(let index, let ready):
      return try transmit(ready, index, nil, get, generation, requester)
    case .patch(let index, let ready, let patch):
      return try transmit(ready, index, patch, get, generation, requester)
    case .pending(let delay):
      return .pending(retryAfterSeconds: UInt32(clamping: delay.components.seconds))
    }
  }

  /// Sends a form, or says where it is sent from when a front wants that.
  private func transmit(
    _ ready: ReadyForm, _ index: Int, _ patch: FormPatch?, _ get: GetMessage, _ generation: UInt32,
    _ requester: Requester
  ) throws -> GetAnswer {
    if requester.takesReferrals, let tickets {
      return .elsewhere(try tickets.refer(requester, to: get.reference))
    }
    return .form(try FormDescription(ready.form, index, generation: generation), ready, patch)
  }

  private func resolve(_ reference: GetMessage.Reference) async throws -> (ImageID, UInt32) {
    switch reference {
    case .name(let name):
      guard let registration = try await library.registration(of: name.text) else {
        throw RequestFailure(.notFound, "no picture is registered as \(name)")
      }
      return (registration.image, registration.generation)
    case .id(let id):
      guard let image = ImageID(id.bytes), try await library.image(image) != nil else {
        throw RequestFailure(.notFound, "no picture has the id \(id)")
      }
      return (image, 0)
    }
  }

  func register(
    _ upload: SealedUpload, as name: ImageName, for requester: Requester
  ) async throws -> Registration {
    try await registrar.register(upload, as: name.text)
  }

  func list(
    _ list: ListMessage, limit: Int, for requester: Requester
  ) async throws -> ListingPage {
    let found: [NameEntry]
    switch requester.rights.listing(prefix: list.prefix) {
    case .refused: throw RequestFailure(.notAllowed, "the key does not allow to list")
    case .nothing: found = []
    case .names(let prefix):
      found = try await library.list(prefix: prefix, after: list.after, limit: limit + 1)
    }
    return ListingPage(
      entries: try found.prefix(limit).map { try ListingMessage.Entry($0) },
      isComplete: found.count <= limit)
  }

  func remove(_ name: ImageName, for requester: Requester) async throws {
    guard try await library.remove(name.text, at: Date()) else {
      throw RequestFailure(.notFound, "no picture is registered as \(name)")
    }
    logger.info("removed", metadata: ["name": "\(LogText(name.text))"])
  }
}

extension GetMessage.Reference {
  /// The name; `nil` for an id.
  var name: ImageName? {
    if case .name(let name) = self { name } else { nil }
  }
}
