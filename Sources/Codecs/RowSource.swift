/// A decoder of one format that delivers packed rows.
protocol RowSource: AnyObject {
  /// What the headers say.
  var info: PictureInfo { get }
  /// Begins the pass whose rows are wanted, all pixels of them. Sizes below are known from here on.
  func start() throws(PictureError)
  /// Begins a pass that only finds out whether the picture is sound.
  func startCheck() throws(PictureError)
  /// Rows of the started pass.
  var rowCount: Int { get }
  /// Bytes of a packed row of the started pass.
  var bytesPerRow: Int { get }
  /// Bytes of `packed` before the row.
  var rowOffset: Int { get }
  /// Reads the next row; `packed` has `rowOffset` + `bytesPerRow` bytes.
  func readRow(into packed: inout [UInt8]) throws(PictureError)
  /// After the last row: reads on to the end of the picture.
  func finish() throws(PictureError)
  /// The way of rows of the picture to linear light.
  func converter(channels: LinearChannels, background: LinearColor) -> RowConverter
}
