import Capabilities
import FormVectors
import Testing

@testable import DeviceSim

/// The golden forms of spec/vectors/forms, as devices read them.
@Suite struct FormVectorTests {
  @Test(arguments: FormVector.all)
  func thePanelShowsTheirPicture(vector: FormVector) throws {
    let panel = VirtualPanel(vector.capability)
    let image = try panel.draw(vector.form, width: vector.width, height: vector.height)
    #expect(image.pixels == vector.pixels)
  }

  @Test(arguments: FormVector.all)
  func everyBeginningAndEveryMoreIsRefused(vector: FormVector) {
    let panel = VirtualPanel(vector.capability)
    for count in vector.form.indices {
      #expect(throws: PanelError.self) { try panel.draw(Array(vector.form.prefix(count))) }
    }
    #expect(throws: PanelError.self) { try panel.draw(vector.form + [0]) }
  }

  /// Whatever a byte becomes, the panel draws something or says what is wrong.
  @Test(arguments: FormVector.all)
  func changedBytesNeverTrap(vector: FormVector) {
    let panel = VirtualPanel(vector.capability)
    var refusedCount = 0
    for index in vector.form.indices {
      for change: UInt8 in [0x01, 0x10, 0x80, 0xFF] {
        var form = vector.form
        form[index] ^= change
        do throws(PanelError) { _ = try panel.draw(form) } catch { refusedCount += 1 }
      }
    }
    // Pixels alone may be colours, whatever they are.
    #expect(refusedCount > 0 || vector.capability.container == .raw)
  }
}
