// swift-tools-version: 6.2

import PackageDescription

// Makes the mask that Sources/Raster/Halftoning keeps as data. A package of its own, since no
// program of Forme needs it: the mask changes only when the renderer's version does.
let package = Package(
  name: "blue-noise",
  targets: [
    .target(name: "VoidAndCluster"),
    .executableTarget(
      name: "blue-noise", dependencies: ["VoidAndCluster"], path: "Sources/BlueNoise"),
    .testTarget(name: "VoidAndClusterTests", dependencies: ["VoidAndCluster"]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
  ]
}
