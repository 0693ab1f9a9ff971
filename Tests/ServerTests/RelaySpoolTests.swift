import Capabilities
import Foundation
import NIOPosix
import Store
import Testing
import WireProtocol

@testable import Server

/// What a front holds between a back and its devices: the same bytes, never more than it may.
@Suite struct RelaySpoolTests {
  private static func form(_ length: Int, offset: Int = 0) -> FormMessage {
    FormMessage(
      status: .ok, alternative: 0, etag: .none, sent: .none, total: UInt32(offset + length),
      offset: UInt32(offset), length: UInt32(length), width: 8, height: 8, codec: .identity,
      generation: 1, nextPollSeconds: 0)
  }

  private static func withSpool(
    byteLimit: Int, memoryByteLimit: Int, _ body: (RelaySpool, TemporaryFolder) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(folder.path, at: Date())
    let files = NIOThreadPool(numberOfThreads: 1)
    files.start()
    let spool = RelaySpool(
      library: library, files: files, byteLimit: byteLimit, memoryByteLimit: memoryByteLimit)
    try await body(spool, folder)
    // A thread may let go of what it wrote later than its work ends.
    try await files.shutdownGracefully()
    #expect(spool.byteCount == 0)
    #expect(folder.files("spool").isEmpty)
    try await library.close()
  }

  private static func pass(
    _ bytes: [UInt8], offset: Int = 0, through spool: RelaySpool
  ) async throws -> RelayedForm {
    var intake = try await spool.begin(form(bytes.count, offset: offset))
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(1_000)
      try await intake.append(Array(piece))
      rest = rest.dropFirst(piece.count)
    }
    return try await intake.finish()
  }

  @Test(arguments: [0, 1 << 20])
  func whatGoesInComesOut(memoryByteLimit: Int) async throws {
    try await Self.withSpool(byteLimit: 1 << 20, memoryByteLimit: memoryByteLimit) {
      spool, folder in
      let bytes = (0..<70_001).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      for count in [1, 65_536, 65_537, 70_001] {
        let form = try await Self.pass(Array(bytes.prefix(count)), offset: 10, through: spool)
        #expect(form.isInMemory == (memoryByteLimit > 0 && count <= 65_536))
        #expect(folder.files("spool").isEmpty == form.isInMemory)
        #expect(spool.byteCount == count)
        #expect(try form.read(at: 10, count: count) == Array(bytes.prefix(count)))
        #expect(try form.read(at: 9 + count, count: 5) == [bytes[count - 1]])
        // What lies before is not here.
        #expect(try form.read(at: 9, count: 1) == [])
      }
      #expect(spool.byteCount == 0)
    }
  }

  @Test func itIsFullAtItsLimitAndNotBefore() async throws {
    try await Self.withSpool(byteLimit: 100, memoryByteLimit: 60) { spool, folder in
      let first = try await Self.pass(Array(repeating: 1, count: 60), through: spool)
      let second = try await Self.pass(Array(repeating: 2, count: 40), through: spool)
      #expect(first.isInMemory && !second.isInMemory)
      let failure = await #expect(throws: RequestFailure.self) {
        try await spool.begin(Self.form(1))
      }
      #expect(failure?.code == .busy && failure?.retryAfterSeconds == 2)
      #expect(try second.read(at: 0, count: 40) == Array(repeating: 2, count: 40))
    }
  }

  @Test func roomComesBackWhenATransferIsGivenUp() async throws {
    try await Self.withSpool(byteLimit: 100, memoryByteLimit: 0) { spool, folder in
      do {
        var intake = try await spool.begin(Self.form(100))
        try await intake.append([1])
        #expect(spool.byteCount == 100)
      }
      #expect(spool.byteCount == 0)
      _ = try await Self.pass(Array(repeating: 3, count: 100), through: spool)
    }
  }
}
