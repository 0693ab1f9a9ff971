/// A sequence found that it says nothing about this peer.
struct CaseSkip: Error, Hashable {
  let reason: String
}

/// The peer did something else than the sequence wants.
struct CaseFailure: Error, Hashable {
  /// The steps that led here, outermost first.
  var places: [String] = []
  /// What had to come.
  let expected: String
  /// What came, decoded and in hexadecimal.
  let came: String

  init(expected: String, came: String) {
    self.expected = expected
    self.came = came
  }
}
