internal import Capabilities
internal import Foundation
internal import Synchronization

/// Hears on a connection and a thread of its own what other nodes have changed.
final class PostgresListener: Sendable {
  /// The channel of all changes.
  static let channel = "forme_change"
  /// How long nothing may be heard before it is looked whether the connection is still there.
  private static let silence: Duration = .seconds(15)

  private let uri: PostgresURI
  private let settings: PostgresSettings
  private let node: [UInt8]
  private let feed: ChangeFeed
  private let isClosed = Mutex(false)
  /// Can be read as soon as the listener is closed.
  private let wake = Pipe()

  /// - Parameters:
  ///   - node: whose changes are left out, because they were reported already.
  ///   - feed: what is told of the others.
  init(_ uri: PostgresURI, settings: PostgresSettings, node: [UInt8], feed: ChangeFeed) {
    self.uri = uri
    self.settings = settings
    self.node = node
    self.feed = feed
  }

  /// Listens from now on. Blocks until it does.
  /// - Parameter first: a connection that nobody else uses.
  func start(_ first: PostgresConnection) throws(StoreError) {
    try first.command("LISTEN \(Self.channel)")
    let thread = Thread { [self] in run(first) }
    thread.name = "forme.store.listener"
    thread.start()
  }

  /// Ends the thread soon.
  func close() {
    isClosed.withLock { $0 = true }
    try? wake.fileHandleForWriting.close()
  }

  private func run(_ first: PostgresConnection) {
    var connection: PostgresConnection? = first
    var backoff = Backoff()
    while !isClosed.withLock({ $0 }) {
      do throws(StoreError) {
        if let connection {
          try hear(connection)
        } else {
          let next = try PostgresConnection(uri, statementTimeout: settings.statementTimeout)
          try next.command("LISTEN \(Self.channel)")
          connection = next
          backoff = Backoff()
          // Whatever was told since the last connection ended, nobody here has heard.
          feed.report(.any)
        }
      } catch {
        connection = nil
        Thread.sleep(forTimeInterval: backoff.next())
      }
    }
  }

  private func hear(_ connection: PostgresConnection) throws(StoreError) {
    let told = try connection.waitForNotifications(
      wake: wake.fileHandleForReading.fileDescriptor, timeout: Self.silence)
    // One that has ended without a word is noticed by asking.
    if told.isEmpty { try connection.command("SELECT 1") }
    for notification in told {
      guard let change = PostgresChange(payload: notification.payload) else { continue }
      if change.node != node { feed.report(change.change) }
    }
  }
}

/// What a node tells the others: who it is, a colon, and the name that has changed, both as
/// hexadecimal digits. Without a name anything may have changed.
struct PostgresChange {
  let node: [UInt8]
  let change: NameChange

  init(_ change: NameChange, by node: [UInt8]) {
    self.node = node
    self.change = change
  }

  /// - Returns: `nil` when it was written by somebody else.
  init?(payload: String) {
    let parts = payload.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let node = bytes(hexadecimal: String(parts[0])),
      let name = bytes(hexadecimal: String(parts[1])).flatMap({
        String(validating: $0, as: UTF8.self)
      })
    else { return nil }
    self.node = node
    change = name.isEmpty ? .any : .moved(name)
  }

  /// As the others read it.
  var payload: String {
    switch change {
    case .moved(let name): "\(hexadecimal(node)):\(hexadecimal(Array(name.utf8)))"
    case .any: "\(hexadecimal(node)):"
    }
  }
}
