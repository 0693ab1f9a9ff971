internal import ArgumentParser

/// Says what is in force and where it came from.
struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Say which settings are in force, and where each came from.")

  @OptionGroup var settings: SettingOptions

  func run() throws {
    let reports = try settings.resolve().reports
    let nameWidth = reports.map(\.name.count).max() ?? 0
    let textWidth = reports.map(\.text.count).max() ?? 0
    for report in reports {
      let name = report.name.padded(to: nameWidth)
      print("\(name)  \(report.text.padded(to: textWidth))  \(report.origin.rawValue)")
    }
  }
}
