/// Asks to be told when names come to stand for other pictures; replaces what the connection watched
/// before.
public struct WatchMessage: Hashable, Sendable {
  /// 0…64 names; none ends the watching. One that stands twice is watched once.
  public let names: [ImageName]

  /// - Parameter names: at most 64, all of which fit into one frame.
  public init(names: [ImageName]) {
    precondition(names.count <= WireConstants.watchLimit)
    self.names = names
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    var names: [ImageName] = []
    while reader.remaining > 0 {
      guard names.count < WireConstants.watchLimit else {
        throw .outOfRange(
          field: "WATCH name count", value: names.count + 1,
          allowed: "0…\(WireConstants.watchLimit)", offset: reader.offset)
      }
      names.append(try reader.name("WATCH name"))
    }
    self.names = names
  }

  func encode(to writer: inout ByteWriter) {
    for name in names { writer.string(name.text) }
  }
}
