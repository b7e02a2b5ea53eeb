import Foundation
import Gingham
import Testing

/// What the architecture implies, against gradients measured at nets with random weights.
///
/// A few seconds of it by default. `GINGHAM_FULL_PROOF=1` runs the whole: five nets, linear and as they are, 64 seeds
/// each, some twenty minutes; `GINGHAM_FULL_PROOF=resnet18,alexnet` only these (notebooks-scripts/prove_predictions.sh).
@Suite(.serialized) struct RandomNetPredictionTests {
  struct Net: Sendable, CustomTestStringConvertible {
    let name: String
    let options: String
    /// The last layer with positions: the gradient starts there from white noise.
    let target: String
    let side: Int
    var seeds = 64
    var draws = 8
    var testDescription: String { name }

    func specification(seed: Int) -> String { "random:\(name)?\(options)size=\(side)&seed=\(seed)" }
  }

  private static let wanted = ProcessInfo.processInfo.environment["GINGHAM_FULL_PROOF"]
  private static let isFull = wanted == "1"
  private static let names = Set((wanted ?? "").split(separator: ",").map(String.init))

  private static var chosen: [Net] {
    let chosen = whole.filter { isFull || names.contains($0.name) }
    return isFull || chosen.isEmpty ? small + chosen : chosen
  }

  static let small = [
    Net(name: "strided_stack", options: "depth=3&width=8&", target: "output", side: 64, seeds: 32),
    Net(name: "strided_stack", options: "kernel=5&stride=3&depth=2&width=8&", target: "output", side: 72, seeds: 32),
  ]

  static let whole = [
    Net(name: "resnet18", options: "", target: "layer4", side: 224),
    Net(name: "resnet50", options: "", target: "layer4", side: 160, draws: 6),
    Net(name: "squeezenet1_1", options: "", target: "features.12", side: 227),
    Net(name: "alexnet", options: "", target: "features.12", side: 223),
    Net(name: "dcgan_discriminator", options: "kernel=5&", target: "main.8", side: 128),
  ]

  static let even = [
    Net(name: "strided_stack", options: "kernel=4&depth=3&width=8&", target: "output", side: 64, seeds: 32),
    Net(name: "dcgan_discriminator", options: "", target: "main.8", side: 128, seeds: 16),
  ]

  @Test(arguments: chosen) func bandsOfLinearNetsAreAsPredicted(_ net: Net) throws {
    let trial = try Trial(net, isLinear: true)
    trial.report("linear")
    let predicted = trial.finding.bands.filter { ($0.predicted ?? 0) > 0.002 }
    #expect(!predicted.isEmpty)
    for band in predicted {
      let ratio = try #require(band.ratio)
      // What 64 seeds leave open of a small band is more than 15 % of it.
      let noise = 3 * band.standardError / (band.predicted ?? 1)
      #expect(abs(ratio - 1) < max(0.15, noise), "period \(band.period): \(ratio)")
    }
    #expect(trial.correlation >= 0.95)
  }

  @Test(arguments: chosen) func mapsOfRectifiedNetsFollowThePrediction(_ net: Net) throws {
    let trial = try Trial(net, isLinear: false)
    trial.report("as it is")
    #expect(trial.correlation >= 0.95)
  }

  @Test(arguments: even) func netsWhoseStridesDivideTheirKernelsAreEven(_ net: Net) throws {
    for isLinear in [true, false] {
      let trial = try Trial(net, isLinear: isLinear)
      trial.report(isLinear ? "linear" : "as it is")
      #expect(trial.finding.cv2Corrected < 0.01)
      #expect(trial.finding.bands.allSatisfy { ($0.predicted ?? 0) < 0.01 })
    }
  }

  @Test(.enabled(if: isFull || names.contains("vgg16"))) func aWholeVGGIsEven() throws {
    let net = Net(name: "vgg16", options: "", target: "features.30", side: 128, seeds: 8)
    let trial = try Trial(net, isLinear: true)
    trial.report("linear")
    #expect(trial.finding.cv2Corrected < 0.01)
    let rectified = try Trial(net, isLinear: false)
    rectified.report("as it is")
    #expect(rectified.finding.cv2Corrected < 0.01)
  }

  /// In processor time, as other programs may run beside it.
  @Test(.enabled(if: isFull)) func sixteenShiftsCostAtMostSixteenGradients() throws {
    let model = try ModelSource("random:squeezenet1_1").load()
    let engine = PlanCache(try EngineChoice(.fast).differentiator(for: model.network, team: ThreadTeam(threads: 2)))
    let input = Trial.noise(model.inputShape(batch: 1), seed: 1)
    func cost(_ method: some AttributionMethod, runs: Int) throws -> Double {
      _ = try method.attribute(input, to: ClassObjective(.top), by: engine)
      let start = clock()
      for _ in 0..<runs { _ = try method.attribute(input, to: ClassObjective(.top), by: engine) }
      return Double(clock() - start) / Double(CLOCKS_PER_SEC) / Double(runs)
    }
    let (gradient, jitter) = (try cost(Gradient(), runs: 48), try cost(LatticeJitter(period: 4), runs: 3))
    print("PROOF lattice jitter of 4: \(jitter / gradient) gradients (\(1000 * gradient) ms each, processor time)")
    #expect(jitter / gradient < 16.5)
  }
}

/// Mean energies over seeds and starting noises, beside the prediction.
private struct Trial {
  let net: RandomNetPredictionTests.Net
  let finding: LatticeFinding
  let correlation: Double

  init(_ net: RandomNetPredictionTests.Net, isLinear: Bool) throws {
    self.net = net
    var (measured, expected) = (MeanPlane(), MeanPlane())
    var lattice: GradientLattice?
    var layers: [Int: String] = [:]
    for seed in 0..<net.seeds {
      var network = try Architectures.network(parsing: net.specification(seed: seed))
      if isLinear { network.linearize() }
      let target = try network.value(ofLayer: net.target)
      let input = network.inputs[0].value
      let shape = Shape([1] + network.inputs[0].shape.dropFirst().enumerated().map { $1 ?? ($0 == 0 ? 3 : net.side) })
      // Gains are those of the weights: once rectifiers are gone, initial ones keep no layer's power as it is.
      let prediction = try GradientPrediction(
        network.bound(to: [network.name(of: input): shape]), target: target,
        options: PredictionOptions(gain: .weights))
      expected.add(try prediction.variance(at: input))
      if seed == 0 {
        layers = prediction.bandLayers
        let period = max(2, prediction.period)
        lattice = try GradientLattice(period: period, border: 4 * period <= net.side ? period : 0)
      }
      let plan = try EngineChoice(.fast).differentiator(for: network, team: ThreadTeam(threads: 2)).plan(
        PlanRequest(inputShapes: [shape], targets: [target], gradients: [input]))
      _ = try plan.forward([Self.noise(shape, seed: seed)])
      var energy: Plane?
      for draw in 0..<net.draws {
        let start = Tensor(plan.targetShapes[0]) {
          NormalSequence(seed: UInt64(seed), name: "start.\(draw)").fill($0)
        }
        let found = try Plane.energies(of: try plan.backward([start])[0])[0]
        energy = energy.map { MeanPlane.sum($0, found) } ?? found
      }
      if let energy {
        let relative = MeanPlane.relative(energy)
        try lattice?.add(energy: relative)
        measured.add(relative)
      }
    }
    let (found, predicted) = (try #require(measured.plane), try #require(expected.plane))
    finding = try #require(lattice).finding(prediction: predicted, layers: layers)
    correlation = Self.correlation(found, predicted)
  }

  func report(_ kind: String) {
    let bands = finding.bands.map { band in
      String(
        format: "%d: %.4f / %.4f", band.period, band.cv2Corrected, band.predicted ?? 0)
        + (band.ratio.map { String(format: " = %.2f", $0) } ?? "")
    }
    print(
      "PROOF \(net.name) \(net.options)\(kind), \(net.seeds) seeds: CV² \(String(format: "%.4f", finding.cv2Corrected)),",
      "bands measured / predicted \(bands.joined(separator: ", ")),",
      "maps correlate \(String(format: "%.4f", correlation))")
  }

  static func noise(_ shape: Shape, seed: Int) -> Tensor {
    Tensor(shape) { NormalSequence(seed: UInt64(seed), name: "picture").fill($0, mean: 0.5, deviation: 0.25) }
  }

  private static func correlation(_ a: Plane, _ b: Plane) -> Double {
    let (meanA, meanB) = (a.mean, b.mean)
    let product = zip(a.values, b.values).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) } / Double(a.values.count)
    return product / (a.variance * b.variance).squareRoot()
  }
}

/// Planes added up so that every seed counts alike, however large its gradients.
private struct MeanPlane {
  private(set) var plane: Plane?

  mutating func add(_ next: Plane) {
    let next = Self.relative(next)
    plane = plane.map { Self.sum($0, next) } ?? next
  }

  static func relative(_ plane: Plane) -> Plane {
    let mean = plane.mean
    return Plane(height: plane.height, width: plane.width, values: plane.values.map { $0 / mean })
  }

  static func sum(_ a: Plane, _ b: Plane) -> Plane {
    Plane(height: a.height, width: a.width, values: zip(a.values, b.values).map(+))
  }
}

extension Network {
  /// Without rectifiers and normalizing functions. Pools of maxima stay: they pass each gradient on to one of their
  /// elements. Averages in their place would send neighbours the same, and what the next pool receives then is not
  /// white, as the prediction assumes of pools: SqueezeNet's three in a row leave three times the predicted band.
  fileprivate mutating func linearize() {
    for index in nodes.indices {
      if case .pointwise = nodes[index].operation { nodes[index].operation = .identity }
    }
  }
}
