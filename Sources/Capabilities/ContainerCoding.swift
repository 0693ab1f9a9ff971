// Field 08: id u8, then the container's parameters, all of them, in this order.

extension Container {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    let kind = try cursor.word("container", Kind.self, grows: true)
    switch kind {
    case .raw: self = .raw
    case .pnm: self = .pnm
    case .bmp: self = .bmp
    case .png: self = .png
    case .wbmp: self = .wbmp
    case .lvgl: self = .lvgl
    case .pwg: self = .pwg
    case .urf: self = .urf
    case .escposGSV0:
      self = .escposGSV0(stripRows: try cursor.u16(), try Affixes(from: &cursor))
    case .escposGS8L: self = .escposGS8L(try Affixes(from: &cursor))
    case .escposBitImage: self = .escposBitImage(try Affixes(from: &cursor))
    case .zplGFA: self = .zplGFA(try Affixes(from: &cursor))
    case .zplZ64: self = .zplZ64(try Affixes(from: &cursor))
    case .eplGW: self = .eplGW(try Affixes(from: &cursor))
    case .tsplBitmap: self = .tsplBitmap(try Affixes(from: &cursor))
    case .cpclEG: self = .cpclEG(try Affixes(from: &cursor))
    case .brotherQL:
      self = .brotherQL(try BrotherQL(from: &cursor), try Affixes(from: &cursor))
    case .starRaster: self = .starRaster(try Affixes(from: &cursor))
    case .dymo: self = .dymo(try Affixes(from: &cursor))
    case .openEPaperLink: self = .openEPaperLink
    case .jpeg: self = .jpeg(quality: try cursor.u8())
    }
  }

  var encoded: [UInt8] {
    var bytes = [kind.rawValue]
    switch self {
    case .escposGSV0(let stripRows, _): bytes.append(u16: stripRows)
    case .brotherQL(let label, _): bytes += label.encoded
    case .jpeg(let quality): bytes.append(u8: quality)
    default: break
    }
    if let affixes { bytes += affixes.encoded }
    return bytes
  }
}

extension Container.Affixes {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    let prefix = try cursor.bytes(try cursor.u8())
    self.init(prefix: prefix, suffix: try cursor.bytes(try cursor.u8()))
  }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u8: prefix.count)
    bytes += prefix
    bytes.append(u8: suffix.count)
    return bytes + suffix
  }
}

extension Container.BrotherQL {
  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    let modelClass = try cursor.word("container.modelClass", ModelClass.self)
    let mediaType = try cursor.word("container.mediaType", MediaType.self)
    let mediaWidth = try cursor.u8()
    let mediaLength = try cursor.u8()
    let margin = try cursor.u16()
    let cut = try cursor.flags("container.cut", mask: 1)
    self.init(
      modelClass: modelClass, mediaType: mediaType, mediaWidth: mediaWidth,
      mediaLength: mediaLength, margin: margin, cut: cut != 0)
  }

  var encoded: [UInt8] {
    var bytes = [modelClass.rawValue, mediaType.rawValue]
    bytes.append(u8: mediaWidth)
    bytes.append(u8: mediaLength)
    bytes.append(u16: margin)
    bytes.append(cut ? 1 : 0)
    return bytes
  }
}
