package import Foundation

/// Whom a report is about. What somebody proved and what somebody claimed are apart, so that no
/// stranger overwrites what a device with a key told.
package struct DeviceIdentity: Hashable, Sendable {
  /// 0–32 bytes of the device's own choice.
  package let id: [UInt8]
  /// The key that it proved; `nil`: none.
  package let keyID: AccessKeyID?

  /// A device by its id, and by its key if it proved one.
  package init(id: [UInt8], keyID: AccessKeyID?) {
    self.id = id
    self.keyID = keyID
  }
}

/// What a device last said of itself in HELLO; `nil` where it said nothing.
package struct DeviceReport: Hashable, Sendable {
  /// When it said so; kept to the millisecond.
  package var seenAt: Date
  /// Its model.
  package var model: String?
  /// Its firmware's version.
  package var firmware: String?
  /// The battery's voltage.
  package var batteryMillivolts: Int?
  /// The battery's charge, 0…100.
  package var batteryPercent: Int?
  /// The radio's signal in dBm.
  package var rssi: Int?
  /// Degrees Celsius.
  package var temperature: Int?
  /// Why it woke, in its own numbers.
  package var wakeReason: Int?
  /// Bytes of free memory.
  package var freeHeap: Int?
  /// The code of the last ERROR it saw; 0: none.
  package var lastError: Int?
  /// The etag of what it shows, 16 bytes.
  package var shown: [UInt8]?

  /// A report that says nothing but the time.
  package init(seenAt: Date) { self.seenAt = seenAt }
}
