/// Why a form was made. The word is what the catalog and `forme-server demand` hold.
package enum FormReason: String, Sendable, CaseIterable {
  /// A device asked for it.
  case request
  /// Its image was registered, and forms are made at registration.
  case registration
  /// Its kind of device is popular.
  case popular
  /// A name moved to its image, and this kind of device had used that name.
  case name
}
