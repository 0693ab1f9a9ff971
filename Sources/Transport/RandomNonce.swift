/// 32 bytes of the system's random generator, for WELCOME or PROVE of one connection.
func randomNonce() -> [UInt8] {
  var generator = SystemRandomNumberGenerator()
  return (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
}
