/// One setting of the server: the name of its flag and of its key in the configuration file, and
/// how its text is read. Its environment name is FORME_ and the name in capitals.
struct Setting<Value: Sendable>: Sendable {
  /// As in `--name` and in the file.
  let name: String
  /// In force where nobody says otherwise, as text.
  let defaultText: String
  /// What is allowed, for the error.
  let allowed: String
  /// Reads the text; `nil` when it is not allowed.
  let parse: @Sendable (String) -> Value?
  /// The text without what nobody but the owner may see.
  var shown: @Sendable (String) -> String = { $0 }
}

/// Where a setting's value came from, in the order of precedence.
enum SettingOrigin: String, CaseIterable, Sendable {
  case flag, environment, file
  case builtIn = "default"
}

/// A setting that holds what is not allowed.
struct SettingError: Error, CustomStringConvertible {
  let description: String
  /// Who said it; `nil` when nobody in particular did.
  var origin: SettingOrigin?
}

/// One line of `check-config`.
struct SettingReport: Sendable {
  let name: String
  let text: String
  let origin: SettingOrigin
}
