/// The TLVs of HELLO (spec/PROTOCOL.md, "HELLO TLVs"); others are skipped.
public enum HelloFieldType: UInt8, Hashable, Sendable, CaseIterable {
  case model = 0x81
  case firmware = 0x82
  case batteryMillivolts = 0x83
  case batteryPercent = 0x84
  case rssi = 0x85
  case temperature = 0x86
  case wakeReason = 0x87
  case freeHeap = 0x88
  case lastError = 0x89
  case shown = 0x8A
  case ticket = 0x8B
}
