import Capabilities
import Codecs
import Profiles

#if canImport(DeviceSim)
  @testable import DeviceSim
#endif

/// Reads an input as a form, as a virtual panel does. Its first byte chooses a codec and what is told
/// of the size; then comes the panel, as a profile's JSON up to a 0 when the byte's high bit is
/// set, else as the length (u16) and bytes of a descriptor; the rest is the form.
/// - Returns: what did not hold; `nil` when everything did.
func exercisePanels(_ input: [UInt8]) -> String? {
  var script = FuzzScript(input)
  let choice = script.byte()
  let capability: Capability
  if choice & 0x80 == 0 {
    let descriptor = script.bytes(Int(script.u16()))
    guard let described = try? Capability(descriptor: descriptor) else { return nil }
    capability = described
  } else {
    let json = Array(input.dropFirst().prefix { $0 != 0 })
    _ = script.bytes(json.count + 1)
    guard let profile = try? Profile(json: json, file: "panel") else { return nil }
    capability = profile.alternatives[0]
  }
  let size = capability.size
  let tellsHeight = choice & 8 != 0 || size.isRoll && size.width > 64
  let height = tellsHeight ? 1 + Int(script.byte()) : nil
  guard size.width * max(size.height, height ?? 1) <= exercisedPixelLimit else { return nil }
  let packed = script.bytes(input.count)
  let form: [UInt8]
  switch exerciseUnpacking(packed, choice & 7) {
  case .unpacked(let bytes): form = bytes
  case .refused: return nil
  case .fault(let fault): return fault
  }
  return exercise(
    VirtualPanel(capability), form, width: choice & 16 == 0 ? nil : size.width, height: height)
}

/// Pixels of a panel that is drawn here.
private let exercisedPixelLimit = 1 << 18

private func exercise(
  _ panel: VirtualPanel, _ form: [UInt8], width: Int?, height: Int?
) -> String? {
  do throws(PanelError) {
    let image = try panel.draw(form, width: width, height: height)
    let size = panel.capability.size
    guard image.width == size.width, size.isRoll || image.height == size.height,
      height.map({ $0 == image.height }) ?? true
    else { return "a picture of \(image.width)x\(image.height)" }
    return image.pixels.count == 3 * image.width * image.height ? nil : "pixels are missing"
  } catch { return error.description.isEmpty ? "an error without words" : nil }
}

private enum Unpacking {
  case unpacked([UInt8])
  case refused
  case fault(String)
}

/// Undoes the codec of this number: 0 is none, 1 is PackBits, others are zlib with a window of 10 bits
/// and more.
private func exerciseUnpacking(_ bytes: [UInt8], _ number: UInt8) -> Unpacking {
  let codec: Codec =
    switch number {
    case 0: .identity
    case 1: .packBits
    default: .zlib(windowBits: 8 + Int(number))
    }
  let limit = 1 << 18
  var form: [UInt8]?
  do throws(PanelError) { form = try FormUnpacking.unpack(bytes, codec, limit: limit) } catch {
    if error.description.isEmpty { return .fault("an error without words") }
  }
  if let form, form.count > limit { return .fault("unpacked to \(form.count) bytes") }
  if case .zlib(let windowBits) = codec {
    let pieces = inflatedInTwo(bytes, windowBits: windowBits, limit: limit)
    guard pieces == form else { return .fault("zlib depends on the pieces") }
  }
  return form.map { .unpacked($0) } ?? .refused
}

/// The same by two calls; `nil` when the stream is refused.
private func inflatedInTwo(_ bytes: [UInt8], windowBits: Int, limit: Int) -> [UInt8]? {
  do throws(ZlibError) {
    var inflater = try ZlibDecompressor(windowBits: windowBits, outputLimit: limit)
    var output: [UInt8] = []
    let half = bytes.count / 2
    try inflater.decompress(bytes.span.extracting(..<half), into: &output)
    try inflater.decompress(bytes.span.extracting(half...), into: &output)
    try inflater.finish()
    return output
  } catch { return nil }
}
