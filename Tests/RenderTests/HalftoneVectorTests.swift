import Capabilities
import FormVectors
import Foundation
import Render
import Testing

/// The golden forms of spec/vectors/halftones. `FORME_UPDATE_GOLDENS=1 swift test --filter
/// HalftoneVectorTests` rewrites them after a rule has changed, and fails to say so.
@Suite struct HalftoneVectorTests {
  @Test(arguments: HalftoneVector.all)
  func theRendererMakesThem(vector: HalftoneVector) throws {
    let (form, bytes) = try Renderer().render(vector.picture, as: vector.capability)
    #expect(
      form.width == vector.capability.size.width && form.height == vector.capability.size.height)
    if HalftoneVector.isUpdating {
      try vector.rewrite(bytes)
      Issue.record("\(vector.name).bin was rewritten, not compared")
      return
    }
    let golden = try vector.golden()
    #expect(bytes.count == golden.count)
    let firstOther = zip(bytes, golden).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    #expect(firstOther == nil, "the first byte that differs")
  }

  /// Every method on both pictures, and no form that nothing makes.
  @Test func theyAreComplete() throws {
    for picture in ["ramp", "scene"] {
      for method in Halftone.Method.allCases {
        let vector = try #require(
          HalftoneVector.all.first { $0.name == "\(picture)-\(method.word)" })
        #expect(vector.capability.halftone == Halftone(method: method))
        #expect(vector.capability.color == .gray(GrayColor(bits: 1)))
      }
    }
    #expect(try HalftoneVector.formNames() == HalftoneVector.all.map(\.name).sorted())
  }

  /// The mask that the specification brings along is the one that the renderer uses.
  @Test func theMaskIsTheRenderers() throws {
    let root = FormVector.specification.deletingLastPathComponent()
    let used = try Data(
      contentsOf: root.appending(path: "Sources/Raster/Halftoning/blue-noise.ranks"))
    let shown = try Data(
      contentsOf: FormVector.specification.appending(path: "vectors/halftones/blue-noise.ranks"))
    #expect(used.count == 2 * 64 * 64)
    #expect(shown == used)
  }

  /// Vectors tell methods apart: no two of one picture and one colour are the same bytes.
  @Test func noTwoAreTheSame() throws {
    #expect(Set(try HalftoneVector.all.map { try $0.golden() }).count == HalftoneVector.all.count)
  }
}
