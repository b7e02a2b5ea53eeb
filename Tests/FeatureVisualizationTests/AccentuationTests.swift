import GinghamDifferentiation
import GinghamEngine
@testable import GinghamFeatureVisualization
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

@Suite struct AccentuationTests {
  private static let size = PictureSize(height: 12, width: 16)

  /// A net that is linear up to the objective: a 1×1 convolution that turns colours, and one behind it.
  private func linearNetwork() -> Network {
    var network = Network(name: "linear")
    let pixels = network.addInput("pixels", shape: [nil, 3, nil, nil])
    let turn: [Float] = [0.6, -0.8, 0, 0.8, 0.6, 0, 0, 0, 1]
    let held = network.append(
      "held", .convolution(Convolution(Window(1))), pixels,
      network.addConstant("turn", .float(Tensor([3, 3, 1, 1], turn))))
    let end = network.append(
      "end", .convolution(Convolution(Window(1))), held,
      network.addConstant("w", .float(noise([4, 3, 1, 1], seed: 3))))
    network.outputs = [end]
    return network
  }

  private func renderer(
    _ recipe: Recipe, _ network: Network, layer: String, hold: Hold?, start: Tensor?, channel: Int = 1
  )
    throws -> Renderer
  {
    try Renderer(
      recipe, objective: ChannelObjective(layer: layer, channel: channel),
      differentiator: FastDifferentiator(network: network, threads: 1), size: Self.size, channels: 3, latticePeriod: 2,
      seed: 1, materials: .init(start: start, hold: hold))
  }

  private var photograph: Tensor {
    Tensor([3, 12, 16], noise([3, 12, 16], seed: 8).scalars.map { 0.5 + 0.05 * min(max($0, -2), 2) })
  }

  /// Where all is linear the climb ends at a relative distance of 1/w, and the gain is u/w.
  @Test(arguments: [8.0, 20]) func theDistanceIsOneInSoManyOfALinearNet(weight: Double) throws {
    var recipe = try Recipe.preset("naive")
    (recipe.range, recipe.optimizer, recipe.steps, recipe.redirectedSteps) = (.clipped, .sgd, 400, 0)
    // A step of the quadratic price's own curvature, or a fraction of it.
    let network = linearNetwork()
    let objective = ChannelObjective(layer: "end", channel: 1)
    let start = photograph.reshaped(to: [1, 3, 12, 16])
    let pass = try ObjectivePass(
      objective, of: ReferenceDifferentiator<Double>(network), inputShapes: [start.shape], gradientsAt: ["held"])
    let (before, gradients) = try pass.valuesAndGradients(start)
    let unit = gradients[0].length * start.length  // The held layer turns, and keeps lengths.
    recipe.rate = 0.05 * start.length * start.length / (weight * unit)
    let found = try renderer(
      recipe, network, layer: "end", hold: Hold(layer: "held", weight: weight), start: photograph
    ).run()
    let end = try #require(found.accentuations.first)
    #expect(abs(end.distance * weight - 1) < 0.02, "\(end.distance)")
    #expect(abs(Double(end.before) - Double(before[0])) < 1e-4)
    let gain = Double(found.activations[0] - end.before)
    #expect(abs(gain * weight / unit - 1) < 0.02)
  }

  /// The held layer sees the photograph moved as the picture is: transforms alone cost nothing, and a picture that is the
  /// photograph is pulled nowhere.
  @Test func theStartIsMovedWithThePicture() throws {
    let network = smallNetwork(activation: .tanh)
    let starts = photograph.reshaped(to: [1, 3, 12, 16])
    let hold = Hold(layer: "act1", weight: 3)
    func source() throws -> HoldingPass {
      try HoldingPass(
        ChannelObjective(layer: "conv2", channel: 3), hold: hold, of: ReferenceDifferentiator<Double>(network),
        starts: starts,
        draws: 1, rules: BackwardRules())
    }
    let moved = starts.rolled(by: (3, 5))
    let plain = try ObjectivePass(
      ChannelObjective(layer: "conv2", channel: 3), of: ReferenceDifferentiator<Double>(network),
      inputShapes: [starts.shape])
    let expected = try plain.valuesAndGradients(moved)
    let found = try source().valuesAndGradient(moved, beside: moved, step: 0)
    expectClose(found.gradient, expected.gradients[0])
    #expect(abs(found.values[0] - expected.values[0]) < 1e-5)
    // Beside the photograph where it was, the same picture is far.
    let apart = try source().valuesAndGradient(moved, beside: starts, step: 0)
    #expect(apart.gradient.minus(expected.gradients[0]).largest > 0.1 * expected.gradients[0].largest)
  }

  /// Value and gradient of both together against central differences, pictures and draws apart.
  @Test func theHeldClimbsGradientIsItsDerivative() throws {
    let objective = HeldDistanceObjective(layer: "a", reference: noise([4, 3, 5, 6], seed: 4), weights: [2, 0.5])
    let activations = noise([4, 3, 5, 6], seed: 5)
    func value(_ activations: Tensor) throws -> (Double, Tensor) {
      var cotangents = [Tensor(activations.shape)]
      let values = try objective.evaluate([activations], addingTo: &cotangents, weight: 1.5)
      return (values.reduce(0) { $0 + Double($1) }, cotangents[0])
    }
    let (_, gradient) = try value(activations)
    let direction = noise([4, 3, 5, 6], seed: 6)
    let expected = try slope({ try value($0).0 }, at: activations, along: direction, step: 1e-2)
    #expect(abs(dot(gradient, direction) - expected) < 1e-3 * abs(expected))
    // Pictures 0 and 2 are draws of one, with its weight.
    var nothing = [Tensor(activations.shape)]
    let values = try objective.evaluate([activations], addingTo: &nothing, weight: 1)
    for (sample, weight) in [2, 0.5, 2, 0.5].enumerated() {
      let (a, r) = (activations.sample(sample), objective.reference.sample(sample))
      let expected = -weight / 2 * dot(a.minus(r), a.minus(r)) / dot(r, r)
      #expect(abs(Double(values[sample]) - expected) < 1e-5 * abs(expected))
    }
  }

  /// Firmly held is nearer than loosely held, under transforms and octaves; free is farthest.
  @Test func aFirmHoldStaysNearer() throws {
    var recipe = try Recipe.preset("robust")
    (recipe.steps, recipe.redirectedSteps, recipe.octaves) = (40, 0, Octaves(count: 2))
    recipe.transforms = [.pad(2), .jitter(4), .rotate([-4, 4])]
    let distances = try [1.0, 10, 200].map { weight in
      let found = try renderer(
        recipe, smallNetwork(), layer: "conv2", hold: Hold(layer: "act1", weight: weight), start: photograph, channel: 3
      ).run()
      #expect(found.activations[0] > found.accentuations[0].before || weight > 100)
      return found.accentuations[0].distance
    }
    #expect(distances[0] > distances[1] && distances[1] > distances[2], "\(distances)")
  }

  @Test func whatCannotBeHeldIsSaid() throws {
    let recipe = try Recipe.preset("naive")
    #expect(throws: VisualizationError.self) {
      try renderer(recipe, smallNetwork(), layer: "conv2", hold: Hold(layer: "act1", weight: 0), start: photograph)
    }
    #expect(throws: VisualizationError.self) {
      try renderer(recipe, smallNetwork(), layer: "conv2", hold: Hold(layer: "act1", weight: 2), start: nil).run()
    }
    // A dead layer between: nothing that the objective could gain.
    var network = smallNetwork()
    let black = network.append(
      "dead", .pointwise(.relu),
      network.append(
        "below", .elementwise(.subtract), network.outputs[0], network.addConstant("much", .float(Tensor([1], [1e6])))))
    network.outputs = [black]
    #expect(throws: VisualizationError.nothingToHold(layer: "act1")) {
      try renderer(recipe, network, layer: "dead", hold: Hold(layer: "act1", weight: 2), start: photograph).run()
    }
  }
}
