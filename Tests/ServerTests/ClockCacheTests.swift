import Testing

@testable import Server

@Suite struct ClockCacheTests {
  @Test func whatWasUsedStaysAndTheRestGoes() {
    var cache = ClockCache<Int, String>(costLimit: 3)
    for key in 1...3 { cache.insert("\(key)", for: key) }
    #expect(cache.value(of: 1) == "1")
    cache.insert("4", for: 4)
    #expect(cache.value(of: 1) == "1")
    #expect(cache.value(of: 2) == nil)
    #expect(cache.count == 3)
    #expect(cache.cost == 3)
  }

  @Test func whatCostsMoreThanAllMayIsNotKept() {
    var cache = ClockCache<Int, Int>(costLimit: 10)
    cache.insert(1, for: 1, cost: 10)
    #expect(cache.value(of: 1) == 1)
    cache.insert(2, for: 2, cost: 11)
    #expect(cache.value(of: 2) == nil)
    #expect(cache.value(of: 1) == 1)
    // A new value of a key never leaves the old one behind.
    cache.insert(3, for: 1, cost: 11)
    #expect(cache.value(of: 1) == nil)
    #expect(cache.cost == 0)
    var none = ClockCache<Int, Int>(costLimit: 0)
    none.insert(1, for: 1)
    #expect(none.count == 0)
  }

  /// Against a dictionary that forgets nothing: what is there is right, and the cost is exact.
  @Test func randomUse() {
    var generator = SystemRandomNumberGenerator()
    var cache = ClockCache<Int, Int>(costLimit: 50)
    var costs: [Int: (value: Int, cost: Int)] = [:]
    for step in 0..<20_000 {
      let key = Int.random(in: 0..<40, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0:
        let cost = Int.random(in: 1...12, using: &generator)
        cache.insert(step, for: key, cost: cost)
        costs[key] = (step, cost)
        #expect(cache.value(of: key) == step)
      case 1:
        cache.remove(key)
        costs[key] = nil
        #expect(cache.value(of: key) == nil)
      default:
        if let value = cache.value(of: key) { #expect(costs[key]?.value == value) }
      }
      #expect(cache.cost <= 50)
    }
    let kept = costs.filter { cache.value(of: $0.key) != nil }
    #expect(kept.count == cache.count)
    #expect(kept.reduce(0) { $0 + $1.value.cost } == cache.cost)
  }
}
