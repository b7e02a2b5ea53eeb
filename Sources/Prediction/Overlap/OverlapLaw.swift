/// The overlap of one strided layer in closed form.
public enum OverlapLaw {
  /// CV² along one axis of kernel k = q·s + r and stride s: r(s − r)/k². Zero iff the stride divides the kernel.
  public static func unevenness(kernel: Int, stride: Int) -> Double {
    let rest = kernel % stride
    return Double(rest * (stride - rest)) / Double(kernel * kernel)
  }

  /// Taps that fall on each phase: #{t < k : t·d ≡ p (mod s)}. A common factor of dilation and stride leaves phases
  /// without any.
  public static func tapCounts(kernel: Int, stride: Int, dilation: Int = 1) -> [Int] {
    var counts = [Int](repeating: 0, count: stride)
    for tap in 0..<kernel { counts[tap * dilation % stride] += 1 }
    return counts
  }

  /// Tap counts of one or two axes in words: `2:1`, or `2:1 down and 4:3 across` where the axes differ.
  static func described(_ taps: [[Int]]) -> String {
    let axes = taps.map { $0.map(String.init).joined(separator: ":") }
    // Nothing is painted along the row of a signal.
    if axes.count == 2, axes[0] == "1" { return axes[1] }
    return axes.count == 2 && axes[0] != axes[1] ? "\(axes[0]) down and \(axes[1]) across" : axes.first ?? ""
  }
}
