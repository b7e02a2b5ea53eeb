import GinghamDifferentiation
import GinghamReferenceEngine
import GinghamTensors
import Testing

@testable import GinghamNetworks

/// Layers whose channels are not their second axis, read by objectives as maps: against what the formulas give.
@Suite struct MapReadingTests {
  private static let weights: [Float] = [1, 2, -3, 4, 0.5, -6, 7, 8, 9, -10, 11, 12]

  /// N×3×2×2 to tokens N×4×3, and a dense layer to N×4×4.
  private static func tokens(dense: Bool = true) -> Network {
    var network = Network(name: "tokens")
    let x = network.addInput("x", shape: [nil, 3, 2, 2])
    let flat = network.append("flat", .reshape(Reshape(shape: [0, 3, 4])), x)
    var value = network.append("tokens", .transpose(permutation: [0, 2, 1]), flat)
    if dense {
      let weight = network.addConstant("weight", .float(Tensor([3, 4], weights)))
      value = network.append("dense", .matrixMultiply, value, weight)
    }
    network.outputs = [value]
    return network
  }

  private static func gradient(
    _ objective: any Objective, of network: Network, batch: Int = 1
  ) throws -> (values: [Float], gradient: Tensor, pass: ObjectivePass) {
    let shape = Shape([batch] + network.inputs[0].shape.dropFirst().compactMap { $0 })
    let pass = try ObjectivePass(
      objective, of: MapReading(ExampleBatches(ReferenceDifferentiator<Double>(network))), inputShapes: [shape])
    let picture = Tensor(shape, (0..<shape.elementCount).map { Float(($0 * 7) % 13) / 4 - 1 })
    let (values, gradients) = try pass.valuesAndGradients(picture)
    return (values, gradients[0], pass)
  }

  private static func input(batch: Int) -> [Float] { (0..<(12 * batch)).map { Float(($0 * 7) % 13) / 4 - 1 } }

  /// The mean over T tokens of Σ x[c,t]·W[c,k]: its gradient is W[c,k]/T.
  @Test(arguments: [1, 3]) func aClassOfTokensIsTheMeanOverThem(batch: Int) throws {
    let (values, gradient, pass) = try Self.gradient(ClassObjective(.index(2)), of: Self.tokens(), batch: batch)
    let input = Self.input(batch: batch)
    #expect(pass.activations[0].shape == [batch, 4, 1, 4])
    for picture in 0..<batch {
      var sum: Float = 0
      for channel in 0..<3 {
        for token in 0..<4 {
          sum += input[(picture * 3 + channel) * 4 + token] * Self.weights[channel * 4 + 2] / 4
          #expect(abs(gradient[picture, channel, token / 2, token % 2] - Self.weights[channel * 4 + 2] / 4) < 1e-6)
        }
      }
      #expect(abs(values[picture] - sum) < 1e-5)
    }
  }

  @Test func aNeuronIsOneFeatureOfOneToken() throws {
    let objective = NeuronObjective(layer: "dense", channel: 3, position: (0, 1))
    let (_, gradient, _) = try Self.gradient(objective, of: Self.tokens())
    let expected = (0..<3).flatMap { channel -> [Float] in [0, Self.weights[channel * 4 + 3], 0, 0] }
    #expect(gradient.scalars == expected)
  }

  /// Features of tokens are as many as the dense layer has, whatever the number of tokens is.
  @Test func channelsBeyondTheLastAxisAreRefused() {
    #expect(throws: ObjectiveError.channelOutOfRange(channel: 4, layer: "dense", count: 4)) {
      try Self.gradient(ChannelObjective(layer: "dense", channel: 4), of: Self.tokens())
    }
  }

  @Test func mapsWithChannelsLastAreTurned() throws {
    var network = Network(name: "last")
    let x = network.addInput("x", shape: [nil, 3, 2, 4])
    network.outputs = [network.append("last", .transpose(permutation: [0, 2, 3, 1]), x)]
    let (_, gradient, pass) = try Self.gradient(
      NeuronObjective(layer: "last", channel: 2, position: (1, 3)), of: network)
    #expect(pass.activations[0].shape == [1, 3, 2, 4])
    var expected = [Float](repeating: 0, count: 24)
    expected[2 * 8 + 1 * 4 + 3] = 1
    #expect(gradient.scalars == expected)
  }

  /// Windows cut out of every picture stand in front of the tokens: each picture has its own.
  @Test(arguments: [1, 2]) func windowsBelongToTheirPictures(batch: Int) throws {
    var network = Network(name: "windows")
    let x = network.addInput("x", shape: [nil, 3, 4, 4])
    let last = network.append("last", .transpose(permutation: [0, 2, 3, 1]), x)
    let cut = network.append("cut", .reshape(Reshape(shape: [-1, 2, 2, 2, 2, 3])), last)
    let beside = network.append("beside", .transpose(permutation: [0, 1, 3, 2, 4, 5]), cut)
    network.outputs = [network.append("windows", .reshape(Reshape(shape: [-1, 4, 3])), beside)]
    let (values, gradient, pass) = try Self.gradient(
      ChannelObjective(layer: "windows", channel: 1), of: network, batch: batch)
    #expect(pass.activations[0].shape == [batch, 3, 4, 4])
    #expect(values.count == batch)
    for picture in 0..<batch {
      for channel in 0..<3 {
        #expect(gradient[picture, channel, 2, 1] == (channel == 1 ? 1 / Float(16) : 0))
      }
    }
  }

  /// A layer over positions, as mixers have it, leaves the channels where they are.
  @Test func mixingPositionsMovesNoChannels() throws {
    var network = Network(name: "mixer")
    let x = network.addInput("x", shape: [nil, 3, 2, 2])
    let flat = network.append("flat", .reshape(Reshape(shape: [0, 3, 4])), x)
    let weight = network.addConstant("weight", .float(Tensor([4, 5], (0..<20).map { Float($0) })))
    let mixed = network.append("mixed", .matrixMultiply, flat, weight)
    network.outputs = [mixed]
    let (_, gradient, pass) = try Self.gradient(ChannelObjective(layer: "mixed", channel: 2), of: network)
    #expect(pass.activations[0].shape == [1, 3, 1, 5])
    // The mean over the five columns of each row of the weights: rows 0…4, 5…9, ….
    #expect(gradient.scalars == [Float](repeating: 0, count: 8) + [2, 7, 12, 17])
  }

  /// Split channels may be either half of what they were: nobody guesses.
  @Test func whatCannotBeToldIsRefused() throws {
    var network = Network(name: "halves")
    let x = network.addInput("x", shape: [nil, 6, 2, 2])
    let mean = network.append("mean", .reduce(Reduction(.mean, axes: .spatial)), x)
    network.outputs = [network.append("halves", .reshape(Reshape(shape: [0, 2, 3])), mean)]
    #expect(throws: ObjectiveError.noClasses([1, 2, 3])) { try Self.gradient(ClassObjective(.top), of: network) }
    #expect(throws: ObjectiveError.notSpatial(layer: "halves", shape: [1, 2, 3])) {
      try Self.gradient(ChannelObjective(layer: "halves", channel: 0), of: network)
    }
    // Shares over the last axis say what it is.
    network.outputs = [network.append("shares", .softmax(Softmax(axis: -1)), network.outputs[0])]
    let (_, _, pass) = try Self.gradient(ClassObjective(.index(2)), of: network)
    #expect(pass.activations[0].shape == [1, 3, 1, 2])
  }

  /// Of a detector's boxes, 2 at each of 4 places, the axis that holds nothing but channels holds the classes.
  @Test func classesOfBoxesAreTheAxisThatHoldsNoPlaces() throws {
    var network = Network(name: "boxes")
    let x = network.addInput("x", shape: [nil, 6, 2, 2])
    let split = network.append("split", .reshape(Reshape(shape: [0, 2, 3, 4])), x)
    let moved = network.append("moved", .transpose(permutation: [0, 3, 1, 2]), split)
    network.outputs = [network.append("boxes", .reshape(Reshape(shape: [0, 8, 3])), moved)]
    let (_, gradient, pass) = try Self.gradient(ClassObjective(.index(1)), of: network)
    #expect(pass.activations[0].shape == [1, 3, 1, 8])
    // Channels 1 and 4 are class 1 of either box.
    #expect(gradient.scalars == (0..<24).map { [1, 4].contains($0 / 4) ? 1 / Float(8) : 0 })
  }

  /// Pixels shuffled by hand, N×(C·4)×H×W to N×C×2H×2W, leave the channels second.
  @Test func shuffledPixelsLeaveChannelsSecond() throws {
    var network = Network(name: "shuffle")
    let x = network.addInput("x", shape: [nil, 12, 2, 2])
    let split = network.append("split", .reshape(Reshape(shape: [0, 3, 2, 2, 2, 2])), x)
    let woven = network.append("woven", .transpose(permutation: [0, 1, 4, 2, 5, 3]), split)
    network.outputs = [network.append("pixels", .reshape(Reshape(shape: [0, 3, 4, 4])), woven)]
    let (_, gradient, _) = try Self.gradient(ClassObjective(.index(2)), of: network)
    #expect(gradient.scalars == (0..<48).map { $0 / 16 == 2 ? 1 / Float(16) : 0 })
  }

  /// What is asked for as it lies stays as it lies.
  @Test func requestsThatDoNotReadMapsGetTheLayer() throws {
    let network = Self.tokens()
    let plan = try MapReading(ReferenceDifferentiator<Float>(network)).plan(
      PlanRequest(inputShapes: [[1, 3, 2, 2]], targets: network.outputs, gradients: []))
    #expect(plan.targetShapes == [[1, 4, 4]])
  }

  /// ⟨map of a, b⟩ = ⟨a, layer of b⟩ for every axis that channels may have.
  @Test(arguments: [1, 2, 3, 4]) func viewsAreTheirOwnAdjoints(axis: Int) {
    let shape: Shape = [2, 3, 4, 5, 2]
    let view = MapView(source: shape, channelAxis: axis)
    var numbers = Numbers(seed: 3)
    let layer = Tensor(shape, numbers.uniform(shape).map { Float($0) })
    let map = Tensor(view.shape, numbers.uniform(view.shape).map { Float($0) })
    let there = view.map(of: layer)
    var (back, again) = (Tensor(view.source), Tensor(view.source))
    view.write(layerOf: map, into: &back)
    view.write(layerOf: there, into: &again)
    func product(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.scalars, b.scalars).reduce(0) { $0 + Double($1.0 * $1.1) }
    }
    #expect(abs(product(there, map) - product(layer, back)) < 1e-5)
    #expect(again == layer)
  }
}
