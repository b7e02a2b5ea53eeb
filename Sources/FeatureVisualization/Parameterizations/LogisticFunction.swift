#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// 1/(1 + e^−x) from additions, multiplications and divisions alone: they round alike on every machine, a library's
/// `exp` does not. The relative error stays below 4·10⁻⁷.
enum LogisticFunction {
  @inline(__always)
  static func value(_ x: SIMD8<Float>) -> SIMD8<Float> { 1 / (1 + exponential(-x)) }

  static func value(_ x: Float) -> Float { value(SIMD8(repeating: x))[0] }

  /// The inverse, log(p/(1 − p)), with p kept 10⁻⁶ away from 0 and 1, where it has none.
  static func inverse(_ p: Float) -> Float {
    let clipped = Double(min(max(p, 1e-6), 1 - 1e-6))
    return Float(log(clipped / (1 - clipped)))
  }

  /// e^x = 2^n·e^r with r in ±½·ln 2, e^r by its series.
  @inline(__always)
  private static func exponential(_ value: SIMD8<Float>) -> SIMD8<Float> {
    // `clamped` would be a call for every register.
    let x = value.replacing(with: -87, where: value .< -87).replacing(with: 88, where: value .> 88)
    // Adding 1.5·2²³ rounds to a whole number and leaves it in the lowest bits, without a conversion.
    let shifted = x * 1.44269504 + 12_582_912
    let n = shifted - 12_582_912
    let r = (x - n * 0.693359375) - n * -2.12194440e-4
    var series = r * (1.0 / 5040) + 1.0 / 720
    series = series * r + 1.0 / 120
    series = series * r + 1.0 / 24
    series = series * r + 1.0 / 6
    series = series * r + 0.5
    series = series * r + 1
    series = series * r + 1
    let exponent = (unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- 0x4b40_0000 &+ 127) &<< 23
    return series * unsafeBitCast(exponent, to: SIMD8<Float>.self)
  }
}
