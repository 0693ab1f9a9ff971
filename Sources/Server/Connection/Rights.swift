/// What a device may do.
struct Rights: OptionSet, Sendable {
  let rawValue: Int

  /// GET and LIST.
  static let retrieve = Rights(rawValue: 1)
  /// PUT and REMOVE.
  static let register = Rights(rawValue: 2)

  /// What strangers may do: everything on the loopback, elsewhere what the setting says
  /// (spec/PROTOCOL.md, "Security considerations").
  static func strangers(
    onLoopback: Bool, _ setting: ServerConfiguration.Strangers
  ) -> Rights {
    if onLoopback { return [.retrieve, .register] }
    return setting == .retrieve ? [.retrieve] : []
  }
}
