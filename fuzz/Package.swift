// swift-tools-version: 6.2

import PackageDescription

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

// Fuzzers of everything that reads bytes from outside, one program each. A package of its own, since
// libFuzzer brings main(). It builds the modules under test from the project's own files (Sources/
// holds links to them), so that it may call what is `package` there, needs nothing of what only
// the server needs, and has the C in it watched too. `./run` builds and runs every program.
let package = Package(
  name: "fuzz",
  dependencies: [.package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")],
  targets: [
    .target(name: "Capabilities", dependencies: [crypto]),
    .target(name: "WireProtocol", dependencies: ["Capabilities", crypto]),
    .target(
      name: "Profiles", dependencies: ["Capabilities"], resources: [.embedInCode("devices")]),
    .target(
      name: "CImage",
      linkerSettings: [
        .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("z"), .linkedLibrary("lcms2"),
      ]),
    .target(name: "Codecs", dependencies: ["CImage"]),

    .executableTarget(name: "FramesFuzz", dependencies: ["Capabilities", "WireProtocol"]),
    .executableTarget(name: "MessagesFuzz", dependencies: ["Capabilities", "WireProtocol"]),
    .executableTarget(name: "ServerSessionFuzz", dependencies: ["Capabilities", "WireProtocol"]),
    .executableTarget(name: "DeviceSessionFuzz", dependencies: ["Capabilities", "WireProtocol"]),
    .executableTarget(name: "ProfileJSONFuzz", dependencies: ["Capabilities", "Profiles"]),
    .executableTarget(name: "PicturesFuzz", dependencies: ["Codecs"]),
    .executableTarget(
      name: "PanelsFuzz", dependencies: ["Capabilities", "Codecs", "Profiles", "WireProtocol"]),
    .executableTarget(name: "CClientFuzz"),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where !target.name.hasPrefix("C") || target.name.hasPrefix("Cap") {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
  ]
}
