import GinghamNetworks
import Testing

@Suite struct UnevenLayerTests {
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
