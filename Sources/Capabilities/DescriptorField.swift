/// The fields of a descriptor, by their type bytes (spec/DESCRIPTOR.md, "Fields").
enum DescriptorField: UInt8, CaseIterable {
  case size = 0x01
  case resolution = 0x02
  case color = 0x03
  case layout = 0x04
  case fit = 0x05
  case tone = 0x06
  case halftone = 0x07
  case container = 0x08
  case codecs = 0x09
  case limits = 0x0A
}
