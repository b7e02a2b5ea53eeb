import Foundation
import Testing

@testable import Gingham
@testable import GinghamCommandLine
@testable import GinghamVerbs

/// The schemas of `Sources/Gingham/Schemas` are made of what the code writes:
///
///     GINGHAM_RECORD_SCHEMAS=1 swift test … --filter SchemaTests
///
/// writes them anew. Without that the test fails where a key has come, gone or changed: then `SchemaName.version` goes up.
@Suite(.serialized) struct SchemaTests {
  private static let probe = "--input-size 96x96 --labels predicted --epsilon 1/255 --steps 2"

  /// Command lines that show every key between them. Words in braces are made by ``Samples``.
  static let lines = [
    "layers {net} --input-size 96x96",
    "gradient {net} --input-size 96x96 {a.png} {b.png}",
    "gradient {net} --input-size 96x96 {a.png} --method lattice-notch --period 4",
    "gradient {net} --input-size 96x96 {a.png} --at features.3.cat",
    "gradient {net} --input-size 32x32 {many}",
    "gradient {net} --input-size 64x80 {a.png} {broken.png} --compare --target layer:features.3.cat",
    "predict {net} --input-size 96x96",
    "predict {net} --input-size 96x96 --gain weights",
    "predict {net} --input-size 96x96 --at features.3.cat",
    "predict random:dcgan_generator?kernel=3", "predict {generator}",
    "predict --deconvolution 3/2,3/2 --equivalent nearest2:1,0,-1", "predict --sweep {grid.yaml}",
    "measure {a.png} {b.png} --periods 2,4", "measure {a.png} {broken.png} --periods search",
    "measure {moved.png} --periods 2,4", "measure {b.png} --periods 2,4 --spectra",
    "generate {generator} --samples 4 --range=-1..1",
    "track {checkpoints} --samples 4 --range=-1..1", "predict {checkpoints/step_1.safetensors}",
    "measure {map.npy} --as gradient --periods 2,4", "measure {set}",
    "trace {net} --input-size 96x96 {a.png} --without features.2", "trace {generator} --samples 8",
    "trace {net} --input-size 96x96 {a.png} {b.png} --aliasing",
    "trace {net} --input-size 96x96 {a.png} --random-twins 3",
    "generate random:stable_diffusion_vae_decoder?side=8&width=32 --latent 4x8x8 --samples 2 --shift",
    "generate {generator} --samples 8",
    "generate random:stable_diffusion_vae_decoder --input-size 8x8 --samples 2 --flat",
    "measure {large} --periods 2", "diagnose {large} --periods 2",
    "generate random:dcgan_generator?features=1&latent=2 --samples 1001",
    "diagnose {set}", "diagnose {set} --reference {photographs}",
    "diagnose {set} --reference {photographs} --net {net} --layer features.0",
    "diagnose {banded.png} {broken.png}",
    "check {set} --baseline {baseline.json}", "check {set} --baseline {baseline.json} --bands 0.01",
    "check {a.png} {broken.png} --faint 0 --bands 0.01", "check {generator} --samples 8",
    "check {net} --input-size 96x96 --gradient 0.1", "check {net} --input-size 96x96 {a.png} --gradient 0.1",
    "track {checkpoints} --samples 8",
    "repair random:dcgan_generator?features=4&latent=8&kernel=3&seed=3 --samples 8",
    "repair {generator} --samples 8 --all", "repair {generator} --samples 8 --with bilinear --layer main.12",
    "repair {net} --input-size 96x96 --images {a.png} --layer features.2",
    "repair {net} --input-size 96x96 --images {a.png} --layer features.0 --with stagger",
    "visualize {net} --objective features.3.cat:3 --steps 2 --size 96x96",
    "visualize {net} --objective features.4.expand3x3:3 --steps 1 --size 64x64 --accentuate {a.png} --path-check {many}",
    "visualize {net} --all-channels features.3.cat --channels 0-1 --steps 2 --size 96x96",
    "exemplars {net} --input-size 96x96 {a.png} {b.png} {broken.png} --layer features.0 --units 0-3 --side 16",
    "explore {net} --layers features.3.cat --units 0-1 --steps 2 --size 64x64 --input-size 96x96 --pictures {a.png} {broken.png}",
    "explore {generator}",
    "compare {net} --objective features.3.cat:3 --mitigations naive jitter --steps 2 --size 64x64",
    "probe {net} {a.png} {b.png} {broken.png} \(probe) --attack fgsm,noise --minimal",
    "probe {net} {a.png} \(probe) --attack deepfool --no-pictures",
    "probe {net} {a.png} \(probe) --attack pgd --norm l2 --fourier 3",
    "probe {net} {a.png} \(probe) --attack fgsm --phase-study --period 2",
    "verify {net} --input-size 96x96", "verify {net} --input-size 96x96 --precision bf16 --emulate",
    "bench {net} --input-size 96x96 --runs 1",
    "bench {net} --input-size 96x96 --runs 1 --layers",
    // All that the lines above have left.
    "results {.}",
  ]

  /// Lists that are empty in every small run: what stands in them is not described.
  static let rare: Set = [
    "Comparison.Run.accentuation", "Comparison.Run.warnings.[]", "GeneratorTrace.Cause.growth",
    "LayerVisualization.warnings.[]",
    "ProbeFindings.warnings.[]", "ResultsFindings.skipped.[]",
    "SweepFindings.skipped.[]", "VisualizationFindings.warnings.[]",
  ]

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/Gingham/Schemas")

  private static let isRecording = ProcessInfo.processInfo.environment["GINGHAM_RECORD_SCHEMAS"] == "1"

  @Test func schemasAreWhatTheCodeWrites() throws {
    let samples = try Samples()
    var recording = SchemaRecording()
    var written: [(line: String, folder: String, file: String)] = []
    for (number, line) in Self.lines.enumerated() {
      let words = try line.split(separator: " ").map { try samples.word(String($0)) }
      let command = try #require(try GinghamCommand.parseAsRoot(words) as? any VerbCommand)
      let output = samples.scratch.path("out-\(number)")
      do {
        let file = try recording.record(
          try command.makeRun(), words, into: output, engine: try command.common.conditions.engine)
        written.append((line, output, file))
      } catch {
        Issue.record("\(line): \(error)")
      }
    }
    recording.settle()
    #expect(Set(recording.unseen).subtracting(Self.rare) == [], "no sample shows what stands under these keys")
    let documents = recording.documents
    if Self.isRecording {
      try? FileManager.default.removeItem(at: Self.folder)
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      for (name, document) in documents {
        try document.json(keys: .useDefaultKeys).write(to: Self.folder.appending(path: "\(name).schema.json"))
      }
    }
    let committed = try Self.committed()
    #expect(Set(committed.keys) == Set(documents.keys))
    for (name, document) in committed {
      #expect(documents[name] == document, "\(name) is not what the code writes: record it, and raise its version")
    }
    // What the code writes is one thing, what stands in the files another: files are held against the schemas.
    for (line, output, file) in written {
      for name in [file, "manifest.json"] {
        let value = try Self.value(URL(filePath: output).appending(path: name))
        let validation = try Self.validation(of: value, by: committed)
        #expect(validation.complaints(about: value) == [], "\(line): \(name)")
        // A key that nobody knows is noticed wherever it stands.
        for (place, changed) in Self.withStrangeKeys(value) {
          #expect(!validation.complaints(about: changed).isEmpty, "\(line): \(name): a strange key at \(place)")
        }
      }
    }
  }

  private static func value(_ url: URL) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: url))
  }

  private static func committed() throws -> [String: JSONValue] {
    var found: [String: JSONValue] = [:]
    for url in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      found[url.lastPathComponent.replacing(".schema.json", with: "")] = try value(url)
    }
    return found
  }

  /// Of the schema that a file names.
  private static func validation(of value: JSONValue, by documents: [String: JSONValue]) throws -> SchemaValidation {
    guard case .string(let name)? = value["schema"] else { throw CocoaError(.propertyListReadCorrupt) }
    let type = try #require(name.split(separator: ":").dropLast().last)
    let document = try #require(documents[String(type)])
    #expect(document["$id"] == .string(name))
    return SchemaValidation(document: document)
  }

  /// The value with a strange key in itself, and in the first object of each of its members.
  private static func withStrangeKeys(_ value: JSONValue) -> [(place: String, JSONValue)] {
    guard case .object(var members) = value else { return [] }
    var found: [(String, JSONValue)] = []
    for (key, member) in members where key != "parameters" && key != "model_options" {
      guard case .array(let elements) = member, case .object(var first)? = elements.first else { continue }
      first["strange"] = 1
      var changed = members
      changed[key] = .array([.object(first)] + elements.dropFirst())
      found.append((key, .object(changed)))
    }
    members["strange"] = 1
    return found + [("the top", .object(members))]
  }
}

/// What the command lines read.
private final class Samples {
  let scratch: Tool.Scratch

  init() throws {
    scratch = try Tool.Scratch()
    _ = try scratch.picture("a.png", side: 96)
    _ = try scratch.picture("b.png", side: 100)
    try Data("no picture".utf8).write(to: URL(filePath: scratch.path("broken.png")))
    try Data("model: random:dcgan_generator\nkernel: [3, 4]\nblur: [1, 2]\n".utf8)
      .write(to: URL(filePath: scratch.path("grid.yaml")))
    try Self.tensor([1, 3, 32, 32]) { _, y, x in Float((3 * y + x) % 7) - 3 }.write(npy: scratch.path("map.npy"))
    let banded = Self.tensor([3, 64, 64]) { _, y, x in Float((y + x) / 9 % 4) / 3 }
    try Picture(banded).write(to: scratch.path("banded.png"))
    try moved()
    try checkpoints()
    try pictures(in: "photographs", brightness: 1, grid: 0)
    try pictures(in: "set", brightness: 0.3, grid: 0.1)
    try FileManager.default.createDirectory(atPath: scratch.path("many"), withIntermediateDirectories: true)
    for number in 0..<65 {
      try FileManager.default.createSymbolicLink(
        atPath: scratch.path("many/\(number).png"), withDestinationPath: scratch.path("a.png"))
    }
    try Data().write(to: scratch.url.appending(path: "many/empty.png"))
    _ = try scratch.picture("small.png", side: 16)
    try FileManager.default.createDirectory(atPath: scratch.path("large"), withIntermediateDirectories: true)
    for number in 0...1000 {
      try FileManager.default.createSymbolicLink(
        atPath: scratch.path("large/\(number).png"), withDestinationPath: scratch.path("small.png"))
    }
  }

  /// A grid of 4.4 pixels over noise.
  private func moved() throws {
    func bumps(_ place: Int) -> Float {
      let angle = 2 * Float.pi * Float(place) / 4.4
      return 1 + cos(angle) + cos(2 * angle)
    }
    let pixels = Self.tensor([3, 192, 192]) { _, y, x -> Float in
      let hash: Float = sin(12.9898 * Float(y) + 78.233 * Float(x)) * 43758.547
      return 0.45 + 0.1 * (hash - hash.rounded(.down)) + 4 / 255 * (bumps(y) * bumps(x) - 1)
    }
    try Picture(pixels).write(to: scratch.path("moved.png"))
  }

  /// Of two steps of a training that never was.
  private func checkpoints() throws {
    try FileManager.default.createDirectory(atPath: scratch.path("checkpoints"), withIntermediateDirectories: true)
    for step in 1...2 {
      let network = try Architectures.network(parsing: "\(Self.generator)&seed=\(step)")
      let tensors = network.constants.sorted { $0.key < $1.key }.compactMap { value, constant in
        constant.tensor.map { (name: network.name(of: value), tensor: $0) }
      }
      try WeightTable(path: "net", tensors).write(safeTensors: scratch.path("checkpoints/step_\(step).safetensors"))
    }
  }

  private static let generator = "dcgan_generator?features=4&latent=8"

  /// Waves, with one brighter pixel in four.
  private func pictures(in folder: String, brightness: Float, grid: Float) throws {
    try FileManager.default.createDirectory(atPath: scratch.path(folder), withIntermediateDirectories: true)
    for number in 0..<10 {
      let pixels = Self.tensor([3, 64, 64]) { _, y, x -> Float in
        let turn: Float = Float((y + 3 * number) * x) / Float(90 + number)
        let bright: Float = y % 2 == 0 && x % 2 == 0 ? grid : 0
        return brightness * (0.4 + 0.3 * sin(turn)) + bright
      }
      try Picture(pixels).write(to: scratch.path("\(folder)/\(number).png"))
    }
  }

  private static func tensor(_ shape: Shape, _ value: (_ channel: Int, _ y: Int, _ x: Int) -> Float) -> Tensor {
    let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let scalars: [Float] = (0..<shape.elementCount).map { index in
      value(index / (height * width), index / width % height, index % width)
    }
    return Tensor(shape, scalars)
  }

  func word(_ word: String) throws -> String {
    guard word.hasPrefix("{") else { return word }
    switch word {
    case "{net}": return "random:squeezenet1_1"
    case "{generator}": return "random:\(Self.generator)&seed=3"
    default: return scratch.path(String(word.dropFirst().dropLast()))
    }
  }
}
