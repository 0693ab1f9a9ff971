import Foundation
import Testing

@testable import Store

/// What the shared store costs beside the embedded one; prints, and holds nothing.
@Suite(
  "Figures of the shared store", .serialized,
  .enabled(
    if: ProcessInfo.processInfo.environment["FORME_SCALE_TEST"] == "1",
    "measures; FORME_SCALE_TEST=1 runs it"))
struct PostgresFigures {
  @Test(arguments: LibraryKind.allCases)
  func whatCallsTake(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let library = try await kind.open(folder)
    let id = try await library.prepare(widths: [8])[0]
    let form = try await library.store(id, pictureBytes(2, count: 48_000))
    let registration = try await ScaleTests.median(200) { index in
      try await library.register("n", pictureBytes(UInt8(index), count: 200_000 + index))
    }
    let look = try await ScaleTests.median(1_000) { _ in
      _ = try await library.registration(of: "n")
    }
    let cached = try await ScaleTests.median(500) { _ in
      _ = try await library.openForm(form).bytes()
    }
    print(
      """
      \(kind): medians of registering 200 kB \(registration) ms, of looking up a name \(look) ms, \
      of opening and reading a form of 48 kB \(cached) ms
      """)
    if let library = library as? PostgresLibrary {
      let fetched = try await ScaleTests.median(500) { _ in
        try library.cache.remove(.init(kind: .form, digest: form.digest))
        _ = try await library.openForm(form).bytes()
      }
      let claimed = try await ScaleTests.median(500) { _ in
        try await library.claim(id).release()
      }
      print("postgres: fetching it \(fetched) ms, a claim and its release \(claimed) ms")
    }
    try await library.close()
  }
}
