import Codecs

/// The background that the oracle composes on.
let fixtureBackground = LinearColor(red: 12_000, green: 40_000, blue: 60_000)

/// A whole picture as its rows, through to `finish`.
func decode(
  _ file: ScratchFile, channels: LinearChannels = .rgb, shrink: Int = 1,
  limits: DecodeLimits = .standard
) throws(PictureError) -> (width: Int, height: Int, values: [UInt16]) {
  let reader = try PictureReader(fileDescriptor: file.descriptor, limits: limits)
  let size = try reader.start(channels: channels, shrink: shrink, background: fixtureBackground)
  var values: [UInt16] = []
  var row = [UInt16](repeating: 0xABCD, count: size.width * channels.count)
  for _ in 0..<size.height {
    var span = row.mutableSpan
    try reader.readRow(into: &span)
    values += row
  }
  try reader.finish()
  return (size.width, size.height, values)
}

/// Why `body` refused, or nil.
func refusal(_ body: () throws(PictureError) -> Void) -> PictureError? {
  do throws(PictureError) {
    try body()
    return nil
  } catch {
    return error
  }
}

/// Why `verify` refuses a picture, or nil.
func refusal(of file: ScratchFile, limits: DecodeLimits = .standard) -> PictureError? {
  refusal { () throws(PictureError) in
    _ = try PictureReader.verify(fileDescriptor: file.descriptor, limits: limits)
  }
}
