internal import ArgumentParser
internal import Foundation
internal import Transport
internal import WireProtocol

/// Tries a server.
struct ServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server",
    abstract: "Try a server: connects to it as devices that are right and wrong.",
    discussion: """
      What is registered has names below conformance/ and is removed at the end. A server that \
      wants a key is tried with one that has every right: --key.
      """)

  @Argument(help: "The server's address, HOST:PORT.", transform: readAddress)
  var address: ServerAddress

  @Option(
    help: "The file with a key that the server holds, one line: ID HEX.", completion: .file())
  var key: String?

  @OptionGroup var options: SuiteOptions

  func run() async throws {
    let suite = try options.suite(.server)
    let choice = options.choice()
    let judge = ServerJudge(
      suite: suite, address: address, key: try key.map(Self.readKey), patience: choice.patience)
    let runner = SuiteRunner(suite: suite, choice: choice)
    do {
      try await options.run(runner, judge.play)
    } catch let failed as ExitCode {
      await Self.cleanUp(judge)
      throw failed
    }
    if !options.list { await Self.cleanUp(judge) }
  }

  private static func cleanUp(_ judge: ServerJudge) async {
    do { try await judge.cleanUp() } catch {
      FileHandle.standardError.write(
        Data("Warning: names below conformance/\(judge.run) were left: \(error)\n".utf8))
    }
  }

  private static func readKey(_ path: String) throws -> PresharedKey {
    guard let data = FileManager.default.contents(atPath: path),
      data.count <= PresharedKey.fileByteLimit
    else { throw ValidationError("\(path) cannot be read as a key's file") }
    do throws(PresharedKey.TextFault) {
      return try PresharedKey(fileText: String(decoding: data, as: UTF8.self))
    } catch {
      throw ValidationError("\(path) holds no key: it \(error)")
    }
  }
}
