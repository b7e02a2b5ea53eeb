import GinghamAttribution
import GinghamDifferentiation
import GinghamEngine
@testable import GinghamFeatureVisualization
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

@Suite struct RendererTests {
  private static let size = PictureSize(height: 24, width: 28)
  private let objective = ChannelObjective(layer: "conv2", channel: 3)

  private func renderer(
    _ recipe: Recipe, objective: (any Objective)? = nil, network: Network? = nil, seed: UInt64 = 1,
    size: PictureSize = size, channels: Int = 3, materials: Renderer.Materials = .init()
  ) throws -> Renderer {
    try Renderer(
      recipe, objective: objective ?? self.objective,
      differentiator: FastDifferentiator(network: network ?? smallNetwork(channels: channels), threads: 1), size: size,
      channels: channels, latticePeriod: 4, seed: seed, materials: materials)
  }

  private func short(_ preset: String, steps: Int = 12) throws -> Recipe {
    var recipe = try Recipe.preset(preset)
    recipe.steps = steps
    recipe.redirectedSteps = min(recipe.redirectedSteps, 3)
    if preset == "maco" {
      recipe.size = PictureSize(height: 40, width: 40)
      recipe.inputSize = PictureSize(height: 16, width: 16)
      recipe.draws = 3
    }
    return recipe
  }

  // MARK: The whole chain

  /// Parameters → pictures → transforms → network → objective − penalties, by the 64-bit reference, against central
  /// differences of the value.
  @Test(arguments: ["pixel", "fourier", "laplacian", "maco"])
  func theChainsGradientIsItsDerivative(name: String) throws {
    let shape: Shape = [2, 3, 24, 28]
    let space: any SpatialParameterization =
      switch name {
      case "pixel": PixelParameterization(shape: shape, deviation: 0.5)
      case "laplacian": LaplacianPyramid(shape: shape, deviation: 0.5)
      case "maco": MagnitudeConstrained(shape: shape)
      default: FourierParameterization(shape: shape, deviation: 0.2)
      }
    let canvas = try Canvas(space, colour: .imageNet)
    let recipe = Recipe(
      preset: "test", steps: 9, batch: 2, draws: 2, parameterization: .pixel(), colour: .decorrelated,
      transforms: [.pad(3), .jitter(4), .scale([0.9, 1.2]), .rotate([-9, 12]), .noise(0.1)],
      penalties: [
        WeightedPenalty(.l2, 0.3), WeightedPenalty(.highFrequency, 0.2), WeightedPenalty(.lattice(period: 4), 0.1),
      ])
    let network = smallNetwork(activation: .tanh)
    let objective = WeightedSum([
      (1, ChannelObjective(layer: "conv2", channel: 3)), (-0.5, NeuronObjective(layer: "act1", channel: 2)),
      (0.3, CosineDirectionObjective(layer: "act2", direction: [1, -1, 0.5, 2, 0, 1, 0.2, -0.3])),
      (0.2, DiversityObjective(layer: "act1", pictures: 2)),
    ])
    let climb = try Climb(
      recipe: recipe, canvas: canvas, inputSize: Self.size, seed: 4,
      source: { _ in
        WholePass(
          pass: try ObjectivePass(
            objective, of: ReferenceDifferentiator<Double>(network), inputShapes: [[4, 3, 24, 28]]))
      })
    func value(_ parameters: Tensor) throws -> (Double, Tensor) {
      var result = Visualization(steps: 9, pictures: Tensor([0]))
      let pictures = canvas.pictures(parameters)
      let (values, slopes) = try climb.ascent(pictures, step: 5, result: &result)
      let penalty = try #require(result.curve.last).penalty
      return (
        values.reduce(0) { $0 + Double($1) } - 2 * Double(penalty),
        canvas.gradient(slopes, at: parameters, pictures: pictures)
      )
    }
    let start = space.initial(seed: 2)
    let (_, gradient) = try value(start)
    for seed: UInt64 in 40..<43 {
      // Half along the gradient, so that the slope is no small difference of large numbers.
      let random = noise(start.shape, seed: seed)
      let direction = random.plus(gradient, times: random.rootMeanSquare / gradient.rootMeanSquare)
      let expected = try slope({ try value($0).0 }, at: start, along: direction, step: 2e-3)
      let found = dot(gradient, direction)
      #expect(abs(found - expected) < 0.01 * abs(expected), "\(found) \(expected)")
    }
  }

  // MARK: Presets

  @Test(arguments: Recipe.presetNames)
  func everyPresetClimbs(preset: String) throws {
    let recipe = try short(preset, steps: preset == "maco" ? 12 : 40)
    let size = PictureSize(height: 48, width: 40)
    let result = try renderer(recipe, objective: LayerObjective(layer: "act1"), size: size).run()
    var unmoved = recipe
    unmoved.steps = 0
    unmoved.octaves = Octaves(count: 1)
    let plain = try renderer(
      unmoved, objective: LayerObjective(layer: "act1"), size: size
    ).run()
    #expect(
      result.activations[0] > (preset == "maco" ? 1.1 : 1.2) * plain.activations[0],
      "\(result.activations[0]) \(plain.activations[0])")
    #expect(result.warnings.isEmpty)
    #expect(result.curve.count == recipe.steps)
    #expect(result.pictures.scalars.allSatisfy { (0...1).contains($0) })
  }

  @Test func unknownPresetsSuggestTheNearest() throws {
    let error = #expect(throws: VisualizationError.self) { try Recipe.preset("robst") }
    #expect(error?.description.contains("Did you mean 'robust'?") == true)
  }

  // MARK: Reproducibility

  @Test(arguments: ["robust", "all", "maco", "deepdream"])
  func equalSeedsGiveEqualPicturesAndOthersDoNot(preset: String) throws {
    let recipe = try short(preset, steps: 5)
    let size = PictureSize(height: 48, width: 40)
    let (a, b, c) = (
      try renderer(recipe, seed: 3, size: size).run(), try renderer(recipe, seed: 3, size: size).run(),
      try renderer(recipe, seed: 4, size: size).run()
    )
    #expect(a.pictures == b.pictures)
    #expect(a.curve == b.curve)
    #expect(a.pictures != c.pictures)
  }

  @Test func theDefaultsAreThoseThatAreWrittenDown() throws {
    let robust = try Recipe.preset("robust")
    #expect(robust.optimizer == .adam && robust.rate == 0.05)
    #expect(robust.transforms.first == .pad(16))
    #expect(robust.redirectedSteps == 16)
    #expect(robust.parameterization == .fourier(decay: 1, deviation: 0.01))
    #expect(try Recipe.preset("deepdream").rate == 1.5 / 255)
  }

  // MARK: Signs

  @Test func penaltiesAreSubtractedWhateverTheObjective() throws {
    var recipe = try short("naive", steps: 30)
    let free = try renderer(recipe, objective: WeightedSum([(-1, objective)])).run()
    recipe.penalties = [WeightedPenalty(.totalVariation, 50)]
    let priced = try renderer(recipe, objective: WeightedSum([(-1, objective)])).run()
    #expect(
      TotalVariationPenalty.values(of: priced.pictures)[0] < 0.7 * TotalVariationPenalty.values(of: free.pictures)[0])
  }

  @Test func relativeWeightsDoNotDependOnTheObjectivesScale() throws {
    var recipe = try short("frequency", steps: 15)
    func picture(_ scale: Float) throws -> Tensor {
      try renderer(recipe, objective: WeightedSum([(scale, objective)])).run().pictures
    }
    expectClose(try picture(1000), try picture(1), tolerance: 0.02)
    recipe.relativePenalties = false
    recipe.penalties = recipe.penalties.map { WeightedPenalty($0.kind, 100 * $0.weight) }
    #expect(try picture(1000).minus(picture(1)).largest > 0.1)
  }

  @Test func oppositeObjectivesGoOppositeWays() throws {
    let recipe = try short("naive", steps: 20)
    let up = try renderer(recipe).run()
    let down = try renderer(recipe, objective: WeightedSum([(-1, objective)])).run()
    #expect(up.activations[0] > 0.01)
    #expect(down.activations[0] > up.activations[0] * -10 && -down.activations[0] < -0.01)
  }

  // MARK: What goes wrong

  /// A rectified layer whose bias keeps it below zero.
  private func deadNetwork() -> Network {
    var network = Network(name: "dead")
    let pixels = network.addInput("pixels", shape: [nil, 3, nil, nil])
    let weights = network.addConstant("w", .float(noise([4, 3, 3, 3], deviation: 0.01)))
    let bias = network.addConstant("b", .float(Tensor([4], [-100, 1, 1, 1])))
    var x = network.append("conv", .convolution(Convolution(Window(3, padding: 1))), pixels, weights, bias)
    x = network.append("relu", .pointwise(.relu), x)
    network.outputs = [x]
    return network
  }

  @Test func deadObjectivesAreReported() throws {
    var recipe = try short("naive", steps: 5)
    recipe.redirectedSteps = 0
    let dead = ChannelObjective(layer: "relu", channel: 0)
    let result = try renderer(recipe, objective: dead, network: deadNetwork()).run()
    guard case .dead(nil, _, false)? = result.warnings.first else {
      Issue.record("\(result.warnings)")
      return
    }
    #expect(result.warnings.count == 1)
    let alive = ChannelObjective(layer: "relu", channel: 1)
    #expect(try renderer(recipe, objective: alive, network: deadNetwork()).run().warnings.isEmpty)
  }

  @Test func redirectedRectifiersWakeUnitsForTheFirstStepsOnly() throws {
    var recipe = try short("naive", steps: 4)
    let dead = ChannelObjective(layer: "relu", channel: 0)
    recipe.redirectedSteps = 2
    let result = try renderer(recipe, objective: dead, network: deadNetwork()).run()
    recipe.redirectedSteps = 0
    recipe.steps = 0
    let start = try renderer(recipe, objective: dead, network: deadNetwork()).run()
    // Two steps move the picture; the remaining two have no gradient, as the unit is still dead.
    #expect(result.pictures != start.pictures)
    #expect(result.gradient.largest == 0)
    #expect(result.warnings.isEmpty)
    recipe.redirectedSteps = 2
    recipe.steps = 2
    let two = try renderer(recipe, objective: dead, network: deadNetwork()).run()
    recipe.steps = 4
    recipe.optimizer = .sgd
    let four = try renderer(recipe, objective: dead, network: deadNetwork()).run()
    recipe.steps = 2
    #expect(try renderer(recipe, objective: dead, network: deadNetwork()).run().pictures == four.pictures)
    #expect(two.pictures != start.pictures)
  }

  @Test func explodingObjectivesStopAtTheLastFinitePicture() throws {
    // The gradient 4.84·10³⁸·x is no 32-bit number any more once the pixel passes 0.703.
    var network = Network(name: "exploding")
    let pixels = network.addInput("pixels", shape: [nil, 1, nil, nil])
    let weights = network.addConstant("w", .float(Tensor([1, 1, 1, 1], [2.2e19])))
    let x = network.append("conv", .convolution(Convolution(Window(1))), pixels, weights)
    network.outputs = [x]
    let recipe = Recipe(
      preset: "test", steps: 50, parameterization: .pixel(), colour: .none, optimizer: .normalized,
      redirectedSteps: 0)
    let result = try renderer(
      recipe, objective: LayerObjective(layer: "conv"), network: network, size: PictureSize(height: 1, width: 1),
      channels: 1
    ).run()
    let stop = try #require(result.stoppedAt)
    #expect(stop > 0 && stop < 50)
    #expect(result.pictures.isFinite)
    #expect(result.activations[0].isFinite)
    #expect(result.warnings.contains(.leftFiniteNumbers(step: stop)))
  }

  @Test func singlePixelFeatureMapsWork() throws {
    let size = PictureSize(height: 4, width: 4)
    for objective: any Objective in [
      ChannelObjective(layer: "conv2", channel: 1), NeuronObjective(layer: "conv2", channel: 1),
    ] {
      let result = try renderer(try short("fourier"), objective: objective, size: size).run()
      #expect(result.activations[0] > 0)
    }
  }

  @Test func onlyTheClimbSmoothsWhatStridedLayersSendBack() throws {
    let recorder = try RequestRecorder(of: FastDifferentiator(network: smallNetwork(), threads: 1))
    var recipe = try short("naive", steps: 2)
    recipe.smoothsStrides = true
    _ = try Renderer(
      recipe, objective: objective, differentiator: recorder, size: Self.size, channels: 3, latticePeriod: 4, seed: 1
    ).run()
    let even = BackwardRules(evening: try UnevenLayer.all(of: recorder.network, towards: ["conv2"]))
    #expect(even.smoothing.count == 2)
    let rules = recorder.requests.filter { !$0.gradients.isEmpty }.map(\.rules)
    #expect(rules.first?.smoothing == even.smoothing)
    #expect(rules.last?.isExact == true)
  }

  @Test func layersThatPixelsDoNotReachAreRefused() throws {
    var network = smallNetwork()
    let constant = network.addConstant("c", .float(Tensor([1, 2, 3, 3], repeating: 1)))
    network.append("aside", .pointwise(.relu), constant)
    #expect(throws: (any Error).self) {
      try renderer(try short("naive"), objective: ChannelObjective(layer: "aside", channel: 0), network: network).run()
    }
  }

  @Test func settingsThatExcludeEachOtherAreRefused() throws {
    func expectRefused(_ change: (inout Recipe) -> Void) throws {
      var recipe = try Recipe.preset("fourier")
      change(&recipe)
      #expect(throws: VisualizationError.self) { try renderer(recipe) }
    }
    try expectRefused { $0.steps = -1 }
    try expectRefused { $0.rate = 0 }
    try expectRefused { $0.draws = 4 }
    try expectRefused {
      $0.tile = 32; $0.inputSize = Self.size
    }
    try expectRefused {
      $0.parameterization = .maco(); $0.octaves = Octaves(count: 2)
    }
    try expectRefused { $0.penalties = [WeightedPenalty(.l1, -1)] }
    try expectRefused { $0.transforms = [.jitter(30)] }
    try expectRefused {
      $0.octaves = Octaves(count: 3); $0.transforms = [.jitter(20)]
    }
    try expectRefused { $0.snapshots = [1000] }
  }

  // MARK: Schedules

  @Test func octavesGrowToTheSizeAndShareTheSteps() throws {
    let stages = Octaves(count: 3, ratio: 1.5).stages(PictureSize(height: 90, width: 45), steps: 10)
    #expect(stages.map(\.size) == [(40, 20), (60, 30), (90, 45)].map { PictureSize(height: $0.0, width: $0.1) })
    #expect(stages.map(\.steps).reduce(0, +) == 10)
  }

  @Test func detailOfThePhotographComesFromThePhotograph() throws {
    // Without steps nothing is added, so a photograph passes through all octaves unharmed.
    var recipe = try short("deepdream", steps: 4)
    recipe.rate = 1e-12
    let photograph = noise([3, 24, 28], mean: 0.5, deviation: 0.15).map { min(max($0, 0), 1) }
    let result = try renderer(recipe, materials: .init(start: photograph)).run()
    expectClose(result.pictures, photograph.reshaped(to: [1, 3, 24, 28]), tolerance: 1e-5)
  }

  @Test func tilesCoverThePictureEvenly() {
    #expect(TiledPass.starts(100, 100) == [0])
    #expect(TiledPass.starts(101, 100) == [0, 1])
    #expect(TiledPass.starts(250, 100) == [0, 75, 150])
  }

  @Test func tiledGradientsAreThoseOfTheWholeWhereTilesDoNotInterfere() throws {
    // A pointwise net has no borders: the mean over tiles is the mean over the picture.
    var network = Network(name: "pointwise")
    let pixels = network.addInput("pixels", shape: [nil, 3, nil, nil])
    let weights = network.addConstant("w", .float(noise([2, 3, 1, 1])))
    var x = network.append("conv", .convolution(Convolution(Window(1))), pixels, weights)
    x = network.append("tanh", .pointwise(.tanh), x)
    network.outputs = [x]
    let objective = ChannelObjective(layer: "tanh", channel: 1)
    let differentiator = ReferenceDifferentiator<Double>(network)
    let whole = WholePass(
      pass: try ObjectivePass(objective, of: differentiator, inputShapes: [[2, 3, 32, 48]]))
    let tile = PictureSize(height: 16, width: 16)
    let tiled = TiledPass(
      pass: try ObjectivePass(objective, of: differentiator, inputShapes: [[1, 3, 16, 16]]), tile: tile, seed: 3)
    let picture = noise([2, 3, 32, 48], seed: 6)
    let (a, b) = (
      try whole.valuesAndGradient(picture, beside: nil, step: 1),
      try tiled.valuesAndGradient(picture, beside: nil, step: 1)
    )
    #expect(zip(a.values, b.values).allSatisfy { abs($0 - $1) < 1e-5 })
    expectClose(b.gradient, a.gradient.map { $0 * 6 })
  }

  @Test func picturesLargerThanTheirTilesAreMade() throws {
    var recipe = try short("deepdream", steps: 4)
    recipe.octaves = Octaves(count: 2)
    recipe.tile = 32
    let result = try renderer(
      recipe, objective: LayerObjective(layer: "act2"), size: PictureSize(height: 70, width: 41)
    ).run()
    #expect(result.pictures.shape == [1, 3, 70, 41])
    #expect(result.activations[0] > 0)
  }

  @Test func snapshotsAreKept() throws {
    var recipe = try short("fourier", steps: 6)
    recipe.snapshots = [0, 3, 6]
    let result = try renderer(recipe).run()
    #expect(result.snapshots.map(\.step) == [0, 3, 6])
    #expect(result.snapshots.last?.pictures == result.pictures)
    #expect(result.snapshots[0].pictures != result.snapshots[1].pictures)
  }

  @Test func aBatchShowsEachChannelAsIfAlone() throws {
    var recipe = try short("fourier", steps: 6)
    recipe.batch = 3
    let batch = try renderer(recipe, objective: EachChannelObjective(layer: "conv2", channels: [1, 4, 6])).run()
    recipe.batch = 1
    let first = try renderer(recipe, objective: ChannelObjective(layer: "conv2", channel: 1)).run()
    expectClose(batch.pictures.sample(0), first.pictures, tolerance: 1e-5)
    #expect(batch.activations.count == 3)
  }

  @Test func greyAndManyChannelNetsWork() throws {
    for channels in [1, 5] {
      let result = try renderer(try short("robust"), channels: channels).run()
      #expect(result.pictures.shape == [1, channels, 24, 28])
      #expect(result.activations[0] > 0)
    }
  }

  @Test func startsMustFit() throws {
    #expect(throws: VisualizationError.self) {
      try renderer(try short("fourier"), materials: .init(start: Tensor([2, 8, 8]))).run()
    }
    // Parameters themselves, as another program drew them.
    let space = FourierParameterization(shape: [1, 3, 24, 28])
    var recipe = try short("fourier", steps: 0)
    recipe.steps = 0
    let start = space.initial(seed: 77)
    let result = try renderer(recipe, materials: .init(start: start)).run()
    let canvas = try Canvas(space, colour: .imageNet)
    #expect(result.pictures == canvas.pictures(start))
  }
}

/// Keeps what is asked of an engine.
private final class RequestRecorder: Differentiator {
  private let engine: any Differentiator
  private(set) var requests: [PlanRequest] = []

  init(of engine: any Differentiator) {
    self.engine = engine
  }

  var network: Network { engine.network }

  func plan(_ request: PlanRequest) throws -> any GradientPlan {
    requests.append(request)
    return try engine.plan(request)
  }
}
