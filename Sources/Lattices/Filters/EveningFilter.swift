/// A centred filter that makes whatever repeats with a stride even, in the mean and in the power of white noise.
public enum EveningFilter {
  /// For odd s the box of s. A box of even length leans to one side, and a triangle, its centred cousin, is even in the
  /// mean only: (1, 2, 1)/4 leaves twice the power on every other position. (1, 3, …, 3, 4, 3, …, 3, 1)/6s with 2s + 1
  /// taps is even in both: on each phase its taps sum to 6/6s (1 + 4 + 1 or 3 + 3) and their squares to 18/36s².
  ///
  /// - Returns: an odd number of taps that sum to 1; a single one for a stride of 1.
  public static func taps(stride: Int) -> [Float] {
    guard stride > 1 else { return [1] }
    guard stride.isMultiple(of: 2) else { return [Float](repeating: 1 / Float(stride), count: stride) }
    let unit = 1 / Float(6 * stride)
    return (-stride...stride).map { unit * ($0 == 0 ? 4 : abs($0) == stride ? 1 : 3) }
  }
}
