import Codecs

/// Reads an input as a JPEG or PNG: in full, to verify it, and its bare samples.
/// - Returns: what did not hold; `nil` when everything did.
func exercisePictures(_ input: [UInt8]) -> String? {
  do {
    let file = try ScratchFile(input)
    let position = try file.position
    let full = picture { () throws(PictureError) in try exerciseReader(file.descriptor) }
    let verified = picture { () throws(PictureError) in
      try PictureReader.verify(fileDescriptor: file.descriptor, limits: exercisedLimits)
    }
    guard try file.position == position else { return "the file's position moved" }
    guard full.error?.description.isEmpty != true else { return "an error without words" }
    guard (full.info == nil) == (verified.info == nil) else {
      return "decoding says \(full), verifying says \(verified)"
    }
    return exerciseSamples(input, full.info)
  } catch { return "no scratch file: \(error)" }
}

/// Small enough for many a picture in a second.
let exercisedLimits = DecodeLimits(
  pixelCount: 1 << 16, sidePixels: 4_096, byteCount: 1 << 20, scanCount: 20,
  workingByteCount: 1 << 20)

/// What became of a picture.
private typealias Outcome = (info: PictureInfo?, error: PictureError?)

private func picture(_ read: () throws(PictureError) -> PictureInfo) -> Outcome {
  do throws(PictureError) { return (try read(), nil) } catch { return (nil, error) }
}

/// Every row that the headers declare, both ways.
private func exerciseReader(_ fileDescriptor: Int32) throws(PictureError) -> PictureInfo {
  let reader = try PictureReader(fileDescriptor: fileDescriptor, limits: exercisedLimits)
  let info = reader.info
  try reader.start([
    Delivery(channels: .rgb), Delivery(channels: .gray, background: .black),
  ])
  var rgb = [UInt16](repeating: 0, count: 3 * info.width)
  var gray = [UInt16](repeating: 0, count: info.width)
  for _ in 0..<info.height {
    try reader.readRow()
    var span = rgb.mutableSpan
    reader.convert(0, into: &span)
    span = gray.mutableSpan
    reader.convert(1, into: &span)
  }
  try reader.finish()
  return info
}

private func exerciseSamples(_ input: [UInt8], _ info: PictureInfo?) -> String? {
  do throws(PictureError) {
    // No JPEG begins like this.
    let (width, height, isWhole) =
      input.first == 0x89 ? try exercisePNGSamples(input) : try exerciseJPEGSamples(input)
    guard isWhole else { return "rows of another length" }
    guard let info else { return "samples of a picture that is refused" }
    return (width, height) == (info.width, info.height) ? nil : "samples of another size"
  } catch { return info == nil || error.isLimit ? nil : "samples are refused: \(error)" }
}

private typealias SamplesOutcome = (width: Int, height: Int, isWhole: Bool)

private func exerciseJPEGSamples(_ input: [UInt8]) throws(PictureError) -> SamplesOutcome {
  let samples = try JPEGSamples(input, limits: exercisedLimits)
  let count = samples.width * samples.height * samples.channelCount
  return (samples.width, samples.height, samples.bytes.count == count)
}

private func exercisePNGSamples(_ input: [UInt8]) throws(PictureError) -> SamplesOutcome {
  let samples = try PNGSamples(input, limits: exercisedLimits)
  let isWhole =
    samples.bytes.count == samples.height * samples.bytesPerRow
    && samples.palette.allSatisfy { $0.count == 4 }
  return (samples.width, samples.height, isWhole)
}

extension PictureError {
  /// Samples are kept as a whole, rows are not.
  fileprivate var isLimit: Bool {
    if case .tooMuchMemory = self { true } else { false }
  }
}
