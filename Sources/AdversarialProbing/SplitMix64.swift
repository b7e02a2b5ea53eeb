/// Uniform random bits by SplitMix64 (Steele, Lea & Flood 2014), a sequence for each seed and name.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, name: String) {
    // FNV-1a sets the sequences of a seed apart.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    state = seed &* 0xd134_2543_de82_ef95 &+ hash
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in −1 ..< 1, on a grid of 2⁻²³.
  mutating func signedUnit() -> Float {
    Float(Int64(next() >> 40) - (1 << 23)) * 0x1p-23
  }

  /// Uniform in 0 ..< `bound`; the bias is below bound·2⁻⁶⁴.
  mutating func index(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
