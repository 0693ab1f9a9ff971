import Foundation
import Testing

/// What a form shows is remembered longer than its bytes are kept.
@Suite(.timeLimit(.minutes(3))) struct EvictionTests {
  /// A device that shows the right picture already is told so without a render, also after the
  /// form had to go for others, and after a restart.
  @Test func notModifiedNeverRenders() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder, "--form-megabytes", "1")
    // 480,000 bytes each: two fit, three do not.
    let device = try TestDevice.gray(800, 600, bits: 8, in: folder)
    for (name, width) in [("a", 800), ("b", 810), ("c", 820)] {
      try await server.register(try await folder.makeCard(width, 600), as: name)
    }
    let output = folder.path("a.form")
    let first = try await server.fetch("a", as: device, "--output", output)
    for name in ["b", "c"] { _ = try await server.fetch(name, as: device) }
    var demand = try await server.demand()
    #expect(demand.summary("a", device) == "known 1 request")
    #expect(demand.summary("b", device) == "stored 1 request")
    #expect(demand.summary("c", device) == "stored 1 request")
    #expect(demand.form("a", device)?.etag == first.etag)
    #expect(try folder.storedFiles("forms").count == 2)
    #expect(try server.decodeCount() == 3)

    let shown = try await server.fetch("a", as: device, "--shown", first.etag)
    #expect(shown.status == "not-modified" && shown.etag == first.etag && shown.bytesAsSent == 0)
    #expect(try server.decodeCount() == 3)
    // It counts, and brings nothing back.
    demand = try await server.demand { $0.requests(device) == 4 }
    #expect(demand.summary("a", device) == "known 2 request")
    #expect(server.stop() == 0)

    let next = try await ServerProcess(data: folder, "--form-megabytes", "1")
    let again = try await next.fetch("a", as: device, "--shown", first.etag)
    #expect(again.status == "not-modified" && again.etag == first.etag)
    #expect(try next.decodeCount() == 0)

    // Somebody who shows nothing gets it made again, byte for byte, and another one goes for it.
    let whole = folder.path("again.form")
    #expect(try await next.fetch("a", as: device, "--output", whole).etag == first.etag)
    #expect(try next.decodeCount() == 1)
    #expect(try folder.data("again.form") == folder.data("a.form"))
    #expect(try await next.demand().form("a", device)?.state == "stored")
    #expect(try folder.storedFiles("forms").count == 2)
    #expect(next.stop() == 0)
  }

  /// A form beyond the limit for all of them is sent and not stored, and evicts nothing.
  @Test func aFormBeyondTheLimitIsSentAllTheSame() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder, "--form-megabytes", "1")
    try await server.register(try await folder.makeCard(400, 300), as: "p")
    let small = try TestDevice.gray(400, 300, bits: 8, in: folder)
    let huge = try TestDevice.gray(1_400, 800, bits: 8, in: folder)
    _ = try await server.fetch("p", as: small)
    #expect(try await server.fetch("p", as: huge).bytes == 1_120_000)
    let demand = try await server.demand()
    #expect(demand.summary("p", huge) == "spooled 1 request")
    #expect(demand.summary("p", small) == "stored 1 request")
    #expect(server.stop() == 0)
  }
}
