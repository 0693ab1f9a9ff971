// The canonical descriptor: fields `type u8, length u16, value`, all integers big-endian, types
// strictly ascending, a field that holds its default left out. `init(descriptor:)` and `descriptor`
// are inverses: what is accepted is encoded to the same bytes again.

extension Capability {
  /// The largest descriptor: 10 fields, a palette of 256 colours and full affixes stay below it.
  public static let descriptorLimit = 2_048

  /// The capability that a descriptor writes.
  /// - Throws: ``CapabilityError`` with the byte offset of what is wrong; a descriptor that is not
  ///   canonical is refused.
  public init(descriptor: [UInt8]) throws(CapabilityError) {
    guard descriptor.count <= Self.descriptorLimit else {
      throw .outOfRange(
        field: "descriptor byte count", value: descriptor.count,
        allowed: "1…\(Self.descriptorLimit)", offset: 0)
    }
    var fields = DescriptorFields()
    var cursor = DescriptorCursor(descriptor, range: 0..<descriptor.count)
    var previous: UInt8?
    while cursor.remaining > 0 {
      let start = cursor.offset
      let type = UInt8(try cursor.u8())
      if let previous, type <= previous {
        throw .outOfOrder(type: type, after: previous, offset: start)
      }
      previous = type
      let length = try cursor.u16()
      let valueStart = cursor.offset
      guard cursor.remaining >= length else {
        throw .truncated(needed: length, available: cursor.remaining, offset: valueStart)
      }
      guard let field = DescriptorField(rawValue: type) else {
        throw .unknownField(type: type, offset: start)
      }
      _ = try cursor.bytes(length)
      var value = DescriptorCursor(descriptor, range: valueStart..<valueStart + length)
      do throws(CapabilityError) {
        try fields.read(field, from: &value)
      } catch .truncated(let needed, _, let offset) {
        // The field's own length cut it short: say so in the field's terms.
        throw .wrongLength(
          field: "\(field)", declared: length, expected: offset - valueStart + needed,
          offset: valueStart)
      }
      guard value.remaining == 0 else {
        throw .wrongLength(
          field: "\(field)", declared: length, expected: length - value.remaining,
          offset: valueStart)
      }
      guard !fields.isDefault(field) else {
        throw .defaultPresent(field: "\(field)", offset: start)
      }
    }
    guard let size = fields.size else { throw .missing(field: "size") }
    guard let color = fields.color else { throw .missing(field: "color") }
    try self.init(
      size: size, resolution: fields.resolution, color: color, layout: fields.layout,
      fit: fields.fit, tone: fields.tone, halftone: fields.halftone, container: fields.container,
      codecs: fields.codecs, limits: fields.limits)
  }

  /// The canonical descriptor.
  public var descriptor: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ field: DescriptorField, unless isDefault: Bool, _ value: [UInt8]) {
      guard !isDefault else { return }
      bytes.append(field.rawValue)
      bytes.append(u16: value.count)
      bytes += value
    }
    append(.size, unless: false, size.encoded)
    append(.resolution, unless: resolution == .unknown, resolution.encoded)
    append(.color, unless: false, color.encoded)
    append(.layout, unless: layout == .standard, layout.encoded)
    append(.fit, unless: fit == .standard, fit.encoded)
    append(.tone, unless: tone == .neutral, tone.encoded)
    append(.halftone, unless: halftone == .standard, halftone.encoded)
    append(.container, unless: container == .raw, container.encoded)
    append(.codecs, unless: codecs == [.identity], codecs.flatMap { [$0.id, $0.parameter] })
    append(.limits, unless: limits == .none, limits.encoded)
    return bytes
  }
}

/// What has been read of a descriptor so far.
private struct DescriptorFields {
  var size: PanelSize?
  var resolution = Resolution.unknown
  var color: Color?
  var layout = Layout.standard
  var fit = Fit.standard
  var tone = Tone.neutral
  var halftone = Halftone.standard
  var container = Container.raw
  var codecs = [Codec.identity]
  var limits = Limits.none

  mutating func read(
    _ field: DescriptorField, from cursor: inout DescriptorCursor
  ) throws(CapabilityError) {
    switch field {
    case .size: size = try PanelSize(from: &cursor)
    case .resolution: resolution = try Resolution(from: &cursor)
    case .color: color = try Color(from: &cursor)
    case .layout: layout = try Layout(from: &cursor)
    case .fit: fit = try Fit(from: &cursor)
    case .tone: tone = try Tone(from: &cursor)
    case .halftone: halftone = try Halftone(from: &cursor)
    case .container: container = try Container(from: &cursor)
    case .codecs: codecs = try Self.codecs(from: &cursor)
    case .limits: limits = try Limits(from: &cursor)
    }
  }

  func isDefault(_ field: DescriptorField) -> Bool {
    switch field {
    case .size, .color: false
    case .resolution: resolution == .unknown
    case .layout: layout == .standard
    case .fit: fit == .standard
    case .tone: tone == .neutral
    case .halftone: halftone == .standard
    case .container: container == .raw
    case .codecs: codecs == [.identity]
    case .limits: limits == .none
    }
  }

  private static func codecs(
    from cursor: inout DescriptorCursor
  ) throws(CapabilityError) -> [Codec] {
    var codecs: [Codec] = []
    repeat {
      let start = cursor.offset
      let id = UInt8(try cursor.u8())
      guard id <= Codec.highestID else {
        throw .unknownValue(
          field: "codecs", value: Int(id), known: "0…\(Codec.highestID)", offset: start)
      }
      let parameter = UInt8(try cursor.u8())
      guard let codec = Codec(id: id, parameter: parameter) else {
        throw .outOfRange(
          field: "codecs (id, parameter)", value: Int(id) << 8 | Int(parameter),
          allowed: "0x0000, 0x0100, 0x0209…0x020f", offset: start)
      }
      codecs.append(codec)
    } while cursor.remaining > 0
    return codecs
  }
}
