import GinghamAttribution
import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamSignals
import GinghamTensors
import Testing

@Suite struct LatticeJitterTests {
  /// Two strided layers without borders: the plain gradient of a channel's mean repeats with period 4 and is uneven, its
  /// average over all shifts is the same number everywhere.
  @Test func aLinearStackBecomesExactlyEven() throws {
    var net = StrideNet(side: 32, wrapped: 4)
    net.convolution(3, 2, seed: 1)
    net.convolution(3, 2, seed: 2)
    let pixels = Tensor.noise([1, 1, 32, 32], seed: 3)
    let objective = ChannelObjective(layer: "conv2", channel: 0)
    let plain = try Gradient().attribute(pixels, to: objective, by: net.differentiator).map
    #expect(spread(plain.phaseSums(4).energies) > 2)
    let even = try LatticeJitter(period: 4).attribute(pixels, to: objective, by: net.differentiator).map
    let mean = even.scalars.map(Double.init).reduce(0, +) / 1024
    #expect(even.scalars.allSatisfy { abs(Double($0) - mean) < 1e-6 * abs(mean) })
    // Nothing is lost on the way: the sum over all pixels stays.
    let sum = plain.scalars.map(Double.init).reduce(0, +)
    #expect(abs(mean * 1024 - sum) < 1e-5 * abs(sum))
    // Half a lattice leaves half of it.
    let half = try LatticeJitter(period: 2).attribute(pixels, to: objective, by: net.differentiator).map
    #expect(spread(half.phaseSums(4).energies) > 1.01)
    let sums = half.phaseSums(2).sums
    #expect(sums.allSatisfy { abs($0 - sum / 4) < 1e-5 * abs(sum) })
  }

  /// With ReLUs nothing is constant, but shifting the picture shifts the map, by any number of pixels: no phase is
  /// preferred.
  @Test func mapsMoveWithThePicture() throws {
    var net = StrideNet(side: 16, wrapped: 4)
    net.convolution(3, 2, to: 4, seed: 1)
    net.relu()
    net.convolution(3, 2, to: 2, seed: 2)
    net.relu()
    net.mean()
    let pixels = Tensor.noise([1, 1, 16, 16], seed: 5)
    func map(_ method: some AttributionMethod, _ pixels: Tensor) throws -> Tensor {
      try method.attribute(pixels, to: ClassObjective(.index(0)), by: net.differentiator).map
    }
    let scale = try map(LatticeJitter(period: 4), pixels).scalars.map(abs).max() ?? 0
    #expect(scale > 0)
    for offset in [(1, 0), (0, 3), (2, 5)] {
      func disagreement(_ method: some AttributionMethod) throws -> Float {
        let (moved, here) = (try map(method, pixels.rolled(by: offset)), try map(method, pixels).rolled(by: offset))
        return zip(moved.scalars, here.scalars).map { abs($0 - $1) }.max() ?? 0
      }
      #expect(try disagreement(LatticeJitter(period: 4)) < 1e-5 * scale)
      #expect(try disagreement(Gradient()) > 0.1 * scale)
    }
  }

  /// Against shifting, differentiating and shifting back one by one.
  @Test func theMeanIsOverAllShifts() throws {
    var net = StrideNet(side: 12)
    net.convolution(3, 2, to: 3, seed: 1)
    net.relu()
    net.mean()
    let pixels = Tensor.noise([2, 1, 12, 12], seed: 4)
    let found = try LatticeJitter(period: 3, batchLimit: 4)
      .attribute(pixels, to: ClassObjective(.top), by: net.differentiator)
    let plain = try Gradient().attribute(pixels, to: ClassObjective(.top), by: net.differentiator)
    #expect(found.values == plain.values)
    let classes = ClassObjective(.top).classes(of: plain.activations[0])
    for picture in 0..<2 {
      var expected = [Double](repeating: 0, count: 144)
      for row in -1...1 {
        for column in -1...1 {
          let moved = pixels.sample(picture).rolled(by: (row, column))
          let gradient = try Gradient().attribute(
            moved, to: ClassObjective(.index(classes[picture])), by: net.differentiator
          ).map.rolled(by: (-row, -column)).scalars
          for index in expected.indices { expected[index] += Double(gradient[index]) / 9 }
        }
      }
      #expect(zip(found.map.sample(picture).scalars, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    }
  }

  /// S² gradients, the first of which also tells the value; nothing is computed in vain.
  @Test func sixteenShiftsCostSixteenGradients() throws {
    var net = StrideNet(side: 12)
    net.convolution(3, 2, seed: 1)
    net.mean()
    let counting = CountingDifferentiator(net.differentiator)
    _ = try LatticeJitter(period: 4).attribute(
      .noise([1, 1, 12, 12], seed: 4), to: ClassObjective(.top), by: counting)
    #expect(counting.pictures == 16)
  }

  @Test func shiftsMustFitIntoThePicture() {
    var net = StrideNet(side: 12)
    net.convolution(3, 2, seed: 1)
    let differentiator = net.differentiator
    for method: any AttributionMethod in [LatticeJitter(period: 13), UniformJitter(offsets: 13)] {
      #expect(throws: AttributionError.shiftTooLarge(13, height: 12, width: 12)) {
        try method.attribute(
          Tensor([1, 1, 12, 12]), to: ChannelObjective(layer: "conv1", channel: 0), by: differentiator)
      }
    }
  }
}

@Suite struct UniformJitterTests {
  @Test func theMeanIsOverTheDrawnShifts() throws {
    var net = StrideNet(side: 12)
    net.convolution(3, 2, to: 2, seed: 1)
    net.relu()
    net.mean()
    let pixels = Tensor.noise([1, 1, 12, 12], seed: 4)
    let method = UniformJitter(offsets: 5, samples: 7, seed: 3, batchLimit: 3)
    let found = try method.attribute(pixels, to: ClassObjective(.index(1)), by: net.differentiator).map
    var expected = [Double](repeating: 0, count: 144)
    for shift in method.drawnShifts {
      let gradient = try Gradient().attribute(
        pixels.rolled(by: shift), to: ClassObjective(.index(1)), by: net.differentiator
      ).map.rolled(by: (-shift.rows, -shift.columns)).scalars
      for index in expected.indices { expected[index] += Double(gradient[index]) / 7 }
    }
    #expect(zip(found.scalars, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
  }

  @Test func everyOffsetIsEquallyLikely() {
    let shifts = UniformJitter(offsets: 9, samples: 9000, seed: 1).drawnShifts
    for axis in [shifts.map(\.rows), shifts.map(\.columns)] {
      #expect(Set(axis) == Set(-4...4))
      // χ² with 8 degrees of freedom lies below 26.1 in 999 of 1000 cases.
      let statistic = (-4...4).reduce(0.0) { sum, offset in
        let count = Double(axis.count { $0 == offset })
        return sum + (count - 1000) * (count - 1000) / 1000
      }
      #expect(statistic < 26.1)
    }
    let same = UniformJitter(offsets: 9, samples: 9000, seed: 1).drawnShifts
    #expect(zip(shifts, same).allSatisfy { $0 == $1 })
    let other = UniformJitter(offsets: 9, samples: 9000, seed: 2).drawnShifts
    #expect(!zip(shifts, other).allSatisfy { $0 == $1 })
  }
}

/// Counts the pictures that gradients are computed for, forward passes without a backward one included.
private final class CountingDifferentiator: Differentiator {
  private let base: any Differentiator
  private(set) var pictures = 0
  var network: Network { base.network }

  init(_ base: any Differentiator) { self.base = base }

  func plan(_ request: PlanRequest) throws -> any GradientPlan {
    CountingPlan(try base.plan(request)) { [weak self] in self?.pictures += $0 }
  }

  private final class CountingPlan: GradientPlan {
    private let base: any GradientPlan
    private let count: (Int) -> Void
    var request: PlanRequest { base.request }
    var targetShapes: [Shape] { base.targetShapes }
    var gradientShapes: [Shape] { base.gradientShapes }

    init(_ base: any GradientPlan, count: @escaping (Int) -> Void) {
      self.base = base
      self.count = count
    }

    func forward(_ inputs: [Tensor], into activations: inout [Tensor]) throws {
      count(inputs[0].shape[0])
      try base.forward(inputs, into: &activations)
    }

    func backward(_ cotangents: [Tensor], into gradients: inout [Tensor]) throws {
      try base.backward(cotangents, into: &gradients)
    }
  }
}
