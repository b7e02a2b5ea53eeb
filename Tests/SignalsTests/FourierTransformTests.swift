import Foundation
import GinghamTensors
import Testing

@testable import GinghamSignals

@Suite struct FourierTransformTests {
  static let sizes = [(1, 1), (1, 2), (2, 1), (1, 7), (8, 8), (5, 3), (6, 5), (5, 6), (7, 16), (13, 22), (11, 1)]

  @Test(arguments: sizes) func agreesWithTheDefinitionInFloat64(height: Int, width: Int) {
    let maps = randomTensor([2, height, width], seed: 1)
    let plan = FourierTransform(height: height, width: width)
    let spectrum = plan.forward(maps)
    #expect(spectrum.shape == [2, height, width / 2 + 1, 2])
    for map in 0..<2 {
      for k in 0..<height {
        for l in 0..<plan.halfWidth {
          let expected = coefficient(of: maps, map: map, k: k, l: l)
          #expect(abs(Double(spectrum[map, k, l, 0]) - expected.real) < 2e-5)
          #expect(abs(Double(spectrum[map, k, l, 1]) - expected.imaginary) < 2e-5)
        }
      }
    }
  }

  @Test(arguments: sizes + [(224, 224), (227, 227), (97, 64)])
  func inverseUndoesForward(height: Int, width: Int) {
    let maps = randomTensor([2, 1, height, width], seed: 2)
    let plan = FourierTransform(height: height, width: width)
    #expect(largestDifference(plan.inverse(plan.forward(maps)), maps) < 2e-6)
  }

  /// ⟨A x, y⟩ = ⟨x, Aᵀ y⟩ for both directions, with y no spectrum of a real map.
  @Test(arguments: sizes) func adjointsFulfilTheirIdentity(height: Int, width: Int) {
    let plan = FourierTransform(height: height, width: width)
    let map = randomTensor([3, height, width], seed: 3)
    let spectrum = randomTensor([3, height, plan.halfWidth, 2], seed: 4)
    let tolerance = 1e-5 * Double(height * width)
    #expect(abs(dot(plan.forward(map), spectrum) - dot(map, plan.forwardAdjoint(spectrum))) < tolerance)
    #expect(abs(dot(plan.inverse(spectrum), map) - dot(spectrum, plan.inverseAdjoint(map))) < tolerance)
  }

  /// Lengths whose prime factors have no butterfly of their own.
  @Test(arguments: [56, 88, 104, 136, 152, 171, 207, 224, 232, 248, 279, 343, 392])
  func linesWithLargePrimesAgreeWithTheDefinition(count: Int) throws {
    let (line, plan) = (randomTensor([1, 1, count], seed: 5), FourierTransform(height: 1, width: count))
    let spectrum = plan.forward(line)
    for l in 0..<plan.halfWidth {
      let expected = coefficient(of: line, map: 0, k: 0, l: l)
      #expect(abs(Double(spectrum[0, 0, l, 0]) - expected.real) < 1e-4)
      #expect(abs(Double(spectrum[0, 0, l, 1]) - expected.imaginary) < 1e-4)
    }
    #expect(largestDifference(plan.inverse(spectrum), line) < 2e-6)
  }

  @Test func factorsMultiplySpectraAndThreadsChangeNothing() {
    let plan = FourierTransform(height: 28, width: 35)
    let maps = randomTensor([3, 28, 35], seed: 6)
    let factors = (0..<(28 * plan.halfWidth)).map { Float($0 % 7) - 2.5 }
    let plain = plan.forward(maps)
    let scaled = Tensor(plain.shape, plain.scalars.enumerated().map { $1 * factors[$0 / 2 % factors.count] })
    #expect(plan.forward(maps, times: factors) == scaled)
    #expect(plan.inverse(plain, times: factors) == plan.inverse(scaled))
    let backwards = ThreadTeam(threads: 2) { count, body in
      for index in (0..<count).reversed() { body(index..<(index + 1)) }
    }
    #expect(plan.forward(maps, times: factors, on: backwards) == scaled)
    #expect(plan.inverse(plain, times: factors, on: backwards) == plan.inverse(scaled))
  }

  @Test func aSingleRealCoefficientIsACosine() {
    let plan = FourierTransform(height: 4, width: 8)
    var spectrum = Tensor([4, 5, 2])
    spectrum[0, 1, 0] = 16
    let map = plan.inverse(spectrum)
    for x in 0..<8 { #expect(abs(map[2, x] - Float(cos(2 * Double.pi * Double(x) / 8))) < 1e-6) }
  }

  /// The Fourier coefficient by its definition.
  private func coefficient(of maps: Tensor, map: Int, k: Int, l: Int) -> (real: Double, imaginary: Double) {
    let (height, width) = (maps.shape[1], maps.shape[2])
    var sum = (real: 0.0, imaginary: 0.0)
    for y in 0..<height {
      for x in 0..<width {
        let angle = -2 * Double.pi * (Double(k * y) / Double(height) + Double(l * x) / Double(width))
        sum.real += Double(maps[map, y, x]) * cos(angle)
        sum.imaginary += Double(maps[map, y, x]) * sin(angle)
      }
    }
    return sum
  }
}
