import Capabilities
import Codecs
import Foundation
import Render
import Testing

/// A decode that makes forms finds the same faults as one that only looks for them.
@Suite struct VerificationTests {
  private func check(_ picture: PictureFile, _ name: String) throws {
    let device = try Capability(
      size: PanelSize(width: 9, height: 7), color: .gray(GrayColor(bits: 1)),
      fit: Fit(mode: .stretch))
    let verified = Result { () throws(PictureError) in
      try PictureReader.verify(fileDescriptor: picture.descriptor)
    }
    for devices in [[], [device]] {
      let result = Result { () throws(RenderError) in
        let orders = devices.map { FormOrder($0, into: [MemoryOutput()]) }
        let fanOut = try FanOut(original: picture.descriptor, orders: orders)
        let picture = fanOut.picture
        let forms = try fanOut.run(provesPicture: true)
        return (picture, forms)
      }
      switch (verified, result) {
      case (.success(let info), .success((let seen, let forms))):
        #expect(seen == info, "\(name)")
        for form in forms {
          #expect(throws: Never.self, "\(name)") { _ = try form.get() }
        }
      case (.failure(let error), .failure(.picture(let seen))):
        #expect(seen == error, "\(name)")
      default:
        Issue.record("\(name): \(verified) and \(result)")
      }
    }
  }

  @Test func ofTheDecodersPictures() throws {
    let names = ["jpg", "png"].flatMap { Fixture.names(suffix: $0) }
    #expect(names.count > 90)
    for name in names { try check(PictureFile(fixture: name), name) }
  }

  @Test func ofPicturesThatEndAnywhere() throws {
    for name in ["progressive.jpg", "color420.jpg", "restart.jpg", "rgb8-interlaced.png"] {
      let bytes = Fixture.bytes(name)
      for count in stride(from: 0, to: bytes.count, by: 59) {
        try check(PictureFile(Array(bytes[..<count])), "\(name), \(count) bytes")
      }
    }
  }

  @Test(.enabled(if: Judge.hasPillow))
  func ofTheJudgesPictures() throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Oracles/make_pictures.py").path
    let folder = FileManager.default.temporaryDirectory.appending(path: "forme-judge-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let process = try Process.run(URL(filePath: Judge.python), arguments: [script, folder.path])
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { !$0.hasSuffix(".json") }
    #expect(names.count > 100)
    for name in names {
      let bytes = try Data(contentsOf: folder.appending(path: name))
      try check(PictureFile([UInt8](bytes)), name)
    }
  }
}
