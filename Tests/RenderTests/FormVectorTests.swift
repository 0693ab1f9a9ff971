import Capabilities
import Profiles
import Render
import FormVectors
import Testing

/// The golden forms of spec/vectors/forms, which spec/FORMS.md explains byte by byte.
@Suite struct FormVectorTests {
  @Test(arguments: FormVector.all)
  func theRendererMakesThem(vector: FormVector) throws {
    let (form, bytes) = try Renderer().render(vector.picture, as: vector.capability)
    #expect(bytes == vector.form)
    #expect(form.width == vector.width && form.height == vector.height)
  }

  /// Whoever reads no profiles finds the same device as bytes.
  @Test(arguments: FormVector.all)
  func theirDescriptorsAreTheirProfiles(vector: FormVector) {
    func digits(_ bytes: [UInt8]) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    #expect(vector.descriptor == digits(vector.capability.descriptor))
    #expect(vector.formKey == "\(vector.capability.formKey)")
  }

  @Test func theSpecificationShowsThemAll() {
    #expect(FormVector.examples.count >= 5)
    #expect(FormVector.examples.keys.sorted() == FormVector.all.map(\.name).sorted())
    for vector in FormVector.all { #expect(FormVector.examples[vector.name] == vector.form) }
  }

  /// A vector whose name begins with raw- is a built-in device with a smaller panel.
  @Test func rawOnesAreBuiltInDevices() throws {
    let raw = FormVector.all.filter { $0.name.hasPrefix("raw-") }
    #expect(raw.count >= 19)
    for vector in raw {
      let device = try #require(BuiltInProfiles.named(String(vector.name.dropFirst(4))))
      let capability = device.alternatives[0]
      #expect(vector.capability.color == capability.color)
      #expect(vector.capability.layout == capability.layout)
      #expect(vector.capability.container == .raw && capability.container == .raw)
    }
  }
}
