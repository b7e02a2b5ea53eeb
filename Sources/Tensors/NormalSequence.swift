import Dispatch

/// Independent standard normal numbers, each a pure function of seed, name and index.
///
/// Bits come from SplitMix64 (Steele, Lea & Flood 2014) run as a counter, so that any stretch can be made on its own.
/// They become normal by the inverse distribution function in Giles' single-precision form (2012, "Approximating the
/// erfinv function"), with a logarithm of its own: additions, multiplications, divisions and square roots round alike
/// on every machine, a library's `log` does not. Numbers reach ±5.3.
public struct NormalSequence: Sendable {
  private let key: UInt64

  public init(seed: UInt64, name: String = "") {
    // FNV-1a of the name sets the sequences of a seed apart.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    key = Self.mix(hash &+ Self.mix(seed &+ Self.increment))
  }

  /// Fills the buffer with mean + deviation · z₀, z₁, z₂ …
  public func fill(_ buffer: UnsafeMutableBufferPointer<Float>, mean: Float = 0, deviation: Float = 1) {
    guard let base = buffer.baseAddress else { return }
    let run = 1 << 16
    let destination = Destination(base: base, count: buffer.count)
    DispatchQueue.concurrentPerform(iterations: (buffer.count + run - 1) / run) { index in
      let start = index * run
      fill(destination, from: start, to: min(start + run, destination.count), mean: mean, deviation: deviation)
    }
  }

  /// Runs are written by several threads, each its own stretch.
  private struct Destination: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    let count: Int
  }

  private func fill(_ destination: Destination, from start: Int, to end: Int, mean: Float, deviation: Float) {
    var index = start
    while index < end {
      var bits = SIMD8<UInt32>()
      for pair in 0..<4 {
        let word = Self.mix(key &+ UInt64(truncatingIfNeeded: index / 2 + pair) &* Self.increment)
        bits[2 * pair] = UInt32(truncatingIfNeeded: word)
        bits[2 * pair + 1] = UInt32(truncatingIfNeeded: word >> 32)
      }
      let values = mean + deviation * Self.normal(bits)
      let count = min(8, end - index)
      for lane in 0..<count { destination.base[index + lane] = values[lane] }
      index += 8
    }
  }

  private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  @inline(__always)
  private static func mix(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// √2 · erfinv(±(1 − p)) with p an odd multiple of 2⁻²⁴ from the upper 23 bits and the sign from the lowest one.
  @inline(__always)
  private static func normal(_ bits: SIMD8<UInt32>) -> SIMD8<Float> {
    let p = SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: (bits &>> 8) | 1)) * 0x1p-24
    let w = -logarithm(p * (2 - p))
    let c = w - 2.5
    var central = 2.81022636e-08 * c + 3.43273939e-07
    central = central * c - 3.5233877e-06
    central = central * c - 4.39150654e-06
    central = central * c + 0.00021858087
    central = central * c - 0.00125372503
    central = central * c - 0.00417768164
    central = central * c + 0.246640727
    central = central * c + 1.50140941
    let t = w.squareRoot() - 3
    var tail = 0.000100950558 - 0.000200214257 * t
    tail = tail * t + 0.00134934322
    tail = tail * t - 0.00367342844
    tail = tail * t + 0.00573950773
    tail = tail * t - 0.0076224613
    tail = tail * t + 0.00943887047
    tail = tail * t + 1.00167406
    tail = tail * t + 2.83297682
    let inverse = central.replacing(with: tail, where: w .>= 5) * (1 - p)
    let sign = (bits & 1) &<< 31
    return unsafeBitCast(
      unsafeBitCast(inverse * Float(2).squareRoot(), to: SIMD8<UInt32>.self) ^ sign, to: SIMD8<Float>.self)
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
    return SIMD8<Float>(exponent) * 0.693147181 + s * series
  }
}
