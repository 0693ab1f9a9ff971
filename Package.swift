// swift-tools-version: 6.2

import PackageDescription

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(
  name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")

// Modules and their arrows: ARCHITECTURE.md. `Scripts/check-arrows` holds the imports of every
// source file against that picture, so a dependency added here must be added there too.
let package = Package(
  name: "forme",
  products: [
    .executable(name: "forme-server", targets: ["Server"]),
    .executable(name: "forme-device", targets: ["DeviceSim"]),
    .executable(name: "forme-conformance", targets: ["Conformance"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(name: "Capabilities", dependencies: [crypto]),
    .target(
      name: "Profiles", dependencies: ["Capabilities"], resources: [.embedInCode("devices")]),
    .target(
      name: "WireProtocol", dependencies: ["Capabilities", crypto], path: "Sources/Protocol"),
    .target(
      name: "Raster", dependencies: ["Capabilities"],
      resources: [.embedInCode("Halftoning/blue-noise.ranks")]),
    .target(
      name: "CImage",
      linkerSettings: [
        .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("z"), .linkedLibrary("lcms2"),
      ]),
    .target(name: "Codecs", dependencies: ["CImage"]),
    .target(name: "Render", dependencies: ["Capabilities", "Codecs", "Raster", crypto]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .target(name: "Store", dependencies: ["Capabilities", "CPostgres", crypto, grdb]),
    .target(
      name: "Transport", dependencies: ["WireProtocol", "Capabilities", nioCore, nioPosix]),
    .executableTarget(
      name: "Server",
      dependencies: [
        "Capabilities", "Codecs", "Render", "Store", "Transport", "WireProtocol", argumentParser,
        configuration, crypto, logging, nioCore, nioPosix, serviceLifecycle, unixSignals,
      ]),
    .executableTarget(
      name: "DeviceSim",
      dependencies: [
        "Capabilities", "Codecs", "Profiles", "Transport", "WireProtocol", argumentParser, crypto,
      ]),
    .executableTarget(
      name: "Conformance",
      dependencies: [
        "Capabilities", "Profiles", "Transport", "WireProtocol", argumentParser, crypto, nioCore,
        nioPosix,
      ],
      // A link to spec/vectors/sequences, so that the program is one file.
      resources: [.embedInCode("Vectors")]),

    .testTarget(name: "CapabilitiesTests", dependencies: ["Capabilities"]),
    .testTarget(name: "ProfilesTests", dependencies: ["Profiles", "Capabilities"]),
    .testTarget(name: "WireProtocolTests", dependencies: ["WireProtocol", "Capabilities"]),
    .testTarget(name: "RasterTests", dependencies: ["Raster", "Capabilities"]),
    .testTarget(name: "CodecsTests", dependencies: ["Codecs"], exclude: ["Fixtures"]),
    // The golden forms of spec/vectors, for the tests of those who write forms and who read them.
    .target(
      name: "FormVectors", dependencies: ["Capabilities", "Profiles"], path: "Tests/FormVectors"),
    .testTarget(
      name: "RenderTests",
      dependencies: ["Render", "Raster", "Codecs", "FormVectors", "Profiles", "Capabilities"]),
    // A PostgreSQL of the tests' own, for those of the store and of the programs.
    .target(name: "TestCluster", path: "Tests/TestCluster"),
    .testTarget(name: "StoreTests", dependencies: ["Store", "Capabilities", "TestCluster", grdb]),
    .testTarget(
      name: "TransportTests",
      dependencies: [
        "Transport", "WireProtocol", "Capabilities", nioCore, nioEmbedded, nioPosix,
      ]),
    .testTarget(
      name: "ServerTests",
      dependencies: [
        "Server", "Capabilities", "Codecs", "Render", "Store", "Transport", "WireProtocol", logging,
      ]),
    .testTarget(
      name: "DeviceSimTests",
      dependencies: [
        "DeviceSim", "Capabilities", "Codecs", "FormVectors", "Profiles", "Raster", "Render",
        "Transport", "WireProtocol", argumentParser, crypto, nioCore, nioPosix,
      ]),
    .testTarget(
      name: "FuzzTests",
      dependencies: ["Capabilities", "Codecs", "DeviceSim", "Profiles", "WireProtocol"]),
    .testTarget(
      name: "ConformanceTests",
      dependencies: ["Conformance", "Capabilities", "Transport", "WireProtocol"]),
    .testTarget(
      name: "SystemTests",
      dependencies: [
        "Capabilities", "Profiles", "Server", "DeviceSim", "Conformance", "TestCluster",
      ],
      exclude: ["Tools"]),
  ],
  swiftLanguageModes: [.v6]
)

// One set of rules for every Swift target. Warnings become errors only where somebody asks for it
// (`make test` does), so that a newer compiler never keeps a user from building.
let warningsAreErrors = Context.environment["FORME_WARNINGS_AS_ERRORS"] == "1"
for target in package.targets where target.type != .system && target.name != "CImage" {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
  ]
  if warningsAreErrors { target.swiftSettings?.append(.treatAllWarnings(as: .error)) }
}
