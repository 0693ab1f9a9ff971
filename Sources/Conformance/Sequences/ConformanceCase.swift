/// Which side of the protocol is judged.
enum Side: String, CaseIterable, Sendable {
  case server, client
}

/// One sequence: what is sent, and what has to come.
struct ConformanceCase: Sendable {
  /// How strongly the specification words what is tried.
  enum Level: String, Sendable { case must, should }

  /// What has to be there for the sequence to say anything.
  enum Need: String, CaseIterable, Sendable {
    /// A key that the server holds, with every right; of a client, that it takes one.
    case key
    /// No key: the peer takes strangers.
    case stranger
    /// The command is told what the device shows.
    case shown
    /// The command writes the form to a file.
    case output
    /// Patience: more than five seconds.
    case slow
  }

  /// Unique in its suite: lower case and hyphens.
  let name: String
  /// One line for people.
  let title: String
  /// The section of spec/PROTOCOL.md.
  let section: String
  /// The numbers of the requirements that it tries.
  let requirements: [String]
  let level: Level
  let needs: Set<Need>
  let steps: [Step]
}
