import Testing

@testable import Server

@Suite struct RightsTests {
  @Test(arguments: [
    (true, ServerConfiguration.Strangers.nothing, [Rights.retrieve, .register]),
    (true, .retrieve, [.retrieve, .register]),
    (false, .nothing, []),
    (false, .retrieve, [.retrieve]),
  ])
  func strangersMayDoWhatTheSettingSaysBeyondTheLoopback(
    _ onLoopback: Bool, _ setting: ServerConfiguration.Strangers, _ expected: [Rights]
  ) {
    #expect(Rights.strangers(onLoopback: onLoopback, setting) == Rights(expected))
  }
}
