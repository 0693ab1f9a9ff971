internal import Capabilities

extension Profile {
  /// The longest profile file in bytes; 4 alternatives of 256 colours each stay below it.
  package static let byteLimit = 262_144

  /// The profile that a JSON text writes; ``json`` is its inverse.
  /// - Parameter file: what the user called it, for the error.
  /// - Throws: ``ProfileError`` naming the key path; nothing unknown or out of range is accepted.
  package init(json: [UInt8], file: String) throws(ProfileError) {
    do throws(ProfileError.Reason) {
      try self.init(json: json)
    } catch {
      throw ProfileError(file: file, reason: error)
    }
  }

  private init(json: [UInt8]) throws(ProfileError.Reason) {
    guard json.count <= Self.byteLimit else {
      throw .outOfRange(
        path: "the profile's byte count", value: "\(json.count)", allowed: "1…\(Self.byteLimit)")
    }
    let root: JSONValue
    do throws(JSONError) { root = try JSONValue(parsing: json) } catch { throw .syntax(error) }
    let reader = try ObjectReader(root, path: "")
    let hasAlternatives = reader.has("alternatives")
    try reader.allow(hasAlternatives ? ProfileKeys.profileOfAlternatives : ProfileKeys.profile)
    name = try Self.name(reader)
    alternatives =
      try hasAlternatives
      ? Self.alternatives(reader) : [Capability(reader, errorPrefix: "")]
    device = try Self.device(reader)
  }

  private static func name(_ reader: ObjectReader) throws(ProfileError.Reason) -> String {
    let name = try reader.string("name")
    guard (1...100).contains(name.utf8.count) else {
      throw .outOfRange(
        path: "name", value: "\(name.utf8.count) bytes long", allowed: "1…100 bytes")
    }
    return name
  }

  private static func alternatives(
    _ reader: ObjectReader
  ) throws(ProfileError.Reason) -> [Capability] {
    let elements = try reader.array("alternatives")
    guard (1...alternativeLimit).contains(elements.count) else {
      throw .outOfRange(
        path: "alternatives", value: "a list of \(elements.count)",
        allowed: "1…\(alternativeLimit)")
    }
    var capabilities: [Capability] = []
    for (path, value) in elements {
      let object = try ObjectReader(value, path: path, keys: ProfileKeys.capability)
      capabilities.append(try Capability(object, errorPrefix: path + "."))
    }
    return capabilities
  }

  private static func device(
    _ reader: ObjectReader
  ) throws(ProfileError.Reason) -> [String: JSONValue] {
    guard reader.has("device") else { return [:] }
    return try ObjectReader(try reader.value("device"), path: "device").all
  }
}

extension Capability {
  /// - Parameter errorPrefix: stands before the field names of ``CapabilityError``.
  fileprivate init(
    _ reader: ObjectReader, errorPrefix: String
  ) throws(ProfileError.Reason) {
    let size = try PanelSize(reader.object("size", keys: ProfileKeys.size))
    let resolution =
      try reader.has("resolution")
      ? Resolution(reader.object("resolution", keys: ProfileKeys.resolution)) : .unknown
    let color = try Color(reader.value("color"), path: reader.path("color"))
    let layout =
      try reader.has("layout")
      ? Layout(reader.object("layout", keys: ProfileKeys.layout)) : .standard
    let fit =
      try reader.has("fit") ? Fit(reader.object("fit", keys: ProfileKeys.fit)) : .standard
    let tone =
      try reader.has("tone") ? Tone(reader.object("tone", keys: ProfileKeys.tone)) : .neutral
    let halftone =
      try reader.has("halftone")
      ? Halftone(reader.object("halftone", keys: ProfileKeys.halftone)) : .standard
    let container =
      try reader.has("container")
      ? Container(reader.value("container"), path: reader.path("container")) : .raw
    var codecs = [Codec.identity]
    if reader.has("codecs") {
      codecs = []
      for (path, value) in try reader.array("codecs") {
        codecs.append(try Codec(value, path: path))
      }
    }
    let limits =
      try reader.has("limits")
      ? Limits(reader.object("limits", keys: ProfileKeys.limits)) : Limits.none
    do throws(CapabilityError) {
      try self.init(
        size: size, resolution: resolution, color: color, layout: layout, fit: fit, tone: tone,
        halftone: halftone, container: container, codecs: codecs, limits: limits)
    } catch {
      throw .capability(path: errorPrefix, error)
    }
  }
}
