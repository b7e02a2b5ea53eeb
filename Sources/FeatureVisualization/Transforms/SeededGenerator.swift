/// Uniform random numbers that depend on nothing but seed, name and place: the draws of a step are the same whether or
/// not the run was interrupted before it. SplitMix64 (Steele, Lea & Flood 2014).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64, name: String, _ indices: Int...) {
    var state = seed
    for byte in name.utf8 { state = Self.mixed(state ^ UInt64(byte)) }
    for index in indices { state = Self.mixed(state ^ UInt64(bitPattern: Int64(index))) }
    self.state = state
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.finalized(state)
  }

  private static func mixed(_ value: UInt64) -> UInt64 { finalized(value &+ 0x9e37_79b9_7f4a_7c15) }

  private static func finalized(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number in [0, 1).
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func number(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * unit()
  }

  mutating func integer(in range: ClosedRange<Int>) -> Int {
    let count = UInt64(range.upperBound - range.lowerBound + 1)
    return range.lowerBound + Int(next().multipliedFullWidth(by: count).high)
  }

  mutating func element<Value>(of values: [Value]) -> Value { values[integer(in: 0...(values.count - 1))] }
}
