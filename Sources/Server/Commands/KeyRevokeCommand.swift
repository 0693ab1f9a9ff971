internal import ArgumentParser
internal import Foundation
internal import Store

/// Ends a key.
struct KeyRevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "End a key for good; connections that live by it end, too.",
    discussion: """
      The key stays in the list as revoked, so that strangers stay out when the last key goes. \
      With --forget it leaves the list as well, and its id may be used again; without any key in \
      the list, strangers on the loopback may do everything.
      """)

  @OptionGroup var options: DataOptions

  @Argument(help: "What the key is called.")
  var id: String

  @Flag(help: "Forget that there was this key, whether it is revoked already or not.")
  var forget = false

  func run() async throws {
    let id = try KeyArguments.id(self.id)
    let isDone = try await options.withLibrary(try options.resolve()) { library in
      forget ? try await library.forgetKey(id) : try await library.revokeKey(id, at: Date())
    }
    guard isDone else {
      throw SettingError(description: "there is no key \(id)\(forget ? "" : " in force")")
    }
  }
}
