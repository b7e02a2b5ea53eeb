import GinghamDifferentiation
import GinghamNetworks
import Testing

@Suite struct UnevenLayerTests {
  @Test(arguments: [2, 3, 4, 5, 8, 16]) func tapsAreCentredAndEvenInMeanAndPower(stride: Int) {
    let taps = UnevenLayer.eveningTaps(stride: stride).map(Double.init)
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

  @Test func layersAreUnevenWhereTapsFallUnequally() {
    // Counting taps a phase, for every kernel, stride and dilation.
    for kernel in 1...7 {
      for stride in 1...5 {
        for dilation in 1...4 {
          var counts = [Int](repeating: 0, count: stride)
          for tap in 0..<kernel { counts[tap * dilation % stride] += 1 }
          let window = Window(kernel, stride: stride, dilation: dilation)
          #expect(window.readsUnevenly == (Set(counts).count > 1), "\(kernel)/\(stride), dilation \(dilation)")
        }
      }
    }
  }
}
