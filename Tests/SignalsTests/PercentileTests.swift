import GinghamSignals
import GinghamTensors
import Testing

@Suite struct PercentileTests {
  @Test(arguments: [1, 2, 3, 10, 257, 1000], [0, 0.1, 1, 25, 50, 99, 99.95, 100])
  func liesWhereSortingPutsIt(count: Int, percent: Double) {
    let smooth = Tensor([count]) { NormalSequence(seed: UInt64(count)).fill($0) }.scalars
    for values in [smooth, smooth.map { ($0 * 2).rounded() }, smooth.sorted(), smooth.sorted(by: >)] {
      let sorted = values.sorted()
      let position = percent / 100 * Double(count - 1)
      let (below, above) = (Int(position), min(Int(position) + 1, count - 1))
      let fraction = Float(position - Double(below))
      #expect(values.percentile(percent) == sorted[below] * (1 - fraction) + sorted[above] * fraction)
    }
  }

  @Test func nothingHasThePercentileZero() {
    #expect([Float]().percentile(50) == 0)
  }
}
