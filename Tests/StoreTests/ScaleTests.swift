import Capabilities
import Foundation
import GRDB
import Testing

@testable import Store

@Suite(
  "A large catalog", .serialized,
  .enabled(
    if: ProcessInfo.processInfo.environment["FORME_SCALE_TEST"] == "1",
    "takes minutes; FORME_SCALE_TEST=1 runs it"))
struct ScaleTests {
  static let imageCount = 100_000
  static let kindCount = 10

  /// Fills a catalog with images, a name each, and a form of each for every kind; half of the forms
  /// have bytes. No file belongs to any of it.
  static func fill(_ library: EmbeddedLibrary) async throws -> [FormKey] {
    let kinds = try (1...kindCount).map { try capability(width: $0 * 8) }
    try await library.remember(kinds, isTrusted: true, at: .epoch)
    try await library.catalog.write { database in
      try database.execute(sql: "PRAGMA cache_size = -400000")
      try database.execute(
        sql: """
          CREATE TEMP TABLE number AS
          WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted LIMIT ?)
          SELECT n, randomblob(32) AS digest FROM counted
          """,
        arguments: [imageCount])
      try database.execute(
        sql: """
          INSERT INTO image (id, digest, byteCount, format, width, height)
          SELECT substr(digest, 1, 16), digest, 100000, 'jpeg', 4000, 3000 FROM number
          ORDER BY digest;
          INSERT INTO name (name, image, generation, registeredAt)
          SELECT CAST(printf('house/%03d/room/%06d', n % 500, n) AS BLOB), substr(digest, 1, 16),
            1, 1800000000 FROM number ORDER BY 1;
          INSERT INTO form (image, key, rendererVersion, etag, digest, byteCount, codec,
            codecParameter, width, height, reason, madeAt)
          SELECT image.id, capability.key, 1, randomblob(16), randomblob(32), 5000, 0, 0, 8, 8,
            'popular', 1800000000 FROM image CROSS JOIN capability ORDER BY 1, 2;
          INSERT INTO formBlob (digest, byteCount, usedAt)
          SELECT digest, byteCount, abs(random() % 1800000000000) FROM form
          WHERE unicode(hex(etag)) < 56 ORDER BY 1;
          INSERT INTO demand (image, key, requests, lastAt)
          SELECT image, key, 1 + abs(random() % 100), 1800000000 FROM form ORDER BY 1, 2;
          """)
    }
    return kinds.map(\.formKey)
  }

  /// The middle of the times that `body` took, in milliseconds.
  static func median(
    _ count: Int, _ body: (Int) async throws -> Void
  ) async throws -> Double {
    let clock = ContinuousClock()
    var times: [Duration] = []
    for index in 0..<count {
      times.append(try await clock.measure { try await body(index) })
    }
    return times.sorted()[count / 2] / .milliseconds(1)
  }

  @Test func findingAndListingAreFastAmongAMillionForms() async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(in: folder)
    let keys = try await Self.fill(library)
    let formCount = try await library.catalog.read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM form")
    }
    #expect(formCount == 1_000_000)
    var random = SplitMix(state: 1)
    let names = (0..<1_000).map { _ in
      let number = Int.random(in: 0..<Self.imageCount, using: &random)
      return String(format: "house/%03d/room/%06d", number % 500, number)
    }
    let find = try await Self.median(names.count) { index in
      let registration = try #require(try await library.registration(of: names[index]))
      let forms = try await library.forms(
        of: registration.image, keys: Array(keys[..<4]), rendererVersion: 1)
      #expect(forms.count == 4)
    }
    let list = try await Self.median(names.count) { index in
      let page = try await library.list(prefix: "house/", after: names[index], limit: 100)
      #expect(page.count == 100 || names[index] > "house/499/room/0")
    }
    let record = try await Self.median(100) { index in
      let registration = try #require(try await library.registration(of: names[index]))
      _ = try await library.record(
        UseRecord(requests: [RequestKey(image: registration.image, key: keys[0]): 1]), at: .epoch)
    }
    print(
      """
      median of find \(find) ms, of a page of 100 names \(list) ms, of a record of one request \
      \(record) ms, among \(Self.imageCount) images and \(formCount ?? 0) forms
      """)
    #expect(find < 5)
    #expect(list < 5)
    try await library.close()
  }
}
