internal import ArgumentParser
internal import Capabilities
internal import Foundation
internal import Transport
internal import WireProtocol

/// Prints the registered names, bytewise in order.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the registered pictures: id, bytes, time, name.")

  @OptionGroup var server: ServerOption

  @Argument(help: "Only names that begin with this.")
  var prefix = ""

  func validate() throws {
    do throws(ImageName.Fault) { _ = try ListMessage(prefix: prefix) } catch {
      throw ValidationError("a prefix: \(error)")
    }
  }

  func run() async throws {
    try await server.access().withConnection { client in
      var after = ""
      while true {
        let page = try await client.list(ListMessage(prefix: prefix, after: after))
        for entry in page.entries { print(line(entry)) }
        guard !page.isLast, let last = page.entries.last else { return }
        after = last.name.text
      }
    }
  }

  private func line(_ entry: ListingMessage.Entry) -> String {
    let time = Date(timeIntervalSince1970: TimeInterval(entry.unixTime)).formatted(.iso8601)
    let size = String(entry.byteCount)
    let padding = String(repeating: " ", count: max(0, 9 - size.count))
    return "\(hexadecimal(entry.imageID.bytes))  \(padding)\(size)  \(time)  \(entry.name)"
  }
}
