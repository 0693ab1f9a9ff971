import Capabilities
import Foundation
import Profiles
import Testing

/// Every built-in device, judged by code apart from the renderer: byte count, padding, legal codes,
/// what the bytes show, and that the preview shows the same.
///
/// Small devices are judged with and without dots, on a drawing and on a photograph. Large ones show the
/// drawing as they are and the photograph without dots and in small, since an exact form of a page
/// takes seconds to judge and follows the same rules in every part.
@Suite struct BuiltInProfileTests {
  /// Pixels of a form that all pictures and both ways are judged on.
  private static let smallCount = 40_000
  /// Pixels of a form that is judged at all.
  private static let largeCount = 400_000

  @Test func formsAreExact() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let card = folder.path("card.png")
    try await run(
      Programs.device("testcard", "--width", "640", "--height", "480", "--output", card))
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 480, height: 373, at: photo)
    for (name, file) in [("card", card), ("photo", photo)] {
      try await run(Programs.device("register", file, "--name", name, "--server", server.address))
    }
    let address = server.address
    try await forEach(try BuiltInProfiles.all.flatMap(Case.all)) { each in
      try await Self.judge(each, address, folder)
    }
    #expect(server.stop() == 0)
  }

  /// One form to be judged.
  private struct Case: Sendable {
    let device: Profile
    /// The file's name; before its dot stands the picture's.
    let picture: String
    let isUndithered: Bool

    static func all(_ profile: Profile) throws -> [Case] {
      let small = try profile.within(pixels: smallCount)
      let large = try profile.within(pixels: largeCount)
      return try [
        Case(device: large, picture: "card.png", isUndithered: false),
        Case(device: small.undithered, picture: "photo.jpg", isUndithered: true),
      ]
        + (small == profile
          ? [
            Case(device: profile, picture: "photo.jpg", isUndithered: false),
            Case(device: profile.undithered, picture: "card.png", isUndithered: true),
          ] : [])
    }
  }

  private static func judge(
    _ each: Case, _ address: String, _ folder: TemporaryFolder
  ) async throws {
    let base = "\(each.device.name)-\(each.isUndithered)-\(each.picture)"
    let file = try folder.write("\(base).json", Array(each.device.json.utf8))
    let form = folder.path("\(base).form")
    let preview = folder.path("\(base).png")
    let fetched = try await Programs.device(
      "fetch", String(each.picture.prefix { $0 != "." }), "--profile", file, "--server", address,
      "--output", form, "--preview", preview, "--json"
    ).fetched()
    #expect(fetched.bytes == (try folder.data("\(base).form").count))
    let capability = each.device.alternatives[0]
    try await Judge.check(
      form: form, profile: file, picture: folder.path(each.picture),
      options(capability) + ["--preview", preview])
    try await judgeFile(form, capability.container)
  }

  /// Scaled forms may be two codes off. Diffused palettes are judged against what they can mix; a
  /// JPEG by what another one loses, whatever is said.
  private static func options(_ capability: Capability) -> [String] {
    if case .adaptive = capability.color, capability.halftone.method != .none {
      // The palette is the form's own, so nothing is said about the target but that it is met.
      return ["--psnr", "28", "--bias", "0.01"]
    }
    guard capability.color.isPalette else { return ["--tolerance", "2"] }
    return capability.halftone.method == .none
      ? ["--metric", "weighted", "--excess", "0.01"] : ["--psnr", "25"]
  }

  /// Containers are opened by others.
  private static func judgeFile(_ form: String, _ container: Container) async throws {
    switch container {
    case .png:
      let result = try await Programs.tool("pngcheck", "-q", form)
      #expect(result.status == 0, "\(result.output)")
    case .pnm:
      let result = try await Programs.tool("pamfile", form)
      #expect(result.status == 0, "\(result.errors)")
    default: break
    }
  }

  private func run(_ result: CommandResult) throws {
    try #require(result.status == 0, "\(result.errors)")
  }
}

extension Color {
  /// A fixed palette, or one of the picture's own.
  fileprivate var isPalette: Bool {
    switch self {
    case .palette, .adaptive: true
    case .gray, .rgb, .cmyk: false
    }
  }
}

extension Profile {
  /// The same devices without dots.
  fileprivate var undithered: Profile {
    get throws {
      try map { try $0.with(size: $0.size, layout: $0.layout, halftone: Halftone(method: .none)) }
    }
  }

  /// The same device with its sides divided, until it has at most so many pixels; a roll counts as
  /// high as wide.
  fileprivate func within(pixels limit: Int) throws -> Profile {
    try map { each in
      let size = each.size
      let height = size.isRoll ? size.width : size.height
      var divisor = 1
      while (size.width / divisor) * (height / divisor) > limit { divisor += 1 }
      guard divisor > 1 else { return each }
      let layout = each.layout
      return try each.with(
        size: PanelSize(width: size.width / divisor, height: size.height / divisor),
        layout: Layout(
          bitOrder: layout.bitOrder, byteOrder: layout.byteOrder, rowAlign: layout.rowAlign,
          padBit: layout.padBit, scan: layout.scan, mirror: layout.mirror, planes: layout.planes,
          split: layout.split / divisor),
        halftone: each.halftone)
    }
  }

  private func map(_ change: (Capability) throws -> Capability) throws -> Profile {
    Profile(name: name, alternatives: try alternatives.map(change))
  }
}

extension Capability {
  fileprivate func with(size: PanelSize, layout: Layout, halftone: Halftone) throws -> Capability {
    try Capability(
      size: size, resolution: resolution, color: color, layout: layout, fit: fit, tone: tone,
      halftone: halftone, container: container, codecs: codecs, limits: limits)
  }
}
