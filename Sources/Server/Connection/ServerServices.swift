internal import Logging
internal import NIOPosix
internal import Render
internal import Store

/// What every connection works with.
struct ServerServices: Sendable {
  /// Kinds of devices, keys, and uploads under way; at a front no more than that.
  let library: any Library
  /// Who does what devices ask for.
  let desk: any RequestDesk
  let watches: WatchHub
  /// Who may send a picture.
  let uploads = UploadTurns()
  /// The tasks that use the library.
  let openWork: OpenWork
  /// Where forms are read from disk, off the event loops.
  let files: NIOThreadPool
  /// Who may do what.
  let access: AccessDesk
  /// Counts requests, and notes what devices say of themselves.
  let ledger: DemandLedger
  let logger: Logger
}
