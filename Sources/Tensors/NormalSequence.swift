/// Independent standard normal numbers, each a pure function of seed, name and index.
///
/// Bits come from SplitMix64 (Steele, Lea & Flood 2014) run as a counter, so that any stretch can be made on its own.
/// They become normal by the inverse distribution function in Giles' single-precision form (2012, "Approximating the
/// erfinv function"), with a logarithm of its own: additions, multiplications, divisions and square roots round alike
/// on every machine, a library's `log` does not. Numbers reach ±5.3.
public struct NormalSequence: Sendable {
  private let bits: BitSequence

  /// Sequences of other names have nothing to do with each other.
  public init(seed: UInt64, name: String = "") {
    bits = BitSequence(seed: seed, name: name)
  }

  /// Fills the buffer with mean + deviation · z₀, z₁, z₂ …
  public func fill(
    _ buffer: UnsafeMutableBufferPointer<Float>, mean: Float = 0, deviation: Float = 1, team: ThreadTeam = .alone
  ) {
    guard let base = buffer.baseAddress else { return }
    let run = 1 << 16
    let destination = Destination(base: base, count: buffer.count)
    team.share((buffer.count + run - 1) / run) { runs in
      let (start, end) = (runs.lowerBound * run, min(runs.upperBound * run, destination.count))
      fill(destination, from: start, to: end, mean: mean, deviation: deviation)
    }
  }

  /// Runs are written by several threads, each its own stretch.
  private struct Destination: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    let count: Int
  }

  private func fill(_ destination: Destination, from start: Int, to end: Int, mean: Float, deviation: Float) {
    var index = start
    while index + 8 <= end {
      UnsafeMutableRawPointer(destination.base + index)
        .storeBytes(of: mean + deviation * normal(at: index), as: SIMD8<Float>.self)
      index += 8
    }
    guard index < end else { return }
    let rest = mean + deviation * normal(at: index)
    for lane in 0..<(end - index) { destination.base[index + lane] = rest[lane] }
  }

  /// Eight numbers from an index on that is a multiple of eight: each word of the sequence makes two.
  @inline(__always)
  private func normal(at index: Int) -> SIMD8<Float> {
    let word = index / 2
    let words = SIMD4(bits[word], bits[word + 1], bits[word + 2], bits[word + 3])
    // A number lies in the tail only where its upper eight bits are all zero, once in 256.
    let mayReachTail = (0..<4).contains { words[$0] >> 56 == 0 || words[$0] & 0xff00_0000 == 0 }
    return Self.normal(unsafeBitCast(words, to: SIMD8<UInt32>.self), mayReachTail: mayReachTail)
  }

  /// √2 · erfinv(±(1 − p)) with p an odd multiple of 2⁻²⁴ from the upper 23 bits and the sign from the lowest one.
  @inline(__always)
  private static func normal(_ bits: SIMD8<UInt32>, mayReachTail: Bool) -> SIMD8<Float> {
    let p = exactFloats((bits &>> 8) | 1) * 0x1p-24
    let w = -logarithm(p * (2 - p))
    let c = w - 2.5
    var ratio = 2.81022636e-08 * c + 3.43273939e-07
    ratio = ratio * c - 3.5233877e-06
    ratio = ratio * c - 4.39150654e-06
    ratio = ratio * c + 0.00021858087
    ratio = ratio * c - 0.00125372503
    ratio = ratio * c - 0.00417768164
    ratio = ratio * c + 0.246640727
    ratio = ratio * c + 1.50140941
    if mayReachTail { ratio = replacingTail(of: ratio, w) }
    let inverse = ratio * (1 - p)
    let sign = (bits & 1) &<< 31
    return unsafeBitCast(
      unsafeBitCast(inverse * Float(2).squareRoot(), to: SIMD8<UInt32>.self) ^ sign, to: SIMD8<Float>.self)
  }

  /// Kept apart from the common case, which then is vector instructions throughout.
  @inline(never)
  private static func replacingTail(of central: SIMD8<Float>, _ w: SIMD8<Float>) -> SIMD8<Float> {
    let t = w.squareRoot() - 3
    var tail = 0.000100950558 - 0.000200214257 * t
    tail = tail * t + 0.00134934322
    tail = tail * t - 0.00367342844
    tail = tail * t + 0.00573950773
    tail = tail * t - 0.0076224613
    tail = tail * t + 0.00943887047
    tail = tail * t + 1.00167406
    tail = tail * t + 2.83297682
    return central.replacing(with: tail, where: w .>= 5)
  }

  /// Integers below 2²⁴ as floating-point numbers. Each half of twelve bits goes into the mantissa of 2²³, as no vector
  /// instruction that the compiler finds converts them.
  @inline(__always)
  private static func exactFloats(_ integers: SIMD8<UInt32>) -> SIMD8<Float> {
    let upper = unsafeBitCast((integers &>> 12) | 0x4b00_0000, to: SIMD8<Float>.self) - 0x1p23
    let lower = unsafeBitCast((integers & 0xfff) | 0x4b00_0000, to: SIMD8<Float>.self) - 0x1p23
    return upper * 4096 + lower
  }

  /// The natural logarithm of positive normal numbers: exponent · ln 2 + 2·artanh((m − 1)/(m + 1)), m in √½ … √2.
  @inline(__always)
  private static func logarithm(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let bits = unsafeBitCast(x, to: SIMD8<Int32>.self)
    let shifted = bits &- 0x3f35_04f3
    let exponent = shifted &>> 23
    let mantissa = unsafeBitCast(bits &- (exponent &<< 23), to: SIMD8<Float>.self)
    let s = (mantissa - 1) / (mantissa + 1)
    let q = s * s
    var series = (2.0 / 11) * q + 2.0 / 9
    series = series * q + 2.0 / 7
    series = series * q + 2.0 / 5
    series = series * q + 2.0 / 3
    series = series * q + 2.0
    // Small integers, negative ones too, added to the mantissa of 1.5 · 2²³.
    let exponents = unsafeBitCast(exponent &+ 0x4b40_0000, to: SIMD8<Float>.self) - 0x1.8p23
    return exponents * 0.693147181 + s * series
  }
}
