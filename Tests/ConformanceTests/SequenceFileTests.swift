import Testing

@testable import Conformance

struct SequenceFileTests {
  @Test(arguments: Side.allCases)
  func embeddedSequencesAreRead(side: Side) throws {
    #expect(try Suite(side: side).side == side)
  }
}
