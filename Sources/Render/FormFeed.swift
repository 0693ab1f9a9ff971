internal import Codecs
internal import Raster

/// One delivery of the decoder, reduced as its forms need it, and the forms that are made of it.
struct FormFeed<Output: FormOutput> {
  /// A form in the making, and the index of its order.
  typealias Entry = (order: Int, job: FormJob<Output>)

  /// What the decoder delivers.
  let delivery: Delivery
  private var entries: [Entry]
  private var pyramid: RowPyramid
  /// The picture's row, as delivered.
  private var row: [UInt16]

  init(_ entries: [Entry], delivery: Delivery, of picture: PictureInfo) {
    self.entries = entries
    self.delivery = delivery
    pyramid = RowPyramid(
      width: picture.width, rowCount: picture.height,
      channels: delivery.channels == .gray ? .gray : .rgb, shrinks: entries.map(\.job.shrink))
    row = Array(repeating: 0, count: picture.width * delivery.channels.count)
  }

  /// True when no form is left that could be made.
  var isEmpty: Bool { entries.isEmpty }

  /// Converts the row that the reader read last and gives it, reduced, to all forms.
  /// - Parameter index: of the delivery.
  /// - Returns: the forms that have failed; they get no more.
  mutating func deliver(_ index: Int, from reader: PictureReader) -> [(order: Int, RenderError)] {
    var span = row.mutableSpan
    reader.convert(index, into: &span)
    let row = row
    pyramid.push(row.span)
    var failures: [(order: Int, RenderError)] = []
    for (order, job) in entries {
      do throws(RenderError) {
        if job.shrink == 1 {
          try job.push(row.span)
        } else if let reduced = pyramid.completedRow(shrink: job.shrink) {
          try job.push(reduced.span)
        }
      } catch {
        failures.append((order, error))
      }
    }
    if !failures.isEmpty {
      entries.removeAll { entry in failures.contains { $0.order == entry.order } }
    }
    return failures
  }
}
