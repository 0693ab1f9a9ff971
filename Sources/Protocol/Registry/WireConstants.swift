/// The fixed numbers of protocol version 1 (spec/PROTOCOL.md, "Limits").
public enum WireConstants {
  /// The major version in HELLO; another one is refused.
  public static let majorVersion: UInt8 = 1
  /// The minor version; the lower one of both peers is in force.
  public static let minorVersion: UInt8 = 1
  /// The minor version from which on a device takes REFER.
  public static let referMinorVersion: UInt8 = 1
  /// The port that servers listen on unless told otherwise ("FORM" on a telephone keypad).
  public static let defaultPort = 3676

  /// The largest frame length before HELLO in bytes, and the smallest that a peer may announce.
  public static let minMaxFrame = 248
  /// The smallest frame length in bytes that a server accepts after HELLO.
  public static let serverMinMaxFrame = 8_192
  /// The largest picture in bytes, inclusive.
  public static let pictureByteLimit = 67_108_864
  /// The most credit that may be outstanding, in bytes.
  public static let creditLimit = 2_147_483_647
  /// A sender waits until its credit allows this many bytes, or the rest if that is less.
  public static let smallestDataByteCount = 64
  /// The most alternatives a device may have.
  public static let alternativeLimit = 4
  /// The longest device id in bytes.
  public static let deviceIDByteLimit = 32
  /// The longest name in bytes of UTF-8.
  public static let nameByteLimit = 128
  /// The shortest and the longest ticket in bytes: the longest fits into every HELLO.
  public static let ticketByteCounts = 1...64
  /// The most names that a connection watches, and that WATCH lists.
  public static let watchLimit = 64
  /// The longest detail of an ERROR in bytes of UTF-8.
  public static let detailByteLimit = 120
}
