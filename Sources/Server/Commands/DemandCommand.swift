internal import ArgumentParser
internal import Capabilities
internal import Foundation
internal import Render
internal import Store

/// Says what was asked for, what was made because of it, and where it is.
struct DemandCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demand",
    abstract: "List the requests counted per kind of device, and per image and form.",
    discussion: """
      A form is stored, spooled (kept by the running server for some minutes), known (its bytes \
      are gone, what it shows is known) or - (never made). Its reason says why it was made: \
      request, registration, popular or name.

      With --json one object: "kinds" has key, requests, lastSeen (seconds since 1970), trusted, \
      and width, height (0: a roll), color, bitsPerPixel, halftone, container of a kind that is \
      understood; "forms" has image, names (at most 16), key, requests, state (stored, spooled, \
      known, none), and of a form that was made reason, bytes and etag.
      """)

  /// Images that are read, and held, at once.
  private static let pageCount = 200

  @OptionGroup var options: DataOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    try await options.withLibrary(try options.resolve()) { library in
      // At most a few thousand kinds are remembered.
      var kinds: [KindDemand] = []
      while true {
        let page = try await library.demandedKinds(after: kinds.last?.key, limit: Self.pageCount)
        if page.isEmpty { break }
        kinds += page
      }
      kinds.sort { ($1.requestCount, $0.key) < ($0.requestCount, $1.key) }
      if json {
        try await printJSON(kinds, library)
      } else {
        try await printTable(kinds, library)
      }
    }
  }

  private func forEachImage(
    in library: any OperatorLibrary, _ body: (ImageDemand) throws -> Void
  ) async throws {
    var last: ImageID?
    while true {
      let page = try await library.demandedImages(
        after: last, limit: Self.pageCount, rendererVersion: Renderer.version, at: Date())
      guard let end = page.last else { return }
      last = end.image
      for image in page { try body(image) }
    }
  }

  // MARK: For people

  private func printTable(_ kinds: [KindDemand], _ library: any OperatorLibrary) async throws {
    StandardStreams.print("requests  last seen             trusted  kind of device")
    for kind in kinds {
      let description = kind.capability.map(\.summary) ?? "not understood"
      StandardStreams.print(
        "\(aligned(kind.requestCount))  \(kind.lastSeen.formatted(.iso8601))  "
          + "\((kind.isTrusted ? "yes" : "no").padded(to: 7))  \(kind.key)  \(description)")
    }
    try await forEachImage(in: library) { image in
      guard !image.forms.isEmpty else { return }
      let names = image.names.map { "\"\(LogText($0, scalarLimit: 128))\"" }.joined(separator: ", ")
      StandardStreams.print("\nimage \(image.image)  \(names.isEmpty ? "no name" : names)")
      for form in image.forms {
        let state = form.state == .none ? "-" : form.state.rawValue
        let made = form.form.map { "\($0.byteCount) bytes" } ?? ""
        StandardStreams.print(
          "\(aligned(form.requestCount))  \(state.padded(to: 7))  "
            + "\((form.reason?.rawValue ?? "-").padded(to: 12))  \(form.key)  \(made)")
      }
    }
  }

  private func aligned(_ count: Int) -> String {
    let text = String(count)
    return String(repeating: " ", count: max(0, 8 - text.count)) + text
  }

  // MARK: For programs

  private func printJSON(_ kinds: [KindDemand], _ library: any OperatorLibrary) async throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func text(_ value: some Encodable) throws -> String {
      String(decoding: try encoder.encode(value), as: UTF8.self)
    }
    StandardStreams.print("{\"kinds\":[")
    for (index, kind) in kinds.enumerated() {
      StandardStreams.print((index == 0 ? "" : ",") + (try text(KindReport(kind))))
    }
    StandardStreams.print("],\"forms\":[")
    var isFirst = true
    try await forEachImage(in: library) { image in
      for form in image.forms {
        StandardStreams.print((isFirst ? "" : ",") + (try text(FormReport(image, form))))
        isFirst = false
      }
    }
    StandardStreams.print("]}")
  }
}

/// A kind of device in `demand --json`.
private struct KindReport: Encodable {
  let key: String
  let requests: Int
  let lastSeen: Int
  let trusted: Bool
  let width: Int?
  let height: Int?
  let color: String?
  let bitsPerPixel: Int?
  let halftone: String?
  let container: String?

  init(_ kind: KindDemand) {
    key = "\(kind.key)"
    requests = kind.requestCount
    lastSeen = Int(kind.lastSeen.timeIntervalSince1970)
    trusted = kind.isTrusted
    width = kind.capability?.size.width
    height = kind.capability?.size.height
    color = kind.capability?.color.word
    bitsPerPixel = kind.capability?.color.bitsPerPixel
    halftone = kind.capability?.halftone.method.word
    container = kind.capability?.container.kind.word
  }
}

/// A form in `demand --json`.
private struct FormReport: Encodable {
  let image: String
  let names: [String]
  let key: String
  let requests: Int
  let state: String
  let reason: String?
  let bytes: Int?
  let etag: String?

  init(_ image: ImageDemand, _ form: FormDemand) {
    self.image = "\(image.image)"
    names = image.names
    key = "\(form.key)"
    requests = form.requestCount
    state = form.state.rawValue
    reason = form.reason?.rawValue
    bytes = form.form?.byteCount
    etag = form.form.map { hexadecimal($0.facts.etag) }
  }
}

extension Capability {
  /// What tells one kind of device from another at a glance.
  fileprivate var summary: String {
    let height = size.isRoll ? "roll" : "\(size.height)"
    return "\(size.width) × \(height), \(color.word) \(color.bitsPerPixel) bits, "
      + "\(halftone.method.word), \(container.kind.word)"
  }
}
