/// Independent random words, each a pure function of seed, name and index: SplitMix64 (Steele, Lea & Flood 2014) run as
/// a counter, so that any stretch can be made on its own.
public struct BitSequence: Sendable {
  private let key: UInt64

  /// Sequences of other names have nothing to do with each other.
  public init(seed: UInt64, name: String = "") {
    // FNV-1a of the name sets the sequences of a seed apart.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    key = Self.mix(hash &+ Self.mix(seed &+ Self.increment))
  }

  /// Starts the counter at a place of its own.
  init(key: UInt64) {
    self.key = key
  }

  /// 64 random bits, the same for the same place.
  public subscript(index: Int) -> UInt64 {
    @inline(__always) get { Self.mix(key &+ UInt64(truncatingIfNeeded: index) &* Self.increment) }
  }

  /// An integer in 0 ..< `bound`, every one equally likely to within bound/2⁶⁴.
  public func integer(_ index: Int, below bound: Int) -> Int {
    precondition(bound > 0, "there is no integer below \(bound)")
    return Int(self[index].multipliedFullWidth(by: UInt64(bound)).high)
  }

  private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// One step of the generator from a state: what makes one key of several numbers.
  static func step(_ state: UInt64) -> UInt64 { mix(state &+ increment) }

  @inline(__always)
  private static func mix(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
