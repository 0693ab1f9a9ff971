import Render
import Testing

/// The golden forms of spec/vectors/forms, which spec/FORMS.md explains byte by byte.
@Suite struct FormVectorTests {
  @Test(arguments: FormVector.all)
  func theRendererMakesThem(vector: FormVector) throws {
    let (form, bytes) = try Renderer().render(vector.picture, as: vector.capability)
    #expect(bytes == vector.form)
    #expect(form.width == vector.width && form.height == vector.height)
  }

  @Test func theSpecificationShowsThemAll() {
    #expect(FormVector.examples.count >= 5)
    #expect(FormVector.examples.keys.sorted() == FormVector.all.map(\.name))
    for vector in FormVector.all { #expect(FormVector.examples[vector.name] == vector.form) }
  }
}
