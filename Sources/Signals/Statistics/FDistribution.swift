#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Upper tails of Fisher's F with one or two degrees of freedom above, in closed form.
package enum FDistribution {
  /// P(F(2, d) > x) = (1 + 2x/d)^(−d/2).
  package static func upperTailOfTwo(_ x: Double, denominator: Int) -> Double {
    guard x > 0 else { return 1 }
    return pow(1 + 2 * x / Double(denominator), -Double(denominator) / 2)
  }

  /// P(F(1, d) > x): two tails of Student's t by its finite series (Abramowitz & Stegun 26.7.3 for odd d, 26.7.4 for
  /// even).
  package static func upperTailOfOne(_ x: Double, denominator: Int) -> Double {
    guard x > 0 else { return 1 }
    guard x.isFinite else { return 0 }
    let sine = (x / (x + Double(denominator))).squareRoot()
    let cosineSquared = Double(denominator) / (x + Double(denominator))
    guard denominator.isMultiple(of: 2) else {
      var (term, sum) = (cosineSquared.squareRoot(), 0.0)
      for k in stride(from: 3, through: denominator, by: 2) {
        sum += term
        term *= cosineSquared * Double(k - 1) / Double(k)
      }
      return max(0, 1 - 2 / Double.pi * (asin(sine) + sine * sum))
    }
    var (term, sum) = (1.0, 1.0)
    for k in stride(from: 2, to: denominator, by: 2) {
      term *= cosineSquared * Double(k - 1) / Double(k)
      sum += term
    }
    return max(0, 1 - sine * sum)
  }
}
