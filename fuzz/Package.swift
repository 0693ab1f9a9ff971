// swift-tools-version: 6.2

import PackageDescription

// Fuzzers of the parsers that see bytes from outside, one target a parser. A package of its own,
// since libFuzzer brings main(): it builds with `swift build --sanitize=fuzzer` alone, which also
// instruments the modules under test. `./run` builds and runs every target.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "forme", path: "..")],
  targets: [
    .executableTarget(
      name: "FrameAndSessionFuzz",
      dependencies: [
        .product(name: "Capabilities", package: "forme"),
        .product(name: "WireProtocol", package: "forme"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
