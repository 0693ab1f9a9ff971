import Foundation
import Profiles
import Testing

/// The commands as a person or a script meets them.
@Suite struct CommandTests {
  @Test func aPictureComesAndGoes() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let address = ["--server", server.address]
    let card = folder.path("card.png")
    #expect(
      try await Programs.device("testcard", "--width", "400", "--height", "300", "--output", card)
        .status == 0)
    for generation in 1...2 {
      let registered = try await Programs.run(
        Programs.device, ["register", card, "--name", "lobby/left"] + address)
      #expect(registered.output.contains("generation \(generation)  lobby/left"))
    }
    _ = try await Programs.run(Programs.device, ["register", card, "--name", "lobby"] + address)

    let list = try await Programs.run(Programs.device, ["list"] + address)
    let names = list.output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(names == ["lobby", "lobby/left"])
    let some = try await Programs.run(Programs.device, ["list", "lobby/"] + address)
    #expect(some.output.split(separator: "\n").count == 1)

    let fetch = ["fetch", "lobby/left", "--profile", "waveshare-7in5b-v2", "--json"] + address
    let first = try await Programs.run(
      Programs.device,
      fetch + [
        "--output", folder.path("form"), "--as-sent", folder.path("sent"), "--preview",
        folder.path("preview.png"),
      ]
    ).fetched()
    #expect(first.status == "ok" && first.bytes == 96_000 && first.codec == "zlib")
    #expect(try folder.data("form").count == 96_000)
    #expect(try folder.data("sent").count == first.bytesAsSent)
    let inflated = try await Programs.run(
      URL(filePath: "/usr/bin/python3"),
      [
        "-c",
        "import sys,zlib;f=open;a,b=sys.argv[1:];assert zlib.decompress(f(a,'rb').read())==f(b,'rb').read()",
        folder.path("sent"), folder.path("form"),
      ])
    #expect(inflated.status == 0, "\(inflated.errors)")
    let drawn = try await Programs.device(
      "preview", folder.path("form"), "--profile", "waveshare-7in5b-v2", "--output",
      folder.path("again.png"))
    #expect(drawn.status == 0)
    #expect(try folder.data("again.png") == folder.data("preview.png"))

    let shown = try await Programs.run(Programs.device, fetch + ["--shown", first.etag]).fetched()
    #expect(shown.status == "not-modified" && shown.bytes == 0 && shown.etag == first.etag)
    let again = try await Programs.run(Programs.device, fetch).fetched()
    #expect(again.etag == first.etag && again.image == first.image)
    #expect(try server.logCount("form made") == 1)

    let removed = try await Programs.run(Programs.device, ["remove", "lobby/left"] + address)
    #expect(removed.status == 0 && removed.output.isEmpty)
    let gone = try await Programs.run(Programs.device, fetch + ["--retry", "0"])
    #expect(gone.status == 1)
    #expect(
      gone.errorLine
        == "Error: the server refuses: NOT_FOUND: no picture is registered as lobby/left")
    let registered = try await Programs.run(
      Programs.device, ["register", card, "--name", "lobby/left"] + address)
    #expect(registered.output.contains("generation 3"))
    #expect(server.stop() == 0)
  }

  @Test func everythingAcknowledgedIsThereAfterAKill() async throws {
    let folder = try TemporaryFolder()
    let first = try await ServerProcess(data: folder)
    let card = folder.path("card.png")
    _ = try await Programs.device("testcard", "--width", "64", "--height", "64", "--output", card)
    for index in 0..<10 {
      let result = try await Programs.device(
        "register", card, "--name", "name-\(index)", "--server", first.address)
      #expect(result.status == 0)
    }
    first.kill9()
    let second = try await ServerProcess(data: folder)
    let list = try await Programs.device("list", "--server", second.address)
    #expect(list.output.split(separator: "\n").count == 10)
    #expect(second.stop() == 0)
  }

  @Test func profilesPrintsTheFiles() async throws {
    let table = try await Programs.device("profiles")
    let json = try await Programs.device("profiles", "--json")
    let files = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    #expect(files.compactMap { $0["name"] as? String } == BuiltInProfiles.all.map(\.name))
    for profile in BuiltInProfiles.all { #expect(table.output.contains("\n\(profile.name) ")) }
    let folder = try TemporaryFolder()
    for file in files {
      let data = try JSONSerialization.data(withJSONObject: file)
      #expect(
        try Profile(json: Array(data), file: folder.path("x")).name == file["name"] as? String)
    }
  }

  /// A file that is printed is one to begin with.
  @Test func profilesPrintsOneFile() async throws {
    let folder = try TemporaryFolder()
    let printed = try await Programs.device("profiles", "waveshare-7in5b-v2")
    let profile = try Profile(json: Array(printed.output.utf8), file: folder.path("own.json"))
    #expect(profile == BuiltInProfiles.named("waveshare-7in5b-v2"))
    let sources = try await Programs.device("profiles", "--sources")
    #expect(sources.output.contains("\nst7789-240x240\n  hardware: ST7789"))
  }

  /// Wrong usage ends with 64, failure with 1 and one line that says what and what is allowed.
  @Test(arguments: [
    (["fetch", "x"], 64, "--profile"),
    (["profiles", "no-such"], 1, "no built-in profile has the name \"no-such\""),
    (["profiles", "wled-16x16", "--json"], 64, "exclude each other"),
    (
      ["fetch", "x", "--profile", "wled-16x16", "--credit", "63"], 64,
      "--credit is 63, allowed is 64…"
    ),
    (["fetch", "x", "--profile", "wled-16x16", "--max-frame", "247"], 64, "allowed is 248…65535"),
    (["fetch", "x", "--profile", "wled-16x16", "--shown", "12"], 64, "32 hexadecimal digits"),
    (["fetch", "", "--profile", "wled-16x16"], 64, "at least 1 byte"),
    (["register", "/dev/null", "--name", "a\u{7}b"], 64, "control character U+7"),
    (["register", "/nowhere/a.png", "--name", "a"], 1, "/nowhere/a.png cannot be read"),
    (["list", "--server", "nowhere"], 64, "HOST:PORT"),
    (["list", "--server", "127.0.0.1:1"], 1, "cannot connect to 127.0.0.1:1"),
    (["fetch", "x", "--profile", "no-such-device"], 1, "neither a built-in profile nor a file"),
    (["preview", "/dev/null", "--profile", "wled-16x16", "--output", "/tmp/x.png"], 1, "768"),
    (["testcard", "--width", "0", "--height", "5", "--output", "x"], 64, "allowed is 1…4096"),
    (
      ["testcard", "--width", "5", "--height", "5", "--output", "/nowhere/x"], 1,
      "cannot be written"
    ),
    (["frobnicate"], 64, "frobnicate"),
  ])
  func wrongUse(arguments: [String], status: Int32, text: String) async throws {
    let result = try await Programs.run(Programs.device, arguments)
    #expect(result.status == status)
    #expect(result.errors.contains(text), "\(result.errors)")
    if status == 1 { #expect(result.errorLine != nil, "\(result.errors)") }
  }

  @Test(arguments: [
    (
      ["serve", "--listen", "127.0.0.1"], 64,
      "listen is \"127.0.0.1\" (from flag), allowed is HOST:"
    ),
    (["serve", "--log-level", "loud"], 64, "log-level is \"loud\" (from flag), allowed is trace"),
    (["check-config", "--verify-at-registration", "no"], 64, "allowed is full, headers"),
    (["serve", "--config", "/nowhere.json"], 1, "configuration file /nowhere.json cannot be read"),
    (
      ["serve", "--listen", "127.0.0.1:0", "--data", "/proc/forme"], 1, "data folder /proc/forme: "
    ),
    (["serve", "--listen", "0.0.0.0:0"], 1, "say allow-plaintext if that is meant"),
    (["serve", "--listen", "no-such-host.invalid:1"], 1, "there is no host no-such-host.invalid"),
  ])
  func wrongSettings(arguments: [String], status: Int32, text: String) async throws {
    let folder = try TemporaryFolder()
    let result = try await Programs.run(
      Programs.server, arguments, environment: ["FORME_DATA": folder.path("store")])
    #expect(result.status == status)
    #expect(result.errors.contains(text), "\(result.errors)")
    if status == 1 { #expect(result.errorLine != nil, "\(result.errors)") }
  }

  @Test func checkConfigSaysWhereEachSettingCameFrom() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "forme.json",
      Array(#"{ "data": "/srv/a", "allow-plaintext": true, "grace-seconds": 3 }"#.utf8))
    let result = try await Programs.run(
      Programs.server, ["check-config", "--config", file, "--listen", "127.0.0.1:5"],
      environment: ["FORME_DATA": "/srv/b", "FORME_LISTEN": "127.0.0.1:6"])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(lines.contains(["listen", "127.0.0.1:5", "flag"]))
    #expect(lines.contains(["data", "/srv/b", "environment"]))
    #expect(lines.contains(["allow-plaintext", "true", "file"]))
    #expect(lines.contains(["grace-seconds", "3", "file"]))
    #expect(lines.contains(["log-level", "info", "default"]))
  }

  @Test func twoServersCannotShareAFolder() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let second = try await Programs.run(
      Programs.server,
      ["serve", "--listen", "127.0.0.1:0", "--data", folder.path("store")])
    #expect(second.status == 1)
    #expect(second.errorLine?.contains("another process owns the data folder") == true)
    let taken = try await Programs.run(
      Programs.server, ["serve", "--listen", server.address, "--data", folder.path("other")])
    #expect(taken.status == 1)
    #expect(
      taken.errorLine?.contains("cannot listen on \(server.address)") == true, "\(taken.errors)")
    #expect(server.stop() == 0)
  }
}
