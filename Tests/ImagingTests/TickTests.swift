import Testing

@testable import GinghamImaging

@Suite struct TickTests {
  private func ticks(_ lower: Double, _ upper: Double, _ scale: Axis.Scale = .linear, count: Int = 6) -> Ticks {
    AxisScale(Axis(scale: scale, range: lower...upper), showing: []).ticks(count: count)
  }

  @Test func linearTicksAreRoundNumbers() {
    #expect(ticks(0, 1).labels == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(ticks(-3, 7, count: 5).labels == ["−2", "0", "2", "4", "6"])
    #expect(ticks(0.1, 0.35, count: 5).labels == ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"])
  }

  @Test func largeAndSmallNumbersShareAPowerOfTen() {
    let large = ticks(0, 3e6, count: 3)
    #expect(large.labels == ["0", "1", "2", "3"] && large.exponent == 6)
    let small = ticks(-2e-5, 2e-5, count: 4)
    #expect(small.labels == ["−2", "−1", "0", "1", "2"] && small.exponent == -5)
  }

  @Test func logarithmicTicksAreDecadesOrTheirParts() {
    #expect(ticks(0.01, 1000, .logarithmic).labels == ["0.01", "0.1", "1", "10", "100", "1000"])
    #expect(ticks(1e-6, 1e-3, .logarithmic).labels == ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³"])
    #expect(ticks(1.5, 60, .logarithmic).labels == ["2", "5", "10", "20", "50"])
    #expect(ticks(1e-30, 1e30, .logarithmic).values.count <= 7)
  }

  @Test(arguments: [-1e30, -7.3, -1e-12, 0, 1e-300, 0.1, 3, 1e15], [1e-13, 0.7, 1, 12345, 1e20])
  func ticksLieWithinTheEndsWithDistinctTexts(lower: Double, span: Double) {
    let scale = AxisScale(Axis(), showing: [lower, lower + span])
    for count in 1...9 {
      let ticks = scale.ticks(count: count)
      let air = 1e-6 * (scale.upper - scale.lower)
      #expect(ticks.values.allSatisfy { $0 >= scale.lower - air && $0 <= scale.upper + air })
      #expect(ticks.values.count <= 2 * count + 2)
      #expect(ticks.values.count == ticks.labels.count)
      // A span lost against its offset cannot be told apart by any short number.
      if span > 1e-6 * abs(lower) { #expect(Set(ticks.labels).count == ticks.labels.count, "\(ticks.labels)") }
    }
  }

  @Test func axesWithoutUsableDataStillHaveEnds() {
    for values: [Double] in [[], [.nan], [0], [5], [-.infinity, 2]] {
      for axis in [Axis.Scale.linear, .logarithmic] {
        let scale = AxisScale(Axis(scale: axis), showing: values)
        #expect(scale.lower < scale.upper && scale.lower.isFinite && scale.upper.isFinite)
      }
    }
  }

  @Test func numbersAreShort() {
    #expect(
      [0, 1, -0.5, 12.345, 123456, 1e6, 2.5e-7, 0.001].map(NumberText.short)
        == ["0", "1", "−0.5", "12.3", "123456", "1×10⁶", "2.5×10⁻⁷", "0.001"])
    #expect(NumberText.short(.nan) == "NaN" && NumberText.short(-.infinity) == "−∞")
    #expect(NumberText.fixed(-0.001, decimals: 1) == "0.0")
    #expect([1000, 0.001, 1e-7, 999.9999].map(NumberText.exponent) == [3, -3, -7, 2])
  }
}
