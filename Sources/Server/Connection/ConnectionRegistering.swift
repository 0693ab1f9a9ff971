internal import Foundation
internal import Logging
internal import Store
internal import Transport
internal import WireProtocol

// PUT and REMOVE.

extension DeviceConnection {
  func beginReceiving(_ token: RequestToken, _ put: PutMessage) {
    do {
      try require(.register, of: put.name)
    } catch {
      return fail(token, error)
    }
    receiving = (
      token,
      UploadDesk(put: put, identity: identity, requester: requester(), services: services)
    )
    launch { await $0.receive(token, put) }
  }

  /// Takes the turn for this picture, then takes the picture in.
  func receive(_ token: RequestToken, _ put: PutMessage) async {
    guard let (active, desk) = receiving, active == token else { return }
    let turn = put.digest.map { UploadTurns.Key(identity: identity, digest: $0) }
    if let turn {
      await services.uploads.begin(turn) { [weak self] in Task { await self?.giveWay(token) } }
    }
    do {
      try await takeIn(token, desk)
    } catch {
      fail(token, error)
    }
    if receiving?.token == token { receiving = nil }
    if let turn { await services.uploads.end(turn) }
  }

  func takeIn(_ token: RequestToken, _ desk: UploadDesk) async throws {
    guard receiving?.token == token else { return }
    let nextOffset = try await desk.begin()
    connection.answer { session, now in
      session.uploadReady(token, nextOffset: nextOffset, at: now)
    }
    let registration = try await desk.receive { byteCount in
      connection.answer { session, now in
        session.uploadConsumed(token, byteCount: byteCount, at: now)
      }
    }
    guard let registration, let image = ShortDigest(registration.image.bytes) else { return }
    connection.answer { session, now in
      session.stored(token, imageID: image, generation: registration.generation, at: now)
    }
  }

  /// The same device sends the same picture on a newer connection.
  func giveWay(_ token: RequestToken) {
    guard let (active, desk) = receiving, active == token else { return }
    desk.stop()
    receiving = nil
    fail(
      token,
      RequestFailure(.busy, "the upload goes on in a newer connection", retryAfterSeconds: 1))
  }

  func remove(_ token: RequestToken, _ name: ImageName) async {
    do {
      try require(.register, of: name)
      try await services.desk.remove(name, for: requester())
      connection.answer { session, now in session.removed(token, at: now) }
    } catch {
      fail(token, error)
    }
  }
}
