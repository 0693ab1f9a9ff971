internal import Store
internal import WireProtocol

/// Which listener a connection came to: who may come in there, and as what.
enum Door: Sendable {
  /// Devices, by their keys and by what strangers may do.
  case devices
  /// Fronts, by the key that servers share.
  case fronts(PresharedKey)
  /// Devices with tickets; others may retrieve, by their keys and by what strangers may do.
  case referred(TicketOffice)

  /// The most that anybody may do here.
  var actions: Rights.Actions {
    switch self {
    case .devices, .fronts: [.retrieve, .register]
    case .referred: .retrieve
    }
  }
}

/// As whom the other side of a connection acts.
enum Standing: Sendable {
  /// It proved nothing.
  case stranger
  /// It proved a key.
  case holder(AccessKey)
  /// It proved the key of servers; it asks for a device, or at first for itself.
  case front(OriginMessage?)
  /// It has a ticket, and proved the key that belongs to it, if one does. `isSpent`: its GET came.
  case guest(TicketGrant, isSpent: Bool)
  /// It has a ticket of which the key is not proven yet.
  case claimant(TicketGrant, ticket: [UInt8])
}

/// A key that is being proven.
enum ClaimedKey: Sendable {
  case access(AccessKey)
  case servers
  case ticket(TicketGrant, ticket: [UInt8])
}

extension Rights {
  /// What a front says that its device may do.
  init(_ origin: OriginMessage) {
    var actions: Actions = []
    if origin.flags.contains(.retrieve) { actions.insert(.retrieve) }
    if origin.flags.contains(.register) { actions.insert(.register) }
    self.init(actions, prefix: origin.prefix)
  }

  /// The same, but for what is not among `most`.
  func limited(to most: Actions) -> Rights {
    Rights(actions.intersection(most), prefix: prefix)
  }
}
