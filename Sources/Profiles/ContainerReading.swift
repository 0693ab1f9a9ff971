internal import Capabilities

extension Container {
  init(_ value: JSONValue, path: String) throws(ProfileError.Reason) {
    let reader = try ObjectReader(value, path: path)
    let kind: Kind = try reader.word("id", \.word)
    try reader.allow(ProfileKeys.container(kind))
    let affixes = Affixes(
      prefix: try reader.hexadecimal("prefix"), suffix: try reader.hexadecimal("suffix"))
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
      self = .escposGSV0(stripRows: try reader.integer("stripRows", default: 255), affixes)
    case .escposGS8L: self = .escposGS8L(affixes)
    case .escposBitImage: self = .escposBitImage(affixes)
    case .zplGFA: self = .zplGFA(affixes)
    case .zplZ64: self = .zplZ64(affixes)
    case .eplGW: self = .eplGW(affixes)
    case .tsplBitmap: self = .tsplBitmap(affixes)
    case .cpclEG: self = .cpclEG(affixes)
    case .brotherQL: self = .brotherQL(try BrotherQL(reader), affixes)
    case .starRaster: self = .starRaster(affixes)
    case .dymo: self = .dymo(affixes)
    case .openEPaperLink: self = .openEPaperLink
    case .jpeg: self = .jpeg(quality: try reader.integer("quality"))
    }
  }
}

extension Container.BrotherQL {
  /// Absent: mediaLength 0, margin 35 dots (3 mm at 300 dpi, what PyPI's brother_ql feeds), cut.
  fileprivate init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(
      modelClass: try reader.word("modelClass", \.word),
      mediaType: try reader.word("mediaType", \.word),
      mediaWidth: try reader.integer("mediaWidth"),
      mediaLength: try reader.integer("mediaLength", default: 0),
      margin: try reader.integer("margin", default: 35),
      cut: try reader.bool("cut", default: true))
  }
}
