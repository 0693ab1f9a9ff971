// swift-tools-version: 6.2

import PackageDescription

// Fuzzers of the parsers that see bytes from outside, one target a parser. libFuzzer brings main();
// `./run` builds and runs them. A package of its own, since they need unsafe flags.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "forme", path: "..")],
  targets: [
    .executableTarget(
      name: "FrameAndSessionFuzz",
      dependencies: [
        .product(name: "Capabilities", package: "forme"),
        .product(name: "WireProtocol", package: "forme"),
      ],
      swiftSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])])
  ],
  swiftLanguageModes: [.v6]
)
