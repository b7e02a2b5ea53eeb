/// Upsampling layers written as the transposed convolution that does the same, along one axis, so that all can be
/// compared by their phase sums (Odena, Dumoulin & Olah 2016; Aitken et al. 2017).
public enum EquivalentKernel {
  /// Nearest resize by `scale`, then a convolution with `kernel`: rev(kernel) * (1, … 1). For ×2 and (a, b, c) it is
  /// (c, b + c, a + b, a).
  public static func nearestResizeConvolution(_ kernel: [Double], scale: Int = 2) -> [Double] {
    convolved(kernel.reversed(), [Double](repeating: 1, count: scale))
  }

  /// Linear resize by `scale` on the grid of the samples, then a convolution with `kernel`:
  /// rev(kernel) * (1, 2, … s, … 2, 1)/s; (½, 1, ½) for ×2.
  public static func linearResizeConvolution(_ kernel: [Double], scale: Int = 2) -> [Double] {
    let tent = (1..<(2 * scale)).map { Double(min($0, 2 * scale - $0)) / Double(scale) }
    return convolved(kernel.reversed(), tent)
  }

  /// A convolution whose channels hold the phases, then depth to space: filter p paints phase p.
  ///
  /// - Parameter filters: one a phase, of equal length.
  public static func subPixelConvolution(_ filters: [[Double]]) -> [Double] {
    let length = filters.map(\.count).min() ?? 0
    var kernel = [Double](repeating: 0, count: length * filters.count)
    for (phase, filter) in filters.enumerated() {
      for tap in 0..<length { kernel[phase + filters.count * (length - 1 - tap)] = filter[tap] }
    }
    return kernel
  }

  /// Sums of a kernel's taps over each phase of a stride: equal iff a constant is painted evenly (Kiya et al. 2018).
  public static func phaseSums(_ kernel: [Double], stride: Int) -> [Double] {
    phases(kernel, stride: stride) { $0 }
  }

  /// Sums of the squared taps: equal iff white noise is painted, or gradient power sent back, evenly.
  public static func phasePowers(_ kernel: [Double], stride: Int) -> [Double] {
    phases(kernel, stride: stride) { $0 * $0 }
  }

  private static func phases(_ kernel: [Double], stride: Int, _ part: (Double) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: max(1, stride))
    for (tap, weight) in kernel.enumerated() { sums[tap % sums.count] += part(weight) }
    return sums
  }

  package static func convolved(_ a: [Double], _ b: [Double]) -> [Double] {
    guard !a.isEmpty, !b.isEmpty else { return [] }
    var result = [Double](repeating: 0, count: a.count + b.count - 1)
    for (i, x) in a.enumerated() {
      for (j, y) in b.enumerated() { result[i + j] += x * y }
    }
    return result
  }
}
