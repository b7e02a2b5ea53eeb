import GinghamLattices
import Testing

@Suite struct EveningFilterTests {
  @Test(arguments: [2, 3, 4, 5, 8, 16]) func tapsAreCentredAndEvenInMeanAndPower(stride: Int) {
    let taps = EveningFilter.taps(stride: stride).map(Double.init)
    #expect(!taps.count.isMultiple(of: 2))
    #expect(taps == taps.reversed())
    #expect(abs(taps.reduce(0, +) - 1) < 1e-6)
    var (sums, squares) = ([Double](repeating: 0, count: stride), [Double](repeating: 0, count: stride))
    for (index, tap) in taps.enumerated() {
      sums[index % stride] += tap
      squares[index % stride] += tap * tap
    }
    for phases in [sums, squares] {
      #expect((phases.max() ?? 0) - (phases.min() ?? 1) < 1e-6)
    }
  }
}
