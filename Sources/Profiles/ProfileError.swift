package import Capabilities

/// Why a profile file is refused.
package struct ProfileError: Error, Hashable, Sendable {
  /// What is wrong; paths are keys joined by dots, elements of arrays in brackets.
  package enum Reason: Error, Hashable, Sendable {
    /// Neither a built-in name nor a file that can be read.
    case unreadable(String)
    /// Not JSON, or a key that stands twice.
    case syntax(JSONError)
    /// A key that no profile has; `allowed` are the keys that may stand there.
    case unknownKey(path: String, allowed: [String])
    /// A required key is not there.
    case missing(path: String)
    /// A value of another kind.
    case wrongType(path: String, found: String, expected: String)
    /// A value out of its range, both as they would be written.
    case outOfRange(path: String, value: String, allowed: String)
    /// Fields out of range or senseless together, as ``Capability`` found them; `path` stands
    /// before the error's own.
    case capability(path: String, CapabilityError)
  }

  /// The file as the user named it, or a built-in profile's name.
  package let file: String
  /// What is wrong.
  package let reason: Reason
}

extension ProfileError: CustomStringConvertible {
  /// One line: the file, the key path, what is there, what is allowed.
  package var description: String { "\(file): \(reason)" }
}

extension ProfileError.Reason: CustomStringConvertible {
  /// One line without the file.
  package var description: String {
    switch self {
    case .unreadable(let why): why
    case .syntax(let error): "line \(error.line), column \(error.column): \(error.message)"
    case .unknownKey(let path, let allowed):
      "\(path) is not known here, known are \(allowed.joined(separator: ", "))"
    case .missing(let path): "\(path) is missing"
    case .wrongType(let path, let found, let expected): "\(path) is \(found), not \(expected)"
    case .outOfRange(let path, let value, let allowed):
      "\(path) is \(value), allowed is \(allowed)"
    case .capability(let path, let error): "\(path)\(error)"
    }
  }
}
