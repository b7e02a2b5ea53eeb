@testable import GinghamAttribution
import Foundation
import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamSignals
import GinghamTensors
import Testing

@Suite struct DeletionInsertionTests {
  /// Two classes: the sum of the left half and that of the right half, over 32.
  private func net(side: Int) throws -> any Differentiator {
    var network = Network(name: "halves")
    let pixels = network.addInput("pixels", shape: [nil, 1, side, side])
    var weights: [Float] = []
    for half in 0..<2 {
      for index in 0..<(side * side) {
        let isLeft = index % side < side / 2
        weights.append(isLeft == (half == 0) ? 1 / 32 : 0)
      }
    }
    let weight = network.addConstant("weight", .float(Tensor([2, 1, side, side], weights)))
    let scores = network.append("scores", .convolution(Convolution(Window(side))), pixels, weight)
    network.outputs = [network.append("flat", .flatten(axis: 1), scores)]
    return ReferenceDifferentiator<Double>(network)
  }

  @Test func aMapOfTheClassBeatsItsOppositeAndCurvesAreAsWorkedOutByHand() throws {
    let side = 16
    let differentiator = try net(side: side)
    // Left half bright, so that the first class wins.
    let picture = Tensor([1, 1, side, side], (0..<(side * side)).map { Float($0 % side < 8 ? 1 : 0.5) })
    let left = Tensor([1, 1, side, side], (0..<(side * side)).map { Float($0 % side < 8 ? 1 : 0) })
    let right = left.map { 1 - $0 }
    let game = DeletionInsertion(steps: 8, batchLimit: 3)
    let faithful = try game.score(left, of: picture, to: ClassObjective(.top), by: differentiator)
    let opposite = try game.score(right, of: picture, to: ClassObjective(.top), by: differentiator)
    #expect(faithful.deletion < opposite.deletion)
    #expect(faithful.insertion > opposite.insertion)

    func probability(_ picture: [Double]) -> Double {
      var sums = [0.0, 0.0]
      for (index, value) in picture.enumerated() { sums[index % side < 8 ? 0 : 1] += value / 32 }
      return 1 / (1 + exp(sums[1] - sums[0]))
    }
    // Left pixels first, row by row.
    let pixels = Array(0..<256)
    let order: [Int] = pixels.filter { $0 % side < 8 } + pixels.filter { $0 % side >= 8 }
    func area(_ start: Tensor, _ end: Tensor) -> Double {
      var curve: [Double] = []
      for step in 0...8 {
        var current = start.scalars.map(Double.init)
        for pixel in order.prefix(step * 32) { current[pixel] = Double(end.scalars[pixel]) }
        curve.append(probability(current))
      }
      var sum = 0.0
      for step in 0..<8 { sum += (curve[step] + curve[step + 1]) / 2 / 8 }
      return sum
    }
    let blurred = picture.filtered(taps: FilterTaps.gaussian(sigma: 5, radius: 5), border: .reflect)
    #expect(abs(faithful.deletion - area(picture, Tensor(picture.shape))) < 1e-6)
    #expect(abs(faithful.insertion - area(blurred, picture)) < 1e-6)
  }

  /// A linear objective falls in a straight line where all pixels count alike.
  @Test func otherObjectivesAreMeasuredByTheirValue() throws {
    let differentiator = try net(side: 16)
    let picture = Tensor([1, 1, 16, 16], repeating: 1)
    let score = try DeletionInsertion(steps: 5, batchLimit: 8).score(
      Tensor([1, 1, 16, 16], repeating: 1), of: picture,
      to: WeightedSum([
        (1, ChannelObjective(layer: "scores", channel: 0)), (1, ChannelObjective(layer: "scores", channel: 1)),
      ]), by: differentiator)
    #expect(abs(score.deletion - 0.5) < 1e-2)
    #expect(abs(score.insertion - 1) < 1e-5)
  }

  /// Outputs that are probabilities already are not normalized again.
  @Test func netsThatEndInSoftmaxGiveTheSameScores() throws {
    let picture = Tensor([1, 1, 16, 16], (0..<256).map { Float($0 % 16 < 8 ? 1 : 0.5) })
    let game = DeletionInsertion(steps: 8)
    let logits = try net(side: 16)
    var network = logits.network
    network.outputs = [network.append("probabilities", .softmax(Softmax(axis: 1)), network.outputs[0])]
    let probabilities = ReferenceDifferentiator<Double>(network)
    let a = try game.score(picture, of: picture, to: ClassObjective(.top), by: logits)
    let b = try game.score(picture, of: picture, to: ClassObjective(.top), by: probabilities)
    #expect(abs(a.deletion - b.deletion) < 1e-6)
    #expect(abs(a.insertion - b.insertion) < 1e-6)
  }

  @Test func ranksFollowMagnitudeAndOrder() {
    let map = Tensor([1, 2, 1, 4], [0, 3, 0, -1, 0, 0, -3, 1])
    #expect(DeletionInsertion.ranking(of: map) == [1, 2, 3, 0])
  }

  @Test func mapsOfAnotherSizeAreRefused() throws {
    let differentiator = try net(side: 16)
    #expect(throws: AttributionError.self) {
      try DeletionInsertion().score(
        Tensor([1, 1, 8, 8]), of: Tensor([1, 1, 16, 16]), to: ClassObjective(.top), by: differentiator)
    }
  }
}
