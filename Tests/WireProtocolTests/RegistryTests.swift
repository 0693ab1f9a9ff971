import Capabilities
import Testing
import WireProtocol

/// The numbers of the code and those of spec/registry are the same, in both directions: a row that is
/// missing on either side makes the lists differ.
@Suite("Registry")
struct RegistryTests {
  /// "batteryMillivolts" as the registry writes it, "BATTERY_MILLIVOLTS".
  private func word(_ name: some Any) -> String {
    var word = ""
    for character in "\(name)" {
      if character.isUppercase { word += "_" }
      word += character.uppercased()
    }
    return word
  }

  private func digits(_ number: UInt8) -> String {
    hexadecimal([number]).uppercased()
  }

  @Test("Message types")
  func messageTypes() throws {
    let code = MessageType.allCases.map { [digits($0.rawValue), $0.word] }
    #expect(try Specification.registry("messages", columns: 2) == code)
  }

  @Test("Types that are never assigned")
  func reservedTypes() throws {
    let rows = try Specification.registry("reserved-types", columns: 2)
    let numbers = try rows.map { try #require(UInt8($0[0], radix: 16)) }
    #expect(numbers.allSatisfy { MessageType(rawValue: $0) == nil })
    let grease = zip(rows, numbers).filter { $0.0[1] == "grease" }.map(\.1)
    #expect(grease == Grease.types)
    let foreign = zip(rows, numbers).filter { $0.0[1].hasSuffix("begins with it") }.map(\.1)
    #expect(foreign == ForeignPeer.allCases.map(\.rawValue))
  }

  @Test("Flags")
  func flags() throws {
    let code: [(String, UInt8, String)] = [
      ("frame", FrameFlags.last.rawValue, "LAST"),
      ("frame", FrameFlags.crc32.rawValue, "CRC32"),
      ("frame", FrameFlags.mac.rawValue, "MAC"),
      ("frame", FrameFlags.reserved.rawValue, "RESERVED"),
      ("frame", FrameFlags.ignored.rawValue, "IGNORED"),
      ("welcome", WelcomeMessage.Flags.needCapabilities.rawValue, "NEED_CAPABILITIES"),
      ("welcome", WelcomeMessage.Flags.mustAuthenticate.rawValue, "MUST_AUTHENTICATE"),
      ("error", ErrorMessage.Flags.retry.rawValue, "RETRY"),
      ("error", ErrorMessage.Flags.closes.rawValue, "CLOSES"),
      ("origin", OriginMessage.Flags.retrieve.rawValue, "RETRIEVE"),
      ("origin", OriginMessage.Flags.register.rawValue, "REGISTER"),
      ("origin", OriginMessage.Flags.refer.rawValue, "REFER"),
    ]
    #expect(
      try Specification.registry("flags", columns: 3) == code.map { [$0.0, digits($0.1), $0.2] })
  }

  @Test("TLVs of HELLO")
  func helloFields() throws {
    let code = HelloFieldType.allCases.map { [digits($0.rawValue), word($0)] }
    #expect(try Specification.registry("hello-fields", columns: 2) == code)
  }

  /// A TLV of the lengths in the registry is read, one byte less or more is refused.
  @Test("Lengths of the TLVs of HELLO")
  func helloFieldLengths() throws {
    for row in try Specification.registry("hello-fields", columns: 3) {
      let type = try #require(UInt8(row[0], radix: 16))
      let edges = row[2].split(separator: "–").compactMap { Int($0) }
      let allowed = edges.isEmpty ? 0...255 : edges[0]...edges[edges.count - 1]
      // HELLO has room for more than that, but not for the longest text.
      let counts = [
        allowed.lowerBound - 1, allowed.lowerBound, allowed.upperBound, allowed.upperBound + 1,
      ]
      for count in counts where (0...128).contains(count) {
        let tlv = [type, UInt8(count)] + Array(repeating: 0x20, count: count)
        let hello = hex("464f524d 01 00 00f8 0000 00 00") + tlv
        let message = Result { () throws(MessageError) in
          try Message(Frame(type: MessageType.hello.rawValue, request: 0, payload: hello))
        }
        if allowed.contains(count) {
          #expect(throws: Never.self, "\(row)") { try message.get() }
        } else {
          #expect(throws: MessageError.self, "\(row)") { try message.get() }
        }
      }
    }
  }

  @Test("Status of FORM")
  func formStatus() throws {
    let code = FormStatus.allCases.map {
      ["\($0.rawValue)", word($0), $0.hasData ? "yes" : "no"]
    }
    #expect(try Specification.registry("form-status", columns: 3) == code)
  }

  @Test("Error codes, what they end, and their flags")
  func errors() throws {
    let code = ErrorCode.allCases.map {
      let flags = ErrorMessage(code: $0).flags
      return [
        digits($0.rawValue), $0.word, "\($0.scope)", flags.contains(.retry) ? "yes" : "no",
        flags.contains(.closes) ? "yes" : "no",
      ]
    }
    #expect(try Specification.registry("errors", columns: 5) == code)
  }

  @Test("Reasons of GOAWAY")
  func goAwayReasons() throws {
    let code = GoAwayReason.allCases.map { ["\($0.rawValue)", word($0)] }
    #expect(try Specification.registry("goaway-reasons", columns: 2) == code)
  }

  @Test("Containers")
  func containers() throws {
    let code = Container.Kind.allCases.map { ["\($0.rawValue)", $0.word] }
    #expect(try Specification.registry("containers", columns: 2) == code)
  }

  /// Every number and parameter is a codec exactly where the registry has it.
  @Test("Codecs and their parameters")
  func codecs() throws {
    let rows = try Specification.registry("codecs", columns: 4)
    for id in UInt8.min...UInt8.max {
      let row = rows.first { $0[0] == "\(id)" }
      let allowed = try row.map { try #require(Int($0[2]))...#require(Int($0[3])) }
      for parameter in UInt8.min...UInt8.max {
        let codec = Codec(id: id, parameter: parameter)
        #expect((codec != nil) == (allowed?.contains(Int(parameter)) ?? false))
        if let codec { #expect(codec.word == row?[1]) }
      }
    }
  }

  /// A field that stands alone, and empty, is unknown exactly where the registry does not have it.
  @Test("Fields of a descriptor")
  func descriptorFields() throws {
    let known = Set(try Specification.registry("descriptor-fields", columns: 1).map { $0[0] })
    for type in UInt8.min...UInt8.max {
      let error = #expect(throws: CapabilityError.self) {
        try Capability(descriptor: [type, 0, 0])
      }
      guard case .unknownField? = error else {
        #expect(known.contains(digits(type)))
        continue
      }
      #expect(!known.contains(digits(type)))
    }
  }

  @Test("Limits")
  func limits() throws {
    let ping = FrameEncoder(usesCRC32: false).encode(.ping, request: 0).count
    let checkedPing = FrameEncoder(usesCRC32: true).encode(.ping, request: 0).count
    let code = [
      "MAJOR_VERSION": Int(WireConstants.majorVersion),
      "MINOR_VERSION": Int(WireConstants.minorVersion),
      "PORT": WireConstants.defaultPort,
      "HEADER_BYTES": ping,
      "CRC32_BYTES": checkedPing - ping,
      "MAC_BYTES": FrameAuthenticator.trailerByteCount,
      "MIN_MAX_FRAME": WireConstants.minMaxFrame,
      "SERVER_MIN_MAX_FRAME": WireConstants.serverMinMaxFrame,
      "MAX_FRAME": Int(UInt16.max),
      "PICTURE_BYTES": WireConstants.pictureByteLimit,
      "FORM_BYTES": FormSize.byteLimit,
      "FORM_PIXELS": FormSize.pixelLimit,
      "CREDIT": WireConstants.creditLimit,
      "MIN_DATA_BYTES": WireConstants.smallestDataByteCount,
      "ALTERNATIVES": WireConstants.alternativeLimit,
      "DEVICE_ID_BYTES": WireConstants.deviceIDByteLimit,
      "KEY_ID_BYTES": KeyID.byteLimit,
      "KEY_BYTES": KeySecret.byteCount,
      "NONCE_BYTES": WelcomeMessage.nonceByteCount,
      "PROOF_BYTES": KeyProof.byteCount,
      "TICKET_BYTES": WireConstants.ticketByteCounts.upperBound,
      "SEALED_BYTES": ReferralSeal.byteCount,
      "NAME_BYTES": WireConstants.nameByteLimit,
      "WATCHED_NAMES": WireConstants.watchLimit,
      "DETAIL_BYTES": WireConstants.detailByteLimit,
      "DESCRIPTOR_BYTES": Capability.descriptorLimit,
      "DIGEST_BYTES": ShortDigest.byteCount,
      "PICTURE_DIGEST_BYTES": PictureDigest.byteCount,
    ]
    // Pictures are the decoders' matter: CodecsTests compare theirs.
    let rows = try Specification.registry("limits", columns: 2)
      .filter { !["PICTURE_PIXELS", "PICTURE_SIDE"].contains($0[0]) }
    #expect(Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Int($0[1])) }) == code)
    #expect(ProveMessage.nonceByteCount == WelcomeMessage.nonceByteCount)
    #expect(FormKey.byteCount == ShortDigest.byteCount)
  }

  /// OUTPUT is the transport's; everything else is in the sessions' settings.
  @Test("Deadlines")
  func deadlines() throws {
    let server = ServerSession.Settings()
    let code = [
      "HELLO": server.handshakeDeadline, "CAPABILITIES": server.handshakeDeadline,
      "PROVE": server.handshakeDeadline, "FRAME": server.frameDeadline,
      "CREDIT": server.creditDeadline, "UPLOAD": server.uploadDeadline,
      "ANSWER": DeviceSession.Settings().answerDeadline,
    ]
    let rows = try Specification.registry("deadlines", columns: 3)
      .filter { !["OUTPUT", "IDLE"].contains($0[0]) }
    #expect(
      Dictionary(
        uniqueKeysWithValues: try rows.map { ($0[0], Duration.seconds(try #require(Int($0[2])))) })
        == code)
  }
}
