import Capabilities
import Profiles

/// Reads an input as the file of a profile.
/// - Returns: what did not hold; `nil` when everything did.
func exerciseProfileJSON(_ input: [UInt8]) -> String? {
  if let fault = exerciseJSON(input) { return fault }
  let profile: Profile
  do throws(ProfileError) { profile = try Profile(json: input, file: "input") } catch {
    return error.description.isEmpty ? "an error without words" : nil
  }
  guard (1...Profile.alternativeLimit).contains(profile.alternatives.count) else {
    return "\(profile.alternatives.count) alternatives"
  }
  for capability in profile.alternatives {
    guard (try? Capability(descriptor: capability.descriptor)) == capability else {
      return "an alternative's descriptor is another capability"
    }
  }
  let text = profile.json
  guard let again = try? Profile(json: Array(text.utf8), file: "again") else {
    return "a profile is not written as one that is read"
  }
  guard again == profile else { return "a profile is not written as it was read" }
  return again.json == text ? nil : "the canonical text is not canonical"
}

private func exerciseJSON(_ input: [UInt8]) -> String? {
  let value: JSONValue
  do throws(JSONError) { value = try JSONValue(parsing: input) } catch {
    return (1...input.count + 1).contains(error.line)
      && (1...input.count + 1).contains(error.column) ? nil : "an error outside of the text"
  }
  return (try? JSONValue(parsing: Array(value.text.utf8))) == value
    ? nil : "a value is not written as it was read"
}
