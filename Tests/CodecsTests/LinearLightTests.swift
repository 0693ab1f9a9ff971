import Codecs
import Testing

@Suite struct LinearLightTests {
  @Test func knownValues() {
    // IEC 61966-2-1: the ends, both sides of the knee, and middle gray.
    #expect(LinearLight.fromSRGB8[0] == 0)
    #expect(LinearLight.fromSRGB8[1] == 20)
    #expect(LinearLight.fromSRGB8[10] == 199)
    #expect(LinearLight.fromSRGB8[11] == 219)
    #expect(LinearLight.fromSRGB8[128] == 14_146)
    #expect(LinearLight.fromSRGB8[255] == 65_535)
  }

  @Test func whatIsNoLightIsNone() {
    #expect(LinearLight.linear16(.nan) == 0)
    #expect(LinearLight.linear16(-1) == 0)
    #expect(LinearLight.linear16(.infinity) == 65_535)
  }

  @Test func luminanceKeepsGrays() {
    for value in UInt16.min...UInt16.max {
      #expect(LinearLight.luminance(value, value, value) == value)
    }
  }

  @Test func luminanceOfPrimaries() {
    #expect(LinearColor(red: 65_535, green: 0, blue: 0).luminance == 13_933)
    #expect(LinearColor(red: 0, green: 65_535, blue: 0).luminance == 46_870)
    #expect(LinearColor(red: 0, green: 0, blue: 65_535).luminance == 4_732)
  }
}
