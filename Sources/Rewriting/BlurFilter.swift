import GinghamPrediction

/// The taps of a blur in front of a stride, chosen so that every phase gets the same sum: a constant keeps no lattice.
/// For prime strides every phase gets the same power, too, so that a white gradient keeps none either; for their products
/// nearly so.
///
/// (1, 3, 3, 1)/8 for stride 2 (Zhang 2019; the mirror image of one phase is the other), the box for odd primes, and
/// these one behind the other for products of them.
enum BlurFilter {
  static func taps(stride: Int) -> [Double] {
    var (rest, factor, spacing) = (stride, 2, 1)
    var taps = [1.0]
    while rest > 1 {
      guard rest.isMultiple(of: factor) else {
        factor += 1
        continue
      }
      let stage =
        factor == 2 ? [1.0 / 8, 3.0 / 8, 3.0 / 8, 1.0 / 8] : [Double](repeating: 1 / Double(factor), count: factor)
      // A later stage sees every spacing-th element.
      var spread = [Double](repeating: 0, count: (stage.count - 1) * spacing + 1)
      for (index, tap) in stage.enumerated() { spread[index * spacing] = tap }
      taps = EquivalentKernel.convolved(taps, spread)
      spacing *= factor
      rest /= factor
    }
    return taps
  }
}
