import Foundation
import Testing

/// What cannot be made is refused in one line that says why.
@Suite struct RefusalTests {
  @Test func whatCannotBeMadeIsSaid() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let card = folder.path("card.png")
    _ = try await Programs.device("testcard", "--width", "90", "--height", "60", "--output", card)
    _ = try await Programs.device("register", card, "--name", "c", "--server", server.address)
    for (fields, code, text) in Self.cases {
      let file = try folder.write("device.json", profile(fields))
      let result = try await Programs.device(
        "fetch", "c", "--profile", file, "--server", server.address, "--retry", "0")
      #expect(result.status == 1)
      let line = try #require(result.errorLine, "\(result.errors)")
      #expect(line.contains(code) && line.contains(text), "\(line)")
    }
    #expect(server.stop() == 0)
  }

  private static let cases = [
    (
      #""size": {"width": 80, "height": 0}, "color": {"model": "gray", "bits": 1, "black": 1}, "fit": {"margins": {"top": 1700}}, "container": {"id": "escpos-gs-8-l"}"#,
      "FORM_TOO_LARGE", "1662"
    ),
    (
      #""size": {"width": 80, "height": 80}, "color": {"model": "gray", "bits": 8}, "limits": {"maxBytes": 6399}"#,
      "FORM_TOO_LARGE", "6400 bytes, the device takes 6399"
    ),
  ]

  /// A device with two alternatives gets the second when the first is too large for it.
  @Test func theNextAlternativeIsTaken() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let card = folder.path("card.png")
    _ = try await Programs.device("testcard", "--width", "90", "--height", "60", "--output", card)
    _ = try await Programs.device("register", card, "--name", "c", "--server", server.address)
    let file = try folder.write(
      "device.json",
      Array(
        """
        { "name": "two", "alternatives": [
          { "size": {"width": 80, "height": 80}, "color": {"model": "gray", "bits": 8},
            "limits": {"maxBytes": 6399} },
          { "size": {"width": 80, "height": 80}, "color": {"model": "gray", "bits": 1} } ] }
        """.utf8))
    let form = try await Programs.device(
      "fetch", "c", "--profile", file, "--server", server.address, "--json", "--preview",
      folder.path("preview.png")
    ).fetched()
    #expect(form.alternative == 1 && form.bytes == 800)
    #expect(server.stop() == 0)
  }

  /// A form beyond every form's size is refused before a server is asked.
  @Test func hugeFormsAreRefused() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "device.json",
      profile(
        #""size": {"width": 65535, "height": 65535}, "color": {"model": "gray", "bits": 1}"#))
    let result = try await Programs.device("fetch", "c", "--profile", file)
    #expect(result.status == 1)
    #expect(result.errorLine?.contains("4294836225 pixels, allowed are 67108864") == true)
  }
}
