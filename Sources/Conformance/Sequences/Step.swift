internal import WireProtocol

/// One step of a sequence (spec/vectors/sequences/README.md, "Steps").
struct Step: Sendable {
  /// What is done.
  let action: Action
  /// The connection that it is done on; `nil`: the one of the steps around it.
  let connection: String?
  /// Where the step stands and what it says, for a failure.
  let place: String

  indirect enum Action: Sendable {
    case connect
    case accept(milliseconds: Int?)
    case close
    case send([OutgoingFrame])
    case raw(Expression)
    case expect(Expectation)
    /// ERROR with this code and its flags, and the end of the connection where the code says so.
    case error(code: Expression, request: Expression?, milliseconds: Int?)
    /// The peer closes, with this ERROR or without a word.
    case refused(Expression)
    case closed(milliseconds: Int?)
    case nothing(milliseconds: Int)
    /// The steps that belong to what comes next, which they find still unread.
    case either([(outcome: Outcome, steps: [Step])], milliseconds: Int?)
    /// The rest says nothing about this peer.
    case skip(String)
    case wait(milliseconds: Int)
    case set([(name: String, value: Expression)])
    case check([Condition])
    case branch([Condition], then: [Step], otherwise: [Step])
    case loop([Step], while: [Condition], times: Int)
    case forEach(names: [String], rows: [[Expression]], [Step])
    case call(String, [(name: String, value: Expression)])
    case sendData(DataSending)
    case receiveData(DataReceiving)
    case crc(Expression)
    case proof(id: Expression, nonce: Expression, secret: Expression)
    case keys(Expression)
    case secure
    case exit(succeeds: Bool, milliseconds: Int?)
    case output(Expression)
  }
}

/// What may come next.
enum Outcome: Hashable, Sendable {
  case message(MessageType)
  case closed
  case nothing
}

/// A frame to send, and what is done to it on the way.
struct OutgoingFrame: Sendable {
  /// A message's name or a number of a type.
  var type: UInt8
  var fields: [(name: String, input: FieldInput)] = []
  var request: Expression?
  /// Replaces the fields.
  var payload: Expression?
  /// Follows the fields.
  var append: Expression?
  /// Bytes of the payload that are left out at its end.
  var drop = 0
  /// Set in addition to those of the trailer.
  var flags: Expression?
  /// Replaces the header's length.
  var length: Expression?
  /// Replaces the header's check.
  var check: Expression?
  /// The bit that is flipped when all else is done.
  var flip: Expression?
  /// Whether it has a CRC-32; `nil`: as the connection.
  var hasCRC: Bool?
  /// Whether it has a MAC; `nil`: as the connection.
  var hasMAC: Bool?
  /// Where the frame is cut into separate writes.
  var split: [Int] = []
  /// The bytes that are sent, from the first; `nil`: all.
  var only: Int?
}

/// A field's value in a sequence: an expression, or a list of them.
indirect enum FieldInput: Sendable {
  case expression(Expression)
  case list([FieldInput])
}

/// What has to come next.
struct Expectation: Sendable {
  let message: MessageType
  var request: Expression?
  var isLast: Bool?
  var fields: [(name: String, matcher: Matcher)] = []
  /// Fields whose values become variables.
  var captures: [(field: String, variable: String)] = []
  var milliseconds: Int?
  /// Messages that may come before it and mean nothing here.
  var ignored: Set<MessageType> = []
}

/// What a field may be.
indirect enum Matcher: Sendable {
  case equals(Expression)
  case different(Expression)
  case oneOf([Expression])
  case range(atLeast: Expression?, atMost: Expression?)
  case byteCount(atLeast: Int, atMost: Int)
  case bits(mask: UInt64, value: UInt64)
}

/// What is compared.
enum Condition: Sendable {
  case equal(Expression, Expression)
  case different(Expression, Expression)
  case less(Expression, Expression)
  case atMost(Expression, Expression)
  /// One of these bits of a number is set.
  case bit(Expression, Expression)
  /// None of them is.
  case clear(Expression, Expression)
}

/// DATA sent under the credit that the peer gives.
struct DataSending: Sendable {
  let request: Expression
  let bytes: Expression
  /// Credit at the beginning.
  let credit: Expression
  /// The most bytes of a frame.
  var frameByteCount: Int
  /// False: the last frame goes without the flag last, since the transfer has more bytes.
  var ends = true
}

/// DATA received under the credit that is given.
struct DataReceiving: Sendable {
  let request: Expression
  /// Bytes that the transfer has.
  let length: Expression
  /// Credit given with the request.
  let credit: Expression
  /// What each CREDIT grants, when the credit does not suffice any more; 0: nothing.
  var grant: Expression
  /// Stop after so many bytes.
  var until: Expression?
  /// The variable that takes the bytes.
  let variable: String
}
