import Capabilities
import Profiles
import Testing

@testable import DeviceSim

@Suite struct ProfileTableTests {
  private let lines = ProfileTable.lines(BuiltInProfiles.all)

  @Test func everyDeviceHasOneLine() {
    for profile in BuiltInProfiles.all {
      #expect(lines.count { $0.hasPrefix(profile.name + " ") } == 1, "\(profile.name)")
    }
  }

  @Test func itFitsATerminal() {
    for line in lines { #expect(line.count <= 120, "\(line)") }
  }

  @Test func alikeDevicesStandTogether() throws {
    let titles = ProfileTable.Group.allCases.map(\.title)
    let starts = try titles.map { title in try #require(lines.firstIndex(of: title)) }
    #expect(starts == starts.sorted())
    let names = lines[starts[2]...].dropFirst().map { $0.prefix { $0 != " " } }
    #expect(names == names.sorted() && names.contains("receipt-576"))
    #expect(!names.contains("kiosk-1080p") && !names.contains("ssd1306-128x64"))
  }

  @Test func aLineSaysWhatMatters() throws {
    let profile = try #require(BuiltInProfiles.named("waveshare-2in13b-v4"))
    let cells = ProfileTable.lines([profile])[3].split(separator: "  ")
      .map { $0.trimmingPrefix { $0 == " " } }
    #expect(
      cells.map(String.init) == [
        "waveshare-2in13b-v4", "122 × 250", "130", "3 in 2 bit", "pad 1 planar-high-first", "raw",
      ])
  }

  @Test func sourcesNameEveryDevice() throws {
    let profile = try #require(BuiltInProfiles.named("ssd1306-128x64"))
    #expect(
      ProfileTable.sources([profile]) == [
        "ssd1306-128x64", "  hardware: SSD1306 OLED, 128 x 64, horizontal addressing",
        "  source: Solomon Systech SSD1306 data sheet, sections 8.7 and 10.1.3",
        "  note: A lit dot is 1; the glass is black", "",
      ])
  }
}
