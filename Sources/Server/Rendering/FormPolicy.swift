/// When a form is made and stored, and what is sent before.
struct FormPolicy: Sendable {
  /// What the requests before ``renderAfter`` get.
  enum BeforeStored: String, CaseIterable, Sendable {
    /// The form, converted on the fly and not stored.
    case convert
    /// The device's best alternative that is stored; as `convert` when none is.
    case nearest
    /// Nothing: the device asks again later.
    case `defer`
  }

  /// The form of an image for a kind of device is stored at this request for it; 0: when the image
  /// is registered, for every kind that is known.
  var renderAfter = 1
  /// At this request of a kind, over all images, its forms of every image are made.
  var popularAfter = 100
  var beforeStored = BeforeStored.convert

  /// True when the request that raised the count to `total` stores the form.
  func isDue(_ total: Int) -> Bool { total >= renderAfter }
}
