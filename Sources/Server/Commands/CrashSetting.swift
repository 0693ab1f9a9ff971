internal import Foundation
internal import Store

/// For tests of what a crash leaves behind: FORME_CRASH_AT=POINT:COUNT kills the process, as a power
/// cut would, when it comes to that instant of a write for that time. Only debug builds know it.
enum CrashSetting {
  /// - Throws: ``SettingError`` when the text names no instant.
  static var faults: FaultHook? {
    get throws {
      #if DEBUG
        guard let text = ProcessInfo.processInfo.environment["FORME_CRASH_AT"] else { return nil }
        let parts = text.split(separator: ":")
        guard parts.count == 2, let point = FaultPoint(rawValue: String(parts[0])),
          let count = Int(parts[1]), count > 0
        else {
          throw SettingError(
            description: "FORME_CRASH_AT is \"\(text)\", allowed is POINT:COUNT with one of "
              + FaultPoint.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return FaultPoint.crash(at: point, count: count)
      #else
        return nil
      #endif
    }
  }
}
