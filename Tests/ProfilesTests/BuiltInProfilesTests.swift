import Capabilities
import Foundation
import Testing

@testable import Profiles

/// The folder of the package, from this file's place in it.
let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

@Suite struct BuiltInProfilesTests {
  @Test func tableIsTheFolder() throws {
    let folder = packageRoot.appending(path: "Sources/Profiles/devices")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(files.allSatisfy { $0.hasSuffix(".json") })
    #expect(files.map { String($0.dropLast(5)) }.sorted() == BuiltInProfiles.files.map(\.name))
    for (name, json) in BuiltInProfiles.files {
      #expect(try Data(contentsOf: folder.appending(path: name + ".json")) == Data(json))
    }
  }

  @Test func namesAreFileNames() {
    #expect(BuiltInProfiles.all.map(\.name) == BuiltInProfiles.files.map(\.name))
    #expect(BuiltInProfiles.named("kiosk-1080p")?.name == "kiosk-1080p")
    #expect(BuiltInProfiles.named("kiosk") == nil)
  }

  @Test(arguments: BuiltInProfiles.all)
  func readsBackWhatItWrites(profile: Profile) throws {
    #expect(try Profile(json: Array(profile.json.utf8), file: profile.name) == profile)
    for capability in profile.alternatives {
      #expect(try Capability(descriptor: capability.descriptor) == capability)
    }
  }

  @Test(arguments: BuiltInProfiles.all)
  func saysWhereItsFactsComeFrom(profile: Profile) {
    for fact in ["hardware", "source"] {
      guard case .string(let text)? = profile.device[fact] else {
        Issue.record("\(profile.name) has no device.\(fact)")
        continue
      }
      #expect(!text.isEmpty)
    }
  }

  @Test func noTwoAreTheSame() {
    let keys = BuiltInProfiles.all.flatMap { $0.alternatives.map(\.formKey) }
    #expect(Set(keys).count == keys.count)
  }
}
