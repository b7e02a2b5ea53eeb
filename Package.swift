// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// A room of the house: a library target whose folder carries the short name and whose module carries the prefix.
func room(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
  .target(name: "Gingham\(name)", dependencies: dependencies, path: "Sources/\(name)", swiftSettings: strict)
}

/// The tests of a room, with golden data in a `Golden` folder beside them where `golden` is set.
func tests(
  _ name: String, uses dependencies: [Target.Dependency] = [], golden: Bool = false
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests",
    resources: golden ? [.copy("Golden")] : [], swiftSettings: strict)
}

/// A C library from Debian, behind a module map and a shim header.
func system(_ name: String, apt package: String) -> Target {
  .systemLibrary(name: name, providers: [.apt([package])])
}

let package = Package(
  name: "gingham",
  platforms: [.macOS(.v14)],
  products: [
    .library(name: "Gingham", targets: ["Gingham"]),
    .executable(name: "gingham", targets: ["GinghamCommandLine"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    system("COneDNN", apt: "libdnnl-dev"),
    system("COpenBLAS", apt: "libopenblas-dev"),
    system("CPNG", apt: "libpng-dev"),
    system("CJPEG", apt: "libjpeg62-turbo-dev"),
    // KissFFT's template, a header of libkissfft-dev.
    .target(name: "CKissFFT"),
    system("CCairo", apt: "libcairo2-dev"),
    system("CCrypto", apt: "libssl-dev"),

    room("Tensors"),
    room("Networks", uses: ["GinghamTensors", .product(name: "OrderedCollections", package: "swift-collections")]),
    room("ModelFormats", uses: ["GinghamNetworks"]),
    room("Architectures", uses: ["GinghamNetworks"]),
    room("Differentiation", uses: ["GinghamNetworks"]),
    room("Engine", uses: ["GinghamDifferentiation", "GinghamReferenceEngine", "COneDNN"]),
    room(
      "ReferenceEngine",
      uses: ["GinghamDifferentiation", "COpenBLAS", .product(name: "Numerics", package: "swift-numerics")]),
    room("Signals", uses: ["GinghamTensors", "CKissFFT", "COpenBLAS"]),
    room("Imaging", uses: ["GinghamTensors", "GinghamSignals", "CPNG", "CJPEG", "CCairo"]),
    room("Artifacts", uses: ["GinghamNetworks", "GinghamSignals"]),
    room("Attribution", uses: ["GinghamDifferentiation", "GinghamSignals"]),
    room("FeatureVisualization", uses: ["GinghamDifferentiation", "GinghamSignals", "GinghamArtifacts"]),
    room("AdversarialProbing", uses: ["GinghamDifferentiation", "GinghamSignals", "GinghamArtifacts"]),
    room("Reporting", uses: ["GinghamTensors", "GinghamImaging", "GinghamArtifacts", "CCrypto"]),
    .target(
      name: "Gingham",
      dependencies: [
        "GinghamTensors", "GinghamNetworks", "GinghamModelFormats", "GinghamArchitectures", "GinghamDifferentiation",
        "GinghamEngine", "GinghamReferenceEngine", "GinghamSignals", "GinghamImaging", "GinghamArtifacts",
        "GinghamAttribution", "GinghamFeatureVisualization", "GinghamAdversarialProbing", "GinghamReporting",
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "GinghamCommandLine",
      dependencies: ["Gingham", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Sources/CommandLine", swiftSettings: strict),

    tests("Tensors", uses: ["GinghamTensors"], golden: true),
    tests("Networks", uses: ["GinghamNetworks"]),
    tests("ModelFormats", uses: ["GinghamModelFormats"], golden: true),
    tests(
      "Architectures", uses: ["GinghamArchitectures", "GinghamModelFormats", "GinghamReferenceEngine"], golden: true),
    tests("Differentiation", uses: ["GinghamDifferentiation"]),
    tests("ReferenceEngine", uses: ["GinghamReferenceEngine"], golden: true),
    tests("Engine", uses: ["GinghamEngine", "GinghamReferenceEngine", "GinghamArchitectures"]),
    tests("Signals", uses: ["GinghamSignals"], golden: true),
    tests("Imaging", uses: ["GinghamImaging"], golden: true),
    tests("Artifacts", uses: ["GinghamArtifacts", "GinghamArchitectures", "GinghamImaging"], golden: true),
    tests("Attribution", uses: ["GinghamAttribution", "GinghamReferenceEngine"], golden: true),
    tests(
      "FeatureVisualization",
      uses: [
        "GinghamFeatureVisualization", "GinghamReferenceEngine", "GinghamEngine", "GinghamArchitectures",
      ], golden: true),
    tests(
      "AdversarialProbing",
      uses: [
        "GinghamAdversarialProbing", "GinghamReferenceEngine", "GinghamEngine", "GinghamArchitectures",
      ], golden: true),
    tests("Reporting", uses: ["GinghamReporting"], golden: true),
    tests("Gingham", uses: ["Gingham"], golden: true),
    tests("CommandLine", uses: ["Gingham", "GinghamCommandLine"]),
  ]
)
