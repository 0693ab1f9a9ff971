import Codecs

/// The background that the oracle composes on.
let fixtureBackground = LinearColor(red: 12_000, green: 40_000, blue: 60_000)

/// A whole picture as its rows, through to `finish`.
func decode(
  _ file: ScratchFile, channels: LinearChannels = .rgb, limits: DecodeLimits = .standard
) throws(PictureError) -> (width: Int, height: Int, values: [UInt16]) {
  let delivery = Delivery(channels: channels, background: fixtureBackground)
  let picture = try decode(file, [delivery], limits: limits)
  return (picture.info.width, picture.info.height, picture.values[0])
}

/// A whole picture as the rows of several deliveries of one decode, through to `finish`.
func decode(
  _ file: ScratchFile, _ deliveries: [Delivery], limits: DecodeLimits = .standard
) throws(PictureError) -> (info: PictureInfo, values: [[UInt16]]) {
  let reader = try PictureReader(fileDescriptor: file.descriptor, limits: limits)
  try reader.start(deliveries)
  var values = [[UInt16]](repeating: [], count: deliveries.count)
  for _ in 0..<reader.info.height {
    try reader.readRow()
    for (index, delivery) in deliveries.enumerated() {
      var row = [UInt16](repeating: 0xABCD, count: reader.info.width * delivery.channels.count)
      var span = row.mutableSpan
      reader.convert(index, into: &span)
      values[index] += row
    }
  }
  try reader.finish()
  return (reader.info, values)
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
