import Foundation
import Gingham
import Testing

/// The verb on checkpoints that are blends of two nets: one with random filters, and the same with equal phase sums.
@Suite struct TrackVerbTests {
  private static let net = "dcgan_generator?features=4&latent=8&seed=2"

  /// Writes checkpoints of blend 0 (random) to 1 (even).
  private func write(_ blends: [(name: String, blend: Float)], into scratch: Tool.Scratch) throws {
    let network = try Architectures.network(parsing: Self.net)
    var tensors: [(name: String, tensor: Tensor)] = []
    for (value, constant) in network.constants.sorted(by: { $0.key < $1.key }) {
      if let tensor = constant.tensor { tensors.append((network.name(of: value), tensor)) }
    }
    let folder = scratch.path("run")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, blend) in blends {
      let mixed = tensors.map { name, tensor -> (name: String, tensor: Tensor) in
        guard tensor.shape.rank == 4, name != "main.0.weight" else { return (name, tensor) }
        let even = tensor.withEqualPhaseSums(on: Window(4, stride: 2, padding: 1)).scalars
        return (name, Tensor(tensor.shape, zip(tensor.scalars, even).map { $0 * (1 - blend) + $1 * blend }))
      }
      try WeightTable(path: name, mixed).write(safeTensors: "\(folder)/\(name)")
    }
  }

  private let healing: [(name: String, blend: Float)] = [
    ("g_1.safetensors", 0), ("g_2.safetensors", 0.5), ("g_10.safetensors", 0.9), ("g_20.safetensors", 1),
  ]

  @Test func aGridThatFadesHeals() throws {
    let scratch = try Tool.Scratch()
    try write(healing, into: scratch)
    let outcome = try Tool.run(
      "track", scratch.path("run"), "--samples", "16", "--json", "--output", scratch.path("out"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect(json["verdict"] as? String == "heals")
    let checkpoints = try #require(json["checkpoints"] as? [[String: Any]])
    #expect(checkpoints.compactMap { $0["step"] as? Int } == [1, 2, 10, 20])
    #expect(checkpoints.allSatisfy { ($0["pooled"] as? [String: Any])?["bands"] != nil })
    let table = try String(contentsOfFile: scratch.path("out/track.csv"), encoding: .utf8).split(separator: "\n")
    #expect(table.count == 5)
    #expect(table[0].hasPrefix("step,path,verdict,share_2,peak_db_2,locked_levels_2,"))
    #expect(Set(table.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }).count == 1)
    let lines = try String(contentsOfFile: scratch.path("out/track.jsonl"), encoding: .utf8).split(separator: "\n")
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["step"] is Int)
    }
    #expect(lines.count == 4)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("out/sheets")).count == 4)
    let events = try FileManager.default.contentsOfDirectory(atPath: scratch.path("out/tensorboard"))
    #expect(events.count == 1)
    #expect(events[0].hasPrefix("events.out.tfevents."))
    #expect(FileManager.default.fileExists(atPath: scratch.path("out/track.png")))
  }

  @Test func theOtherWayRoundItComesInLate() throws {
    let scratch = try Tool.Scratch()
    try write([("a1.safetensors", 1), ("a2.safetensors", 0.8), ("a3.safetensors", 0)], into: scratch)
    let outcome = try Tool.run(
      "track", scratch.path("run"), "--samples", "16", "--json", "--output", scratch.path("out"))
    #expect(try outcome.json()["verdict"] as? String == "late", "\(outcome.errors)")
  }

  @Test func equalCheckpointsGiveEqualBytes() throws {
    let scratch = try Tool.Scratch()
    try write(Array(healing.prefix(2)), into: scratch)
    for name in ["a", "b"] {
      #expect(
        try Tool.run("track", scratch.path("run"), "--samples", "8", "--output", scratch.path(name)).status == 0)
    }
    let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("a")).filter {
      $0 != "manifest.json" && URL(filePath: $0).pathExtension != ""
    }
    #expect(files.count >= 6)
    for file in files {
      #expect(
        try Data(contentsOf: URL(filePath: scratch.path("a/\(file)")))
          == Data(contentsOf: URL(filePath: scratch.path("b/\(file)"))), "\(file)")
    }
  }

  @Test func badSeriesEndInOneMessage() throws {
    let scratch = try Tool.Scratch()
    func fails(_ arguments: [String], _ parts: String...) throws {
      let outcome = try Tool.run(
        executable: Tool.path, ["track"] + arguments + ["--samples", "2", "--output", scratch.path("out")])
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
      #expect(!FileManager.default.fileExists(atPath: scratch.path("out")))
    }
    try write([("g_1.safetensors", 0)], into: scratch)
    let first = scratch.path("run/g_1.safetensors")
    try fails([scratch.path("missing")], "missing")
    try FileManager.default.createDirectory(atPath: scratch.path("empty"), withIntermediateDirectories: true)
    try fails([scratch.path("empty")], "there are no checkpoints")
    try Data("no tensors".utf8).write(to: URL(filePath: scratch.path("run/g_2.safetensors")))
    try fails([scratch.path("run/g_2.safetensors")], "g_2.safetensors")
    try fails([first, "random:dcgan_generator?features=4&latent=8&kernel=3"], "random:dcgan_generator")
  }

  /// Training may be writing one just now.
  @Test func checkpointsThatCannotBeFollowedAreLeftOut() throws {
    let scratch = try Tool.Scratch()
    try write(healing, into: scratch)
    let half = scratch.path("run/g_2.safetensors")
    try Data(contentsOf: URL(filePath: half)).prefix(5000).write(to: URL(filePath: half))
    try Data().write(to: URL(filePath: scratch.path("run/g_0.safetensors")))
    let outcome = try Tool.run(
      "track", scratch.path("run"), "--samples", "4", "--json", "--output", scratch.path("out"))
    #expect(outcome.status == 2, "\(outcome.errors)")
    let json = try outcome.json()
    #expect((json["checkpoints"] as? [[String: Any]])?.compactMap { $0["step"] as? Int } == [1, 10, 20])
    #expect((json["skipped"] as? [[String: Any]])?.count == 2)
    #expect(outcome.errors.contains("g_0.safetensors") && outcome.errors.contains("g_2.safetensors"))
  }

  @Test func anotherArchitectureIsNamedByItsFirstParameter() throws {
    let scratch = try Tool.Scratch()
    try write([("g_1.safetensors", 0)], into: scratch)
    let other = try Architectures.network(parsing: "dcgan_generator?features=4&latent=9")
    let tensors = other.constants.sorted { $0.key < $1.key }.compactMap { value, constant in
      constant.tensor.map { (name: other.name(of: value), tensor: $0) }
    }
    try WeightTable(path: "g_2", tensors).write(safeTensors: scratch.path("run/g_2.safetensors"))
    let outcome = try Tool.run(
      "track", scratch.path("run"), "--samples", "2", "--json", "--output", scratch.path("out"))
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("g_2.safetensors' is of another architecture"), "\(outcome.errors)")
    #expect(outcome.errors.contains("its 'main.0.weight' is 9×32×4×4, that of the first 8×32×4×4"), "\(outcome.errors)")
  }
}
