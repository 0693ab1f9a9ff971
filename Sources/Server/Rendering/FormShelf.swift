internal import Store
internal import Synchronization

/// Forms within reach: small stored ones in memory, shared by all connections, and those that were
/// converted and not stored, for ten minutes, so that a transfer that is cut ten times is one
/// render.
final class FormShelf: Sendable {
  /// How long a form that is not stored is kept.
  static let spoolTime = Duration.seconds(600)
  /// The largest form that is held in memory.
  static let memoryFormByteLimit = 262_144
  /// The bytes of all that is spooled.
  private static let spoolByteLimit = 1 << 30
  /// What a spooled form counts at least: each holds a file open, so there are 4,096 at most.
  private static let leastSpoolCost = 262_144

  private struct Spooled {
    let ready: ReadyForm
    let until: ContinuousClock.Instant
  }

  private struct State {
    var memory: ClockCache<FormID, ReadyForm>
    var spool = ClockCache<FormID, Spooled>(costLimit: FormShelf.spoolByteLimit)
    /// In the order in which they expire; a form that was spooled again is here twice.
    var expiries: [(id: FormID, until: ContinuousClock.Instant)] = []
  }

  private let state: Mutex<State>

  /// - Parameter memoryByteLimit: bytes of all forms in memory; 0: none is.
  init(memoryByteLimit: Int) {
    state = Mutex(State(memory: ClockCache(costLimit: memoryByteLimit)))
  }

  /// A form within reach.
  func form(_ id: FormID, at now: ContinuousClock.Instant = .now) -> ReadyForm? {
    state.withLock { state in
      if let ready = state.memory.value(of: id) { return ready }
      guard let spooled = state.spool.value(of: id) else { return nil }
      return spooled.until > now ? spooled.ready : nil
    }
  }

  /// Keeps the bytes of a stored form in memory if they are few.
  func keep(_ form: StoredForm, bytes: [UInt8]) {
    guard bytes.count <= Self.memoryFormByteLimit, !bytes.isEmpty else { return }
    state.withLock { state in
      state.spool.remove(form.id)
      state.memory.insert(
        ReadyForm(form: form, bytes: .memory(bytes)), for: form.id, cost: bytes.count)
    }
  }

  /// Keeps a form that is not stored.
  func spool(_ ready: ReadyForm, at now: ContinuousClock.Instant = .now) {
    let until = now + Self.spoolTime
    state.withLock { state in
      state.spool.insert(
        Spooled(ready: ready, until: until), for: ready.form.id,
        cost: max(Self.leastSpoolCost, ready.form.byteCount))
      state.expiries.append((ready.form.id, until))
    }
  }

  /// The form is stored now; its spooled bytes are not needed any more.
  func unspool(_ id: FormID) {
    state.withLock { $0.spool.remove(id) }
  }

  /// Lets go of what was spooled too long ago.
  func expire(at now: ContinuousClock.Instant = .now) {
    state.withLock { state in
      let count = state.expiries.prefix { $0.until <= now }.count
      for (id, _) in state.expiries.prefix(count) {
        if let spooled = state.spool.value(of: id), spooled.until <= now {
          state.spool.remove(id)
        }
      }
      state.expiries.removeFirst(count)
    }
  }
}
