import Foundation
import GinghamDifferentiation
import GinghamModels
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamGeneration

/// Samples of generators against PyTorch, and what they must not depend on.
@Suite struct PictureSamplerTests {
  static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/generator")

  private func arrays() throws -> [String: Tensor] {
    let arrays = try Tensor.arrays(npz: Self.golden.appending(path: "samples.npz").path)
    return Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.array) })
  }

  private func model(_ specification: String, inputs: [String] = []) throws -> Model {
    var source = ModelSource(specification)
    source.fixedInputs = inputs
    return try source.load()
  }

  @Test(arguments: [Backend.fast, .reference])
  func samplesAreThoseOfPyTorch(backend: Backend) throws {
    let golden = try arrays()
    let (latents, expected) = (try #require(golden["latents"]), try #require(golden["pictures"]))
    let sampler = try PictureSampler(
      model(Self.golden.appending(path: "dcgan.pth").path), engine: EngineChoice(backend), team: ThreadTeam(threads: 2))
    #expect(sampler.pictureShape == [3, 64, 64])
    let pictures = try sampler.pictures(of: latents)
    #expect(pictures.shape == expected.shape)
    let error = zip(pictures.scalars, expected.scalars).map { abs($0 - $1) }.max() ?? 1
    #expect(error < 1e-4)
    // They are pictures and not one grey: the comparison means something.
    #expect(expected.scalars.max() ?? 0 > 0.9)
    #expect(expected.scalars.min() ?? 1 < 0.1)
  }

  @Test func aSampleDependsOnSeedAndNumberAlone() throws {
    let sampler = try PictureSampler(
      model("random:dcgan_generator?features=4&latent=10&kernel=5"), team: ThreadTeam(threads: 2))
    let three = try sampler.samples(3, seed: 7)
    let five = try sampler.samples(5, seed: 7)
    #expect(five.slice(axis: 0, 0..<3) == three)
    #expect(try sampler.samples(3, seed: 8) != three)
    let alone = try sampler.pictures(of: sampler.generator.latents(5, seed: 7).slice(axis: 0, 4..<5))
    #expect(alone == five.slice(axis: 0, 4..<5))
  }

  @Test func latentsAreStandardNormal() throws {
    let generator = try Generator(model("random:dcgan_generator?features=1"))
    let latents = try generator.latents(2000, seed: 3)
    #expect(latents.shape == [2000, 100, 1, 1])
    let values = latents.scalars.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    // Four standard errors of 200,000 numbers.
    #expect(abs(mean) < 4 / 447.0)
    #expect(abs(variance - 1) < 4 * (2.0 / 200_000).squareRoot())
  }

  @Test(arguments: [
    ("random:dcgan_generator?features=1&latent=3", "0..1"), ("random:resize_generator?features=1&latent=3", "0..1"),
  ])
  func theLastLayersTellTheRange(specification: String, range: String) throws {
    let sampler = try PictureSampler(model(specification), team: .alone)
    #expect(sampler.range.description == range)
    #expect(sampler.rangeOrigin == .layers)
  }

  /// z[N×4] → dense → 1×4×4 → ×2 → tanh: a net of vectors whose output is −1…1.
  private func vectorNet(_ last: Pointwise?) throws -> Model {
    var network = Network(name: "vectors")
    let input = network.addInput("z", shape: [nil, 4])
    let sequence = NormalSequence(seed: 1, name: "weight")
    let weight = network.addConstant("weight", .float(Tensor([4, 16]) { sequence.fill($0) }))
    let dense = network.append("dense", .matrixMultiply, input, weight)
    let map = network.append("map", .reshape(Reshape(shape: [-1, 1, 4, 4])), dense)
    let wide = network.append(
      "wide", .resize(Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor, scales: [1, 1, 2, 2])), map)
    network.outputs = [last.map { network.append("last", .pointwise($0), wide) } ?? wide]
    return Model(
      source: ModelSource("vectors"), network: network,
      preprocessing: Preprocessing(height: 1, width: 1, fit: .stretch),
      classNames: try ClassNames(path: nil, beside: nil))
  }

  @Test func onlyANetWithoutPicturesIsNoGenerator() throws {
    #expect(try Generator.isGenerator(vectorNet(.tanh)))
    #expect(try !Generator.isGenerator(model("random:squeezenet1_1?size=32")))
    // One that cannot be bound may paint or not: that is an error and no answer.
    var broken = try vectorNet(.tanh).network
    broken.nodes[0].inputs[1] = broken.addConstant("wrong", .float(Tensor([5, 16])))
    let model = try vectorNet(.tanh).with(broken)
    #expect(throws: NetworkError.self) { try Generator.isGenerator(model) }
  }

  @Test func vectorsAreLatentsToo() throws {
    let sampler = try PictureSampler(vectorNet(.tanh), engine: EngineChoice(.reference), team: .alone)
    #expect(sampler.generator.source == .latents([4]))
    #expect(sampler.range == .symmetric)
    let latents = try sampler.generator.latents(6, seed: 0)
    #expect(latents.shape == [6, 4])
    let pictures = try sampler.pictures(of: latents)
    #expect(pictures.shape == [6, 1, 8, 8])
    // The same by hand: tanh of a product, each element four times, moved to 0…1.
    let weight = Tensor([4, 16]) { NormalSequence(seed: 1, name: "weight").fill($0) }
    for sample in 0..<6 {
      for place in 0..<64 {
        let column = place / 8 / 2 * 4 + place % 8 / 2
        let sum = (0..<4).reduce(Float(0)) { $0 + latents[sample, $1] * weight[$1, column] }
        #expect(abs(pictures[sample, 0, place / 8, place % 8] - (tanh(sum) + 1) / 2) < 1e-5)
      }
    }
  }

  @Test func withoutABoundTheRangeIsJudgedByAProbeAndCanBeGiven() throws {
    let open = try PictureSampler(vectorNet(nil), engine: EngineChoice(.reference), team: .alone)
    #expect(open.rangeOrigin == .probe)
    let given = try PictureSampler(
      vectorNet(nil), range: OutputRange(parsing: "0..255"), engine: EngineChoice(.reference), team: .alone)
    #expect(given.rangeOrigin == .given)
    let (a, b) = (try open.samples(1, seed: 2), try given.samples(1, seed: 2))
    for (x, y) in zip(a.scalars, b.scalars) {
      let raw = x * (open.range.upper - open.range.lower) + open.range.lower
      #expect(abs(raw / 255 - y) < 1e-5)
    }
  }

  @Test(arguments: [("-1..1", -1, 1), ("0..255", 0, 255), ("-0.5,2", -0.5, 2)] as [(String, Float, Float)])
  func rangesAreRead(text: String, lower: Float, upper: Float) throws {
    let range = try #require(OutputRange(parsing: text))
    #expect((range.lower, range.upper) == (lower, upper))
    #expect(range.unit(lower) == 0)
    #expect(range.unit(upper) == 1)
  }

  @Test(arguments: ["1..0", "0..0", "0", "a..b", "0..inf", "0..1..2", ""])
  func badRangesAreNone(text: String) { #expect(OutputRange(parsing: text) == nil) }

  @Test func aClassifierMakesNoPictures() throws {
    let error = #expect(throws: GeneratorError.self) {
      try PictureSampler(model("random:squeezenet1_1?size=64"), team: .alone)
    }
    guard case .makesNoPictures = try #require(error) else {
      Issue.record("a classifier draws pictures")
      return
    }
  }

  @Test func latentsOfAnotherShapeAreRefused() throws {
    let generator = try Generator(model("random:dcgan_generator?features=1&latent=6"))
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npy").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Tensor([4, 5]).write(npy: path)
    let error = #expect(throws: GeneratorError.self) { try generator.latents(npy: path) }
    #expect(try #require(error).description == "the latents in '\(path)' are 4×5, the network takes N×6×1×1")
    for shape in [[3, 6], [3, 6, 1, 1], [6]] as [Shape] {
      try Tensor(shape).write(npy: path)
      #expect(try generator.latents(npy: path).shape == [shape.elementCount / 6, 6, 1, 1])
    }
  }

  @Test func oneHotFixesAVectorAtOnePlace() throws {
    #expect(try ModelSource.tensor("onehot:2", declared: [4]) == Tensor([4], [0, 0, 1, 0]))
    #expect(try ModelSource.tensor("onehot:0", declared: [nil, 2]) == Tensor([1, 2], [1, 0]))
    for text in ["onehot:4", "onehot:-1", "onehot:x", "onehot:"] {
      #expect(throws: ModelError.self) { try ModelSource.tensor(text, declared: [4]) }
    }
  }
}
