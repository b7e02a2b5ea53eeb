import Foundation
import GinghamSignals
import GinghamTensors
import Testing

@testable import GinghamLattices

@Suite struct AliasedPowerTests {
  private func share(_ maps: Tensor, strides: [Int]) -> Double? {
    let (height, width) = (maps.shape[maps.shape.rank - 2], maps.shape[maps.shape.rank - 1])
    var power = AliasedPower(strides: strides)
    power.add(maps, plan: FourierTransform(height: 2 * height, width: 2 * width))
    return power.share
  }

  /// A wave of the cosine transform: `rows` and `columns` half periods along the axes.
  private func wave(_ rows: Int, _ columns: Int, height: Int = 12, width: Int = 10, amplitude: Double = 1) -> [Float] {
    (0..<(height * width)).map { index in
      let (y, x) = (Double(index / width), Double(index % width))
      return Float(
        amplitude * cos(.pi * (y + 0.5) * Double(rows) / Double(height))
          * cos(.pi * (x + 0.5) * Double(columns) / Double(width)))
    }
  }

  /// At stride 2 the positions left hold waves below H/2 half periods; one at the limit reads nothing but a constant or
  /// nothing at all, by where it begins.
  @Test(arguments: [
    (5, 0, 2, 0.0), (6, 0, 2, 1), (11, 0, 2, 1), (0, 4, 2, 0), (0, 5, 2, 1), (3, 3, 2, 0), (3, 9, 2, 1), (4, 0, 3, 1),
    (3, 3, 3, 0), (11, 9, 1, 0),
  ])
  func aWaveIsFoldedOrNot(rows: Int, columns: Int, stride: Int, expected: Double) throws {
    let found = try #require(share(Tensor([12, 10], wave(rows, columns)), strides: [stride, stride]))
    #expect(abs(found - expected) < 1e-6)
  }

  @Test func sharesAreOfPowerOverAllMaps() throws {
    // Waves along one axis have the same power at the same amplitude: 1 of 1 + 4 in the first map, 9 of 9 in the second.
    let first = zip(wave(8, 0), wave(2, 0, amplitude: 2)).map { $0 + $1 + 7 }
    let found = try #require(share(Tensor([2, 12, 10], first + wave(0, 8, amplitude: 3)), strides: [2, 2]))
    #expect(abs(found - 10.0 / 14) < 1e-6)
  }

  @Test func axesHaveStridesOfTheirOwn() throws {
    #expect(try #require(share(Tensor([12, 10], wave(11, 0)), strides: [1, 2])) < 1e-6)
    #expect(try #require(share(Tensor([12, 10], wave(0, 9)), strides: [1, 2])) > 1 - 1e-6)
  }

  @Test func constantsVaryNowhere() {
    #expect(share(Tensor([3, 4, 4], [Float](repeating: 2, count: 48)), strides: [2, 2]) == nil)
  }

  @Test(arguments: [(32, 32, [2, 2], 0.75), (30, 20, [3, 1], 2.0 / 3), (7, 7, [2, 2], 33.0 / 48)])
  func noiseHasTheShareOfNoise(height: Int, width: Int, strides: [Int], expected: Double) throws {
    let control = AliasedPower.whiteNoiseShare(height: height, width: width, strides: strides)
    #expect(abs(control - expected) < 0.002)
    let noise = Tensor([4000, height, width]) {
      NormalSequence(seed: 3, name: "noise").fill($0, mean: 0, deviation: 1)
    }
    #expect(abs(try #require(share(noise, strides: strides)) - control) < 0.01)
  }
}
