import Foundation
import GinghamTensors
import Testing

@testable import GinghamSignals

@Suite struct SeparableFilterTests {
  @Test(arguments: [
    (Border.zero, [Float](arrayLiteral: 0, 0, 1, 2, 3, 0, 0)),
    (.replicate, [1, 1, 1, 2, 3, 3, 3]),
    (.reflect, [3, 2, 1, 2, 3, 2, 1]),
    (.symmetric, [2, 1, 1, 2, 3, 3, 2]),
    (.wrap, [2, 3, 1, 2, 3, 1, 2]),
  ])
  func bordersContinueTheAxis(border: Border, expected: [Float]) {
    let found = (-2..<5).map { index in border.source(of: index, count: 3).map { Float($0 + 1) } ?? 0 }
    #expect(found == expected)
    #expect([-7, 9].allSatisfy { border == .zero || border.source(of: $0, count: 1) == 0 })
  }

  @Test(arguments: Border.allCases) func filteringIsTheSumItsNameSays(border: Border) {
    let taps: [Float] = [0.5, -1, 0.25, 2]
    let map = randomTensor([2, 3, 6], seed: 21)
    let result = map.filtered(taps: taps, border: border)
    for y in 0..<3 {
      for x in 0..<6 {
        var sum = 0.0
        for (i, a) in taps.enumerated() {
          for (j, b) in taps.enumerated() {
            guard let row = border.source(of: y + i - 2, count: 3), let column = border.source(of: x + j - 2, count: 6)
            else { continue }
            sum += Double(a * b) * Double(map[1, row, column])
          }
        }
        #expect(abs(Double(result[1, y, x]) - sum) < 1e-5)
      }
    }
  }

  @Test(arguments: Border.allCases) func adjointFulfilsItsIdentity(border: Border) {
    let map = SeparableMap.filter(height: 5, width: 4, taps: [1, 2, -3, 0.5, 1], border: border)
    let (x, y) = (randomTensor([3, 5, 4], seed: 22), randomTensor([3, 5, 4], seed: 23))
    #expect(abs(dot(map(x), y) - dot(x, map.adjoint(y))) < 1e-4)
  }

  @Test(arguments: 1...9) func triangleIsZeroOnEveryBinOfItsLattice(size: Int) {
    let taps = FilterTaps.triangle(size)
    #expect(taps.count == 2 * size - 1)
    #expect(abs(taps.reduce(0, +) - 1) < 1e-6)
    for m in 1..<max(size, 2) where m < size {
      let angle = 2 * Double.pi * Double(m) / Double(size)
      let real = taps.enumerated().reduce(0) { $0 + Double($1.element) * cos(angle * Double($1.offset)) }
      let imaginary = taps.enumerated().reduce(0) { $0 + Double($1.element) * sin(angle * Double($1.offset)) }
      #expect(abs(real) < 1e-6 && abs(imaginary) < 1e-6)
    }
  }

  @Test func filtersHaveTheirClosedForms() {
    #expect(FilterTaps.binomial(5) == [1, 4, 6, 4, 1].map { $0 / 16 })
    #expect(FilterTaps.box(4) == [0.25, 0.25, 0.25, 0.25])
    let gaussian = FilterTaps.gaussian(sigma: 1.5)
    #expect(gaussian.count == 13 && abs(gaussian.reduce(0, +) - 1) < 1e-6)
    #expect(abs(gaussian[6] / gaussian[9] - Float(exp(2.0))) < 1e-4)
    #expect(FilterTaps.gaussian(sigma: 0) == [1])
  }
}
