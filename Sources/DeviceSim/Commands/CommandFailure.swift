/// Ends a command with one clear line and exit status 1.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
