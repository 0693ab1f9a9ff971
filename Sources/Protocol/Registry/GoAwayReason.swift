/// Why a server ends a connection that did nothing wrong (spec/PROTOCOL.md, "GOAWAY").
public enum GoAwayReason: UInt8, Hashable, Sendable, CaseIterable {
  case shuttingDown = 0
  case idle = 1
  case moved = 2
  case overloaded = 3
}
