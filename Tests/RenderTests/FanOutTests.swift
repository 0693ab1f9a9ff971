import Capabilities
import Codecs
import Profiles
import Render
import Testing

/// One decode for many forms.
@Suite struct FanOutTests {
  /// Every built-in device.
  private static let devices = BuiltInProfiles.all.map { $0.alternatives[0] }

  /// The same devices with panels of an eighth of their sides, so that small pictures are reduced.
  private static let smallDevices = devices.compactMap { device in
    try? Capability(
      size: PanelSize(width: max(device.size.width / 8, 4), height: device.size.height / 8),
      resolution: device.resolution, color: device.color,
      layout: Layout(
        bitOrder: device.layout.bitOrder, byteOrder: device.layout.byteOrder,
        rowAlign: device.layout.rowAlign, padBit: device.layout.padBit, scan: device.layout.scan,
        mirror: device.layout.mirror, planes: device.layout.planes,
        split: device.layout.split / 8),
      fit: Fit(
        mode: device.fit.mode, gravity: device.fit.gravity, background: device.fit.background,
        rotation: device.fit.rotation),
      tone: device.tone, halftone: device.halftone, container: device.container,
      codecs: device.codecs)
  }

  @Test func noDeviceWasForgotten() {
    #expect(Self.devices.count > 20)
    #expect(Self.smallDevices.count == Self.devices.count)
  }

  private static func fanOut(
    _ picture: PictureFile, _ devices: [Capability]
  ) throws -> [Result<RenderedForm<MemoryOutput>, RenderError>] {
    let orders = devices.map { device in
      FormOrder(device, into: device.codecs.map { _ in MemoryOutput() })
    }
    return try withExtendedLifetime(picture) {
      try FanOut(original: picture.descriptor, orders: orders).run()
    }
  }

  /// Together and alone every form has the same bytes.
  private func check(
    _ picture: PictureFile, _ devices: [Capability],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (device, together) in zip(devices, try Self.fanOut(picture, devices)) {
      let alone = Result { () throws(RenderError) in
        try Renderer().render(picture, as: device)
      }
      switch (together, alone) {
      case (.success(let form), .success(let expected)):
        #expect(form.output.bytes == expected.bytes, sourceLocation: sourceLocation)
        #expect(form.etag == expected.form.etag, sourceLocation: sourceLocation)
        #expect(form.codec == expected.form.codec, sourceLocation: sourceLocation)
        #expect(form.width == expected.form.width, sourceLocation: sourceLocation)
        #expect(form.height == expected.form.height, sourceLocation: sourceLocation)
        #expect(form.byteCount == form.output.bytes.count, sourceLocation: sourceLocation)
      case (.failure(let error), .failure(let expected)):
        #expect("\(error)" == "\(expected)", sourceLocation: sourceLocation)
      default:
        Issue.record("\(together) and \(alone)", sourceLocation: sourceLocation)
      }
    }
  }

  private static let pictures = [
    "gray.jpg", "color420.jpg", "progressive.jpg", "cmyk.jpg", "gray1-interlaced.png",
    "rgb8-interlaced.png", "rgb-alpha8.png", "rgb-alpha16-interlaced.png", "palette4-alpha.png",
    "rgb16-key.png", "orientation5.png", "orientation6.png",
  ]

  /// Each with a fifth of the devices, so that every device meets some of them.
  @Test(arguments: zip(pictures, pictures.indices))
  func everyKindOfPicture(_ name: String, _ index: Int) throws {
    let devices = stride(from: index % 5, to: Self.smallDevices.count, by: 5).map {
      Self.smallDevices[$0]
    }
    try check(try PictureFile(fixture: name), devices)
  }

  private static let sizes = [(1, 1), (7, 9), (1, 40), (40, 1), (203, 331), (256, 128)]

  @Test(arguments: zip(sizes, sizes.indices))
  func everySizeOfPicture(_ size: (width: Int, height: Int), _ index: Int) throws {
    let devices = stride(from: index % 4, to: Self.smallDevices.count, by: 4).map {
      Self.smallDevices[$0]
    }
    try check(try PictureFile(width: size.width, height: size.height), devices)
  }

  @Test func allDevicesAtOnce() throws {
    try check(try PictureFile(width: 331, height: 203), Self.smallDevices)
  }

  @Test func devicesOfTheirOwnSize() throws {
    let devices = Self.devices.filter { $0.size.width * max($0.size.height, 400) < 60_000 }
    #expect(devices.count > 3)
    try check(try PictureFile(width: 331, height: 203), devices)
  }

  @Test func aFormThatFailsDoesSoAlone() throws {
    let picture = try PictureFile(width: 60, height: 50)
    let size = PanelSize(width: 20, height: 20)
    let gray = try Capability(size: size, color: .gray(GrayColor(bits: 8)))
    let devices = [
      gray, gray,
      try Capability(
        size: size, color: .gray(GrayColor(bits: 8)), limits: Limits(maxBytes: 399)),
      try Capability(size: PanelSize(width: 60_000, height: 0), color: .gray(GrayColor(bits: 1))),
      try Capability(size: size, color: .rgb(.bytes)),
    ]
    let outputs: [any FormOutput] = devices.indices.map { index -> any FormOutput in
      if index == 1 { FullOutput() } else { MemoryOutput() }
    }
    let orders = zip(devices, outputs).map { FormOrder($0, into: [AnyOutput($1)]) }
    let results = try FanOut(original: picture.descriptor, orders: orders).run()
    for index in [0, 4] {
      let alone = try Renderer().render(picture, as: devices[index])
      #expect(try results[index].get().etag == alone.form.etag)
      #expect((outputs[index] as? MemoryOutput)?.bytes == alone.bytes)
    }
    let reasons = [1, 2, 3].map { index in
      if case .failure(let error) = results[index] { "\(error)" } else { "none" }
    }
    #expect(
      reasons == [
        "the form could not be written: no room",
        "the form has 400 bytes, the device takes 399",
        "the form would have 3000000000 pixels, allowed are 67108864",
      ])
  }

  @Test func aDamagedPictureFailsAll() throws {
    let bytes = Fixture.bytes("rgb8.png")
    let picture = try PictureFile(Array(bytes.dropLast(20)))
    let error = #expect(throws: RenderError.self) {
      _ = try Self.fanOut(picture, [Self.smallDevices[0], Self.smallDevices[1]])
    }
    guard case .picture = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  /// At the first question and at every later one.
  @Test(arguments: 0..<5)
  func workEndsWhenNobodyWantsIt(_ allowedCount: Int) throws {
    let picture = try PictureFile(width: 8, height: 120)
    let device = try Capability(
      size: PanelSize(width: 20, height: 20), color: .gray(GrayColor(bits: 1)))
    var questionCount = 0
    let error = #expect(throws: RenderError.self) {
      _ = try Renderer().render(
        original: picture.descriptor, as: device, into: [MemoryOutput()],
        while: {
          questionCount += 1
          return questionCount <= allowedCount
        })
    }
    guard case .cancelled = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(questionCount == allowedCount + 1)
  }

  /// Once the only form has failed, nothing more is read unless the picture has to be proved.
  @Test(arguments: [false, true])
  func aPictureIsReadToItsEndWhereItHasToBeProved(_ provesPicture: Bool) throws {
    let whole = try PictureFile.bytes(width: 8, height: 200)
    let picture = try PictureFile(Array(whole.dropLast(4)))
    let device = try Capability(
      size: PanelSize(width: 8, height: 200), color: .gray(GrayColor(bits: 8)))
    let result = Result { () throws(RenderError) in
      let orders = [FormOrder(device, into: [FullOutput()])]
      return try FanOut(original: picture.descriptor, orders: orders)
        .run(provesPicture: provesPicture)
    }
    switch result {
    case .success(let forms):
      #expect(!provesPicture)
      guard case .failure(.output("no room")) = forms[0] else {
        Issue.record("\(forms[0])")
        return
      }
    case .failure(.picture): #expect(provesPicture)
    case .failure(let error): Issue.record(error)
    }
  }
}

/// Outputs of several kinds beside each other.
private final class AnyOutput: FormOutput {
  private let output: any FormOutput

  init(_ output: any FormOutput) { self.output = output }

  func write(_ bytes: [UInt8]) throws { try output.write(bytes) }
}

extension PictureFile {
  /// A PNG of colours and alpha that differ from pixel to pixel.
  static func bytes(width: Int, height: Int) throws -> [UInt8] {
    var writer = try PNGWriter(width: width, height: height, colorType: .rgba(bits: 8))
    for y in 0..<height {
      let row = (0..<width).flatMap { (x: Int) -> [UInt8] in
        let samples: [Int] = [x * 7 + y, x ^ (y * 3), (x * y) >> 2, 200 + (x + 2 * y) % 80]
        return samples.map { UInt8(truncatingIfNeeded: $0) }
      }
      try writer.write(packedRow: row.span)
    }
    try writer.finish()
    return writer.takeOutput()
  }

  convenience init(width: Int, height: Int) throws {
    try self.init(Self.bytes(width: width, height: height))
  }
}
