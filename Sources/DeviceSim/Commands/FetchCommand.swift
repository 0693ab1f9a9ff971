internal import ArgumentParser
internal import Capabilities
internal import Foundation
internal import Profiles
internal import Transport
internal import WireProtocol

/// Fetches a picture as a device of some kind would.
struct FetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Fetch a picture as a device of some kind would.")

  @OptionGroup var server: ServerOption
  @OptionGroup var retry: RetryOption

  @Argument(help: "The picture's name.", transform: ImageName.init(argument:))
  var name: ImageName

  @Option(help: "A built-in profile's name, or a profile file.")
  var profile: String

  @Option(help: "Where to write the form as the device holds it, unpacked.")
  var output: String?

  @Option(help: "Where to write the form's bytes as they were sent; of a patched form, all bytes.")
  var asSent: String?

  @Option(help: "Where to draw what the device would show, a PNG.")
  var preview: String?

  @Flag(help: "Print one JSON object about the form.")
  var json = false

  @Option(
    help: """
      The etag of what the device shows already. When the file of --output, --as-sent or --partial \
      has it, the server may send what differs from that.
      """, transform: ShortDigest.init(argument:))
  var shown = ShortDigest.none

  @Option(help: "Keep the bytes so far in this file (and FILE.json), and go on from it.")
  var partial: String?

  @Option(help: "The largest frame that the device takes, 248 to 65535 bytes.")
  var maxFrame = 16_384

  @Option(
    help: "The bytes that the device takes before it has dealt with earlier ones, 64 or more.")
  var credit = 1_048_576

  func validate() throws {
    guard (248...65_535).contains(maxFrame) else {
      throw ValidationError("--max-frame is \(maxFrame), allowed is 248…65535")
    }
    guard (64...WireConstants.creditLimit).contains(credit) else {
      throw ValidationError("--credit is \(credit), allowed is 64…\(WireConstants.creditLimit)")
    }
  }

  func run() async throws {
    let device = try Profile.find(profile)
    let base = formShown()
    var access = try server.access()
    if shown != .none { access.fields.insert(.shown(shown), at: 0) }
    let partial = self.partial.map { PartialForm(path: $0) } ?? PartialForm()
    var fetcher = FormFetcher(
      FormFetcher.Request(
        server: access, name: name, capabilities: device.alternatives, shown: shown,
        base: base,
        maxFrame: maxFrame, creditBytes: credit, wantsImageID: json,
        patience: .seconds(retry.seconds)),
      partial: partial)
    let outcome = try await fetcher.fetch()
    if outcome.form.status.hasData {
      try write(outcome, device)
      // Not earlier: a full disk under --output must not cost the transfer.
      partial.remove()
    }
    if json {
      print(try FetchReport(outcome).text)
    } else {
      print(FetchReport(outcome).line(name: name.text, profile: device.name))
    }
  }

  /// The form with the etag `shown`, from where an earlier fetch has left it.
  private func formShown() -> [UInt8]? {
    guard shown != .none else { return nil }
    for path in [output, asSent, partial].compactMap(\.self) where !isIrregularFile(path) {
      let bytes = try? readFile(path, limit: FormSize.byteLimit)
      if let bytes, ShortDigest(of: bytes) == shown { return bytes }
    }
    return nil
  }

  private func write(_ outcome: FormFetcher.Outcome, _ device: Profile) throws {
    if let asSent { try writeFile(asSent, outcome.bytesAsSent) }
    if let output { try writeFile(output, outcome.bytes) }
    guard let preview else { return }
    let image = try VirtualPanel(device.alternatives[Int(outcome.form.alternative)])
      .draw(outcome.bytes, width: Int(outcome.form.width), height: Int(outcome.form.height))
    try writeFile(preview, try image.png())
  }
}
