import Capabilities
import Foundation
import Profiles
import Testing

/// Every built-in device, judged by code apart from the renderer: byte count, padding, legal codes,
/// what the bytes show, and that the preview shows the same.
@Suite struct BuiltInProfileTests {
  /// Adaptive palettes come in a later version; the server says so (see ``RefusalTests``).
  static let profiles = BuiltInProfiles.all.filter {
    if case .adaptive = $0.alternatives[0].color { false } else { true }
  }

  @Test(arguments: [false, true])
  func formsAreExact(undithered: Bool) async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let card = folder.path("card.png")
    try await run(
      Programs.device("testcard", "--width", "640", "--height", "480", "--output", card))
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 900, height: 700, at: photo)
    for (name, file) in [("card", card), ("photo", photo)] {
      try await run(Programs.device("register", file, "--name", name, "--server", server.address))
    }
    let address = server.address
    try await forEach(Self.profiles) { profile in
      try await Self.judge(profile, undithered: undithered, address, folder)
    }
    #expect(server.stop() == 0)
  }

  private static func judge(
    _ profile: Profile, undithered: Bool, _ address: String, _ folder: TemporaryFolder
  ) async throws {
    let device = undithered ? try profile.undithered : profile
    let file = try folder.write("\(device.name)-\(undithered).json", Array(device.json.utf8))
    for picture in ["card.png", "photo.jpg"] {
      let base = "\(device.name)-\(undithered)-\(picture)"
      let form = folder.path("\(base).form")
      let preview = folder.path("\(base).png")
      let fetched = try await Programs.device(
        "fetch", String(picture.prefix { $0 != "." }), "--profile", file, "--server", address,
        "--output", form, "--preview", preview, "--json"
      ).fetched()
      #expect(fetched.bytes == (try folder.data("\(base).form").count))
      try await Judge.check(
        form: form, profile: file, picture: folder.path(picture),
        options(device.alternatives[0]) + ["--preview", preview])
      try await judgeFile(form, device.alternatives[0].container)
    }
  }

  /// Scaled forms may be two codes off. Diffused palettes are judged against what they can mix.
  private static func options(_ capability: Capability) -> [String] {
    guard case .palette = capability.color else { return ["--tolerance", "2"] }
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

extension Profile {
  /// The same devices without dots.
  fileprivate var undithered: Profile {
    get throws {
      Profile(
        name: name,
        alternatives: try alternatives.map { each in
          try Capability(
            size: each.size, resolution: each.resolution, color: each.color, layout: each.layout,
            fit: each.fit, tone: each.tone, halftone: Halftone(method: .none),
            container: each.container, codecs: each.codecs, limits: each.limits)
        })
    }
  }
}
