/// The words of a ``BitSequence`` as uniform random numbers one after the other, a sequence for each seed, name and place:
/// the draws of a step are the same whether or not the run was interrupted before it.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private let words: BitSequence
  private var drawn = 0

  /// Generators of other names or indices have nothing to do with each other.
  public init(seed: UInt64, name: String, _ indices: Int...) {
    var key = seed
    for byte in name.utf8 { key = BitSequence.step(key ^ UInt64(byte)) }
    for index in indices { key = BitSequence.step(key ^ UInt64(bitPattern: Int64(index))) }
    words = BitSequence(key: key)
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    drawn += 1
    return words[drawn]
  }

  /// A number in [0, 1).
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in −1 ..< 1, on a grid of 2⁻²³.
  public mutating func signedUnit() -> Float { Float(Int64(next() >> 40) - (1 << 23)) * 0x1p-23 }

  /// Evenly drawn from a range.
  public mutating func number(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * unit()
  }

  /// Every integer of the range is equally likely to within count/2⁶⁴.
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    let count = UInt64(range.upperBound - range.lowerBound + 1)
    return range.lowerBound + Int(next().multipliedFullWidth(by: count).high)
  }

  /// One of the values, each as likely.
  public mutating func element<Value>(of values: [Value]) -> Value { values[integer(in: 0...(values.count - 1))] }
}
