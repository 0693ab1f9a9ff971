import Foundation
import Testing

/// Pictures of every kind, sound ones judged against a full-precision reference, damaged ones and
/// bombs refused with a reason, and the server alive after all of them.
@Suite struct PictureTests {
  @Test func everyKindIsRightOrRefused() async throws {
    let folder = try TemporaryFolder()
    let pictures = try await Judge.makePictures(in: folder)
    try #require(pictures.count > 100)
    let server = try await ServerProcess(data: folder)
    let address = server.address
    try await forEach(pictures) { try await Self.judge($0, address, folder) }
    #expect(server.isRunning)
    #expect(try server.memoryKiB("VmHWM") < 512 * 1_024)
    #expect(server.stop() == 0)
  }

  private static func judge(
    _ picture: ExpectedPicture, _ address: String, _ folder: TemporaryFolder
  ) async throws {
    let registered = try await Programs.device(
      "register", folder.path(picture.file), "--name", picture.file, "--server", address,
      "--retry", "0")
    guard picture.expect == "accept" else {
      #expect(registered.status == 1, "\(picture.file), \(picture.why)")
      let line = try #require(registered.errorLine, "\(picture.file)")
      #expect(
        line.contains("PICTURE_REFUSED: ") || line.contains("PICTURE_TOO_LARGE: "),
        "\(picture.file): \(line)")
      return
    }
    try #require(registered.status == 0, "\(picture.file): \(registered.errors)")
    let width = try #require(picture.width)
    let height = try #require(picture.height)
    let device = try folder.write(
      "\(picture.file).json",
      profile(
        """
        "size": { "width": \(width), "height": \(height) },
        "color": { "model": "rgb", "red": 8, "green": 8, "blue": 8, "pixelBits": 24 },
        "fit": { "mode": "none", "background": "#2060c0" }
        """))
    let form = folder.path("\(picture.file).form")
    let fetched = try await Programs.device(
      "fetch", picture.file, "--profile", device, "--server", address, "--output", form, "--json"
    ).fetched()
    #expect(fetched.bytes == width * height * 3)
    try await Judge.check(
      form: form, profile: device, picture: folder.path(picture.file), ["--tolerance", "1"])
  }

  /// A scaled form is within two codes of the reference, whichever boxes the picture is reduced by:
  /// of 1, 2, 4 and 8 pixels, the last ones cut by the picture's edge.
  @Test(arguments: [(350, 250), (499, 377), (877, 661), (1_663, 1_249)])
  func scaledFormsAreNearTheReference(width: Int, height: Int) async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: width, height: height, at: photo)
    _ = try await Programs.device("register", photo, "--name", "p", "--server", server.address)
    let device = try folder.write(
      "device.json",
      profile(
        """
        "size": { "width": 100, "height": 75 },
        "color": { "model": "rgb", "red": 8, "green": 8, "blue": 8, "pixelBits": 24 },
        "fit": { "mode": "cover" }
        """))
    let form = folder.path("form")
    _ = try await Programs.device(
      "fetch", "p", "--profile", device, "--server", server.address, "--output", form, "--json"
    ).fetched()
    try await Judge.check(form: form, profile: device, picture: photo, ["--tolerance", "2"])
    #expect(server.stop() == 0)
  }

  /// With `verify-at-registration headers`, what is damaged is said when it is fetched.
  @Test func headersOnlyMovesTheRefusalToTheFetch() async throws {
    let folder = try TemporaryFolder()
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 320, height: 240, at: photo)
    let cut = try folder.write("cut.jpg", try folder.data("photo.jpg").dropLast(4_000))
    let server = try await ServerProcess(data: folder, "--verify-at-registration", "headers")
    let registered = try await Programs.device(
      "register", cut, "--name", "cut", "--server", server.address)
    #expect(registered.status == 0, "\(registered.errors)")
    let fetched = try await Programs.device(
      "fetch", "cut", "--profile", "waveshare-7in5-v2", "--server", server.address)
    #expect(fetched.status == 1)
    #expect(fetched.errorLine?.contains("PICTURE_REFUSED: ") == true, "\(fetched.errors)")
    #expect(server.stop() == 0)
  }
}
