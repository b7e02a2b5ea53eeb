import GinghamSignals
import GinghamTensors
import Testing

@Suite struct LogLinearHistogramTests {
  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    let normal = Tensor([count]) { NormalSequence(seed: seed).fill($0) }.scalars
    // Ten octaves of sizes, both signs, and many zeros as a rectifier leaves them.
    return normal.enumerated().map { index, number in
      index % 3 == 0 ? 0 : number * Float(sign: .plus, exponent: index % 10 - 5, significand: 1)
    }
  }

  private static func histogram(_ parts: [[Float]]) -> LogLinearHistogram {
    var histogram = LogLinearHistogram()
    for part in parts { part.withUnsafeBufferPointer { histogram.add($0) } }
    return histogram
  }

  @Test(arguments: [1, 2, 100, 5001], [0, 0.01, 0.25, 0.5, 0.77, 0.99, 1])
  func quantilesLieNearThoseOfSortedNumbers(count: Int, share: Double) throws {
    let numbers = Self.numbers(count, seed: 3)
    let exact = numbers.sorted()[max(Int((share * Double(count)).rounded(.up)), 1) - 1]
    let found = try #require(Self.histogram([numbers]).quantile(share))
    #expect(abs(found - exact) <= max(abs(exact) / 64, LogLinearHistogram.smallest), "\(found) is not \(exact)")
  }

  @Test func orderAndPartsDoNotMatter() {
    let numbers = Self.numbers(999, seed: 5)
    let whole = Self.histogram([numbers])
    #expect(whole == Self.histogram([Array(numbers[500...].reversed()), Array(numbers[..<500])]))
    #expect(whole == Self.histogram(numbers.map { [$0] }))
    #expect(whole.total == 999)
    #expect(whole != Self.histogram([Array(numbers.dropLast())]))
  }

  @Test func barsCountWhatLiesInThem() {
    let edges: [Float] = [0, 1, 1.25, -1.25, -1, 1.2499999, 0x1p-24, -0x1p-24, 0x1p-25, .greatestFiniteMagnitude]
    let numbers = Self.numbers(3000, seed: 7) + edges
    let bars = Self.histogram([numbers]).bars
    #expect(bars.reduce(0) { $0 + $1.count } == numbers.count)
    for bar in bars {
      let inside = numbers.filter { number in
        bar.low >= 0
          ? bar.low <= number && number < bar.high
          : bar.high <= 0 ? bar.low < number && number <= bar.high : bar.low < number && number < bar.high
      }
      #expect(inside.count == bar.count, "\(bar)")
      if bar.low > 0, bar.high.isFinite {
        #expect([1.25, 1.2, Float(7) / 6, Float(8) / 7].contains { abs(bar.high / bar.low - $0) < 1e-6 })
      }
    }
    #expect(zip(bars, bars.dropFirst()).allSatisfy { $0.high <= $1.low })
  }

  @Test func nothingHasNoQuantile() {
    #expect(LogLinearHistogram().quantile(0.5) == nil && LogLinearHistogram().bars.isEmpty)
  }

  @Test func whatCannotHaveBeenIsRefused() {
    let whole = Self.histogram([Self.numbers(99, seed: 1)])
    #expect(LogLinearHistogram(first: whole.first, counts: whole.counts) == whole)
    #expect(LogLinearHistogram(first: .max - 1, counts: [1]) == nil)
    #expect(LogLinearHistogram(first: 0, counts: [1, -1]) == nil)
    #expect(LogLinearHistogram(first: 0, counts: [Int](repeating: 0, count: 1 << 20)) == nil)
  }
}
