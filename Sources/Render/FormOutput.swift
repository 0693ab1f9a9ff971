/// Where the renderer puts a form's bytes, in order; the caller decides what stands behind it.
///
/// A form that several codecs compete for is written to one output for each of them; the losers
/// are simply dropped.
package protocol FormOutput: AnyObject {
  /// Appends bytes.
  /// - Throws: whatever the medium reports; the render then ends.
  func write(_ bytes: [UInt8]) throws
}
