internal import Logging
internal import NIOPosix
internal import Render
internal import Store

/// What every connection works with.
struct ServerServices: Sendable {
  let library: any Library
  let finder: FormFinder
  let registrar: Registrar
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
