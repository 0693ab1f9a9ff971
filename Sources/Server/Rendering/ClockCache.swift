/// A bounded map that forgets what was not used for long, by the clock algorithm: a hand goes round
/// the entries, spares those that were used since it came by last, and takes away the others. Every
/// operation is O(1) amortised, and a hit only sets a bit.
struct ClockCache<Key: Hashable, Value> {
  private struct Entry {
    let key: Key
    var value: Value
    var cost: Int
    var wasUsed: Bool
  }

  /// What all entries cost together, at most ``costLimit``.
  private(set) var cost = 0
  /// What they may cost together.
  let costLimit: Int
  private var entries: [Entry] = []
  private var positions: [Key: Int] = [:]
  private var hand = 0

  /// - Parameter costLimit: 0 keeps nothing.
  init(costLimit: Int) {
    precondition(costLimit >= 0)
    self.costLimit = costLimit
  }

  /// How many entries there are.
  var count: Int { entries.count }

  /// The value, which counts as used now.
  mutating func value(of key: Key) -> Value? {
    guard let position = positions[key] else { return nil }
    entries[position].wasUsed = true
    return entries[position].value
  }

  /// Keeps a value, in place of an earlier one of this key; what costs more than all may is not
  /// kept.
  /// - Parameter cost: 1 or more, in whatever the limit counts.
  mutating func insert(_ value: Value, for key: Key, cost: Int = 1) {
    precondition(cost > 0)
    remove(key)
    guard cost <= costLimit else { return }
    while self.cost > costLimit - cost { evictOne() }
    positions[key] = entries.count
    entries.append(Entry(key: key, value: value, cost: cost, wasUsed: false))
    self.cost += cost
  }

  /// Forgets a value.
  mutating func remove(_ key: Key) {
    guard let position = positions[key] else { return }
    remove(at: position)
  }

  private mutating func evictOne() {
    while true {
      if hand >= entries.count { hand = 0 }
      guard entries[hand].wasUsed else { break }
      entries[hand].wasUsed = false
      hand += 1
    }
    remove(at: hand)
  }

  /// The last entry takes the free place, so that nothing else moves.
  private mutating func remove(at position: Int) {
    let entry = entries[position]
    cost -= entry.cost
    positions[entry.key] = nil
    let last = entries.removeLast()
    guard position < entries.count else { return }
    entries[position] = last
    positions[last.key] = position
  }
}
