// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// A room of the house: a library target whose folder carries the short name and whose module carries the prefix.
struct Room {
  let name: String
  /// Other rooms, by their short names.
  let rooms: [String]
  let libraries: [Target.Dependency]

  init(_ name: String, uses rooms: [String] = [], and libraries: [Target.Dependency] = []) {
    (self.name, self.rooms, self.libraries) = (name, rooms, libraries)
  }

  static func module(_ name: String) -> String { "Gingham\(name)" }

  var target: Target {
    .target(
      name: Room.module(name), dependencies: rooms.map { .target(name: Room.module($0)) } + libraries,
      path: "Sources/\(name)", swiftSettings: strict)
  }

  /// Every room can be had alone, with those below it.
  var product: Product { .library(name: Room.module(name), targets: [Room.module(name)]) }
}

/// The tests of a room, with golden data in a `Golden` folder beside them where `golden` is set.
func tests(
  _ name: String, uses rooms: [String] = [], and others: [Target.Dependency] = [], golden: Bool = false
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: rooms.map { .target(name: Room.module($0)) } + others,
    path: "Tests/\(name)Tests", resources: golden ? [.copy("Golden")] : [], swiftSettings: strict)
}

/// A C library from Debian, behind a module map and a shim header.
func system(_ name: String, apt packages: String...) -> Target {
  .systemLibrary(name: name, providers: [.apt(packages)])
}

/// The commit that is built, for `--version`.
let commit = Context.gitInformation.map { $0.currentCommit.prefix(12) + ($0.hasUncommittedChanges ? "+" : "") } ?? ""

let numerics = Target.Dependency.product(name: "Numerics", package: "swift-numerics")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let flyingSocks = Target.Dependency.product(name: "FlyingSocks", package: "FlyingFox")

/// From the ground up: a room uses those above it in this list only.
let rooms = [
  Room("Tensors", and: ["CCrypto", "CZlib"]),
  Room("Networks", uses: ["Tensors"]),
  Room("ModelFormats", uses: ["Networks"]),
  Room("Architectures", uses: ["Networks"]),
  Room("Differentiation", uses: ["Networks"]),
  Room("ReferenceEngine", uses: ["Differentiation"], and: ["COpenBLAS", numerics]),
  Room("Engine", uses: ["Differentiation", "ReferenceEngine"], and: ["COneDNN", "CVectors"]),
  Room("Signals", uses: ["Tensors"], and: ["CKissFFT", "COpenBLAS"]),
  Room("Imaging", uses: ["Tensors", "Signals"], and: ["CPNG", "CJPEG", "CWebP", "CTIFF", "CCairo"]),
  Room("Audio", uses: ["Tensors", "Signals"]),
  Room("Lattices", uses: ["Tensors", "Signals"]),
  Room("Diagnosis", uses: ["Lattices"]),
  Room("Prediction", uses: ["Networks", "Lattices"]),
  Room("Rewriting", uses: ["Networks", "Prediction"]),
  Room("Attribution", uses: ["Differentiation", "Signals", "Prediction"]),
  Room("Documents", uses: ["Networks"], and: [yams]),
  Room("FeatureVisualization", uses: ["Attribution", "Documents"]),
  Room("AdversarialProbing", uses: ["Differentiation", "Signals", "Lattices"]),
  Room("Models", uses: ["ModelFormats", "Architectures", "Engine", "Imaging", "Audio"]),
  Room("Generation", uses: ["Models", "Prediction"]),
  Room("Reporting", uses: ["Tensors", "Imaging"]),
  Room("Database", and: ["CSQLite"]),
  Room("Serving", uses: ["Tensors"], and: [flyingSocks]),
  Room(
    "Verbs",
    uses: [
      "Models", "Generation", "Attribution", "Diagnosis", "Rewriting", "FeatureVisualization", "AdversarialProbing",
      "Reporting", "Database", "Serving",
    ]),
]

let package = Package(
  name: "gingham",
  platforms: [.macOS(.v14)],
  products: rooms.map(\.product) + [
    .library(name: "Gingham", targets: ["Gingham"]),
    .executable(name: "gingham", targets: ["GinghamTool"]),
    // For other languages: libginghamc.so and Sources/CGingham/include/gingham.h.
    .library(name: "ginghamc", type: .dynamic, targets: ["GinghamCInterface"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", exact: "0.27.1"),
  ],
  targets: rooms.map(\.target) + [
    system("COneDNN", apt: "libdnnl-dev"),
    system("COpenBLAS", apt: "libopenblas-dev", "liblapacke-dev"),
    system("CPNG", apt: "libpng-dev"),
    system("CJPEG", apt: "libjpeg62-turbo-dev"),
    system("CWebP", apt: "libwebp-dev"),
    system("CTIFF", apt: "libtiff-dev"),
    // KissFFT's template, a header of libkissfft-dev.
    .target(name: "CKissFFT"),
    // Loops for the vector units of several processors.
    .target(name: "CVectors"),
    system("CSQLite", apt: "libsqlite3-dev"),
    system("CCairo", apt: "libcairo2-dev"),
    system("CCrypto", apt: "libssl-dev"),
    system("CZlib", apt: "zlib1g-dev"),

    .target(
      name: "Gingham", dependencies: rooms.map { .target(name: Room.module($0.name)) }, exclude: ["Schemas"],
      swiftSettings: strict),
    .target(name: "GinghamCommit", cSettings: [.define("GINGHAM_COMMIT", to: "\"\(commit)\"")]),
    // No product: a library starts no process and writes to nobody's standard output.
    .target(
      name: "GinghamProcesses", dependencies: ["GinghamTensors"], path: "Sources/Processes", swiftSettings: strict),
    .target(
      name: "GinghamOptions", dependencies: ["GinghamVerbs", argumentParser], path: "Sources/Options",
      swiftSettings: strict),
    .target(
      name: "GinghamCommandLine",
      dependencies: ["Gingham", "GinghamOptions", "GinghamProcesses", "GinghamCommit", argumentParser],
      path: "Sources/CommandLine", swiftSettings: strict),
    .executableTarget(
      name: "GinghamTool", dependencies: ["GinghamCommandLine"], path: "Sources/Tool", swiftSettings: strict),
    // The declarations of the C interface: its implementation is compiled against them.
    .target(name: "CGingham"),
    .target(
      name: "GinghamCInterface", dependencies: ["CGingham", "Gingham", "GinghamCommandLine", argumentParser],
      path: "Sources/CInterface",
      swiftSettings: strict,
      // An object that takes the place of ICU's tables: notebooks-scripts/packaging/build.sh makes it.
      linkerSettings: Context.environment["GINGHAM_ICU"].map { [.unsafeFlags([$0])] } ?? []),

    // Noise and tolerances that several rooms' tests share.
    .target(
      name: "GinghamTestSupport", dependencies: ["GinghamLattices"], path: "Tests/Support", swiftSettings: strict),
    tests("Tensors", uses: ["Tensors"], golden: true),
    tests("Networks", uses: ["Networks"]),
    tests("ModelFormats", uses: ["ModelFormats"], golden: true),
    tests("Architectures", uses: ["Architectures", "ModelFormats", "ReferenceEngine"], golden: true),
    tests("Differentiation", uses: ["Differentiation"]),
    tests("ReferenceEngine", uses: ["ReferenceEngine"], golden: true),
    tests("Engine", uses: ["Engine", "ReferenceEngine", "Architectures"]),
    tests("Signals", uses: ["Signals"], golden: true),
    tests("Imaging", uses: ["Imaging"], golden: true),
    tests("Audio", uses: ["Audio"]),
    tests("Lattices", uses: ["Lattices", "Imaging"], and: ["GinghamTestSupport"], golden: true),
    tests("Diagnosis", uses: ["Diagnosis"], and: ["GinghamTestSupport"], golden: true),
    tests("Prediction", uses: ["Prediction", "Architectures"], and: ["GinghamTestSupport"], golden: true),
    tests("Rewriting", uses: ["Rewriting", "ReferenceEngine"], and: ["GinghamTestSupport"]),
    tests("Attribution", uses: ["Attribution", "Models"], golden: true),
    tests("Documents", uses: ["Documents"]),
    tests(
      "FeatureVisualization", uses: ["FeatureVisualization", "Documents", "Engine", "Architectures"], golden: true),
    tests("AdversarialProbing", uses: ["AdversarialProbing", "Engine", "Architectures"], golden: true),
    tests("Models", uses: ["Models", "Architectures"]),
    tests("Generation", uses: ["Generation"], golden: true),
    tests("Reporting", uses: ["Reporting"], golden: true),
    tests("Database", uses: ["Database"]),
    tests("Serving", uses: ["Serving"]),
    tests("Verbs", uses: ["Verbs"], and: ["Gingham"], golden: true),
    tests("CommandLine", and: ["Gingham", "GinghamTool"]),
    tests("CInterface", and: ["CGingham", "Gingham", "GinghamCInterface", "GinghamTool"]),
  ]
)

// Fuzzing needs instrumented code and a library of the compiler's: notebooks-scripts/fuzz.sh asks for it, and says where
// the library is.
if let runtime = Context.environment["GINGHAM_FUZZ"] {
  package.targets.append(
    .executableTarget(
      name: "GinghamFuzz",
      dependencies: [
        "ModelFormats", "ReferenceEngine", "Rewriting", "FeatureVisualization", "Imaging", "Audio", "Serving",
      ].map { .target(name: Room.module($0)) }, path: "Tests/Fuzz", swiftSettings: strict,
      linkerSettings: [
        .unsafeFlags(["-L\(runtime)"]), .linkedLibrary("clang_rt.fuzzer_no_main-x86_64"), .linkedLibrary("stdc++"),
      ]))
}

// The engine and its tests alone: they are tried with another oneDNN than the system's, by
// notebooks-scripts/test_onednn3.sh.
if Context.environment["GINGHAM_ENGINE_ALONE"] != nil {
  let needed = rooms.prefix { $0.name != "Signals" }.map { Room.module($0.name) }
  let kept = Set(needed + ["COneDNN", "COpenBLAS", "CCrypto", "CZlib", "CVectors", "EngineTests"])
  package.targets.removeAll { !kept.contains($0.name) }
  package.products.removeAll { !needed.contains($0.name) }
  package.dependencies.removeAll { package in
    if case .sourceControl(_, let location, _) = package.kind { return !location.hasSuffix("swift-numerics") }
    return true
  }
}
