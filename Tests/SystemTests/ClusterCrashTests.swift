import Foundation
import Testing

/// Backs, fronts and PostgreSQL are killed while devices register and fetch through both fronts;
/// Tools/cluster_crash.py says what is done and what must hold.
///
/// FORME_CLUSTER_KILLS says how often, FORME_SEED repeats a run's plans.
@Suite(.timeLimit(.minutes(60))) struct ClusterCrashTests {
  private struct Report: Decodable {
    let kills: Int
    let killsByTarget: [String: Int]
    let done: [String: Int]
  }

  @Test func devicesHardlyNoticeThatServersDie() async throws {
    let environment = ProcessInfo.processInfo.environment
    let killCount = Int(environment["FORME_CLUSTER_KILLS"] ?? "8") ?? 0
    try #require(killCount > 0, "FORME_CLUSTER_KILLS is no number of kills")
    var arguments = [
      Programs.root.appending(path: "Tests/SystemTests/Tools/cluster_crash.py").path,
      "--server", Programs.server.path, "--kills", String(killCount),
    ]
    if let seed = environment["FORME_SEED"] { arguments += ["--seed", seed] }
    let result = try await Programs.run(URL(filePath: "/usr/bin/python3"), arguments)
    try #require(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    print("killed \(report.kills) times: \(result.output)")
    #expect(report.kills == killCount)
    #expect(report.killsByTarget.count > 1)
    #expect(report.done.values.reduce(0, +) > killCount)
  }
}
