import GinghamArchitectures
import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Whole nets against PyTorch's modules, forward and back to the pixels, with parameters that both sides compute from
/// names and indices (`network_outputs.py`).
@Suite struct NetworkOutputTests {
  struct Answer: Decodable, Sendable {
    let specification: String
    /// Of kernels and matrices.
    let gain: Float
    let input: [Int]
    let output: [Int]
    let outputNorm: Double
    let outputs: [Double]
    let gradientNorm: Double
    let gradients: [Double]
  }

  static let answers = (try? Golden.json([Answer].self, "outputs")) ?? []

  @Test func goldenAnswersAreThere() {
    #expect(Self.answers.count == 63)
  }

  @Test(arguments: answers.indices)
  func outputsAndPixelGradientsArePyTorchs(index: Int) throws {
    let answer = Self.answers[index]
    let specification = try ArchitectureSpecification(parsing: answer.specification)
    let blueprint = try Architectures.named(specification.name).blueprint(specification)
    let parameters = Dictionary(
      uniqueKeysWithValues: blueprint.parameters.map {
        ($0.name, IndexedNoise.parameter($0.name, $0.shape, gain: answer.gain))
      })
    let network = try blueprint.network(stateDict: parameters)

    let output = try #require(network.outputs.first)
    let input = try #require(network.inputs.first).value
    let plan = try ReferenceDifferentiator<Double>(network).plan(
      PlanRequest(inputShapes: [Shape(answer.input)], targets: [output], gradients: [input]))
    // A generator's latent vector lies in −1 ..< 1: PyTorch's side took it from x as 2x − 1.
    let isGenerator = network.preprocessing == nil
    let x = IndexedNoise(name: "input").tensor(Shape(answer.input)) { isGenerator ? $0 : 0.5 * $0 + 0.5 }
    let y = try #require(plan.forward([x]).first)
    let gradient = try #require(
      plan.backward([IndexedNoise(name: "cotangent").tensor(y.shape) { $0 }]).first)

    #expect(y.shape.dimensions == answer.output)
    expect(y, norm: answer.outputNorm, samples: answer.outputs, "\(answer.specification): output")
    expect(
      isGenerator ? gradient.map { 2 * $0 } : gradient, norm: answer.gradientNorm, samples: answer.gradients,
      "\(answer.specification): gradient")
  }

  private func expect(_ tensor: Tensor, norm: Double, samples: [Double], _ what: String) {
    let values = tensor.scalars.map(Double.init)
    let found = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(found - norm) <= 1e-5 * norm, "\(what) norm \(found), expected \(norm)")
    let every = (values.count + 63) / 64
    let scale = norm / Double(values.count).squareRoot()
    let sampled = stride(from: 0, to: values.count, by: every).map { values[$0] }
    #expect(sampled.count == samples.count)
    for (value, sample) in zip(sampled, samples) {
      #expect(abs(value - sample) <= 1e-4 * scale + 1e-5 * abs(sample), "\(what)")
    }
  }
}

/// In −1 ..< 1: the upper 24 bits of SplitMix64's output function on FNV-1a(name) + index · increment.
struct IndexedNoise {
  private let key: UInt64

  init(name: String) {
    key = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  func tensor(_ shape: Shape, _ transform: (Float) -> Float) -> Tensor {
    Tensor(shape) { buffer in
      for index in buffer.indices {
        var z = key &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        z ^= z >> 31
        buffer[index] = transform(Float(z >> 40) * 0x1p-23 - 1)
      }
    }
  }

  static func parameter(_ name: String, _ shape: Shape, gain: Float) -> Tensor {
    let noise = IndexedNoise(name: name)
    if name.hasSuffix("running_mean") || name.hasSuffix("bias") { return noise.tensor(shape) { 0.125 * $0 } }
    if name.hasSuffix("running_var") { return noise.tensor(shape) { 1 + 0.5 * $0 } }
    if shape.rank == 1 { return noise.tensor(shape) { 1 + 0.25 * $0 } }
    // Tokens and their positions.
    if shape.rank == 3, shape[0] == 1 { return noise.tensor(shape) { $0 } }
    let scale = gain * (6 / Float(shape.dimensions.dropFirst().reduce(1, *))).squareRoot()
    return noise.tensor(shape) { scale * $0 }
  }
}
