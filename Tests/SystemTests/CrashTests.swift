import Foundation
import Testing

/// The server is killed at every instant of a write and at any time, and what it acknowledged is
/// there afterwards; Tools/crash.py says what is done and what must hold.
///
/// FORME_KILLS says how often, FORME_SEED repeats a run's plans.
@Suite struct CrashTests {
  private struct Report: Decodable {
    let kills: Int
    let points: [String]
    let killsByPoint: [String: Int]
    let looks: Int
    let done: [String: Int]
  }

  @Test func whatWasAcknowledgedOutlivesEveryDeath() async throws {
    let environment = ProcessInfo.processInfo.environment
    let killCount = Int(environment["FORME_KILLS"] ?? "60") ?? 0
    try #require(killCount > 0, "FORME_KILLS is no number of kills")
    var arguments = [
      Programs.root.appending(path: "Tests/SystemTests/Tools/crash.py").path,
      "--server", Programs.server.path, "--kills", String(killCount),
    ]
    if let seed = environment["FORME_SEED"] { arguments += ["--seed", seed] }
    let result = try await Programs.run(URL(filePath: "/usr/bin/python3"), arguments)
    try #require(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    print("killed \(report.kills) times: \(result.output)")
    #expect(report.kills >= killCount)
    for point in report.points {
      #expect(report.killsByPoint[point, default: 0] > 0, "never killed at \(point)")
    }
    // It was a life worth taking.
    #expect(report.looks >= killCount / 2)
    #expect(report.done["registered", default: 0] > killCount / 2)
    #expect(report.done["fetched", default: 0] > killCount / 2)
  }
}
