/// A linear map along one axis in which each output element is a weighted sum of a run of neighbouring input elements:
/// a resampling, a filter with its border, a crop, a padding.
public struct AxisMap: Sendable {
  /// Extent of the axis before and behind the map.
  public let input: Int
  public let output: Int

  /// Output `o` reads `input[starts[o] + i]` with weight `weights[offsets[o] + i]`.
  let starts: [Int]
  let offsets: [Int]
  let weights: [Float]

  /// A map from the weights of each output element, given as where the run starts and what it weighs.
  init(input: Int, runs: [(start: Int, weights: [Float])]) {
    precondition(
      runs.allSatisfy { $0.start >= 0 && $0.start + $0.weights.count <= input }, "a run leaves the axis of \(input)")
    self.input = input
    output = runs.count
    starts = runs.map(\.start)
    var offsets = [0]
    for run in runs { offsets.append((offsets.last ?? 0) + run.weights.count) }
    self.offsets = offsets
    weights = runs.flatMap(\.weights)
  }

  /// A map from single weights; several for one pair of elements add up.
  init(input: Int, taps: [[(index: Int, weight: Double)]]) {
    self.init(
      input: input,
      runs: taps.map { taps in
        guard let first = taps.map(\.index).min(), let last = taps.map(\.index).max() else { return (0, []) }
        var weights = [Double](repeating: 0, count: last - first + 1)
        for tap in taps { weights[tap.index - first] += tap.weight }
        return (first, weights.map(Float.init))
      })
  }

  /// Weights and input indices behind one output element.
  func taps(ofOutput index: Int) -> [(index: Int, weight: Float)] {
    (offsets[index]..<offsets[index + 1]).map { (starts[index] + $0 - offsets[index], weights[$0]) }
  }

  /// The adjoint: what a gradient at the output is at the input.
  public var transposed: AxisMap {
    var readers = [[(index: Int, weight: Double)]](repeating: [], count: input)
    for position in 0..<output {
      for tap in taps(ofOutput: position) where tap.weight != 0 {
        readers[tap.index].append((position, Double(tap.weight)))
      }
    }
    return AxisMap(input: output, taps: readers)
  }

  public static func identity(_ size: Int) -> AxisMap {
    AxisMap(input: size, runs: (0..<size).map { ($0, [1]) })
  }

  /// `size` elements from `offset` on; what lies outside the axis is zero. A negative offset pads in front.
  public static func window(of input: Int, offset: Int, size: Int) -> AxisMap {
    AxisMap(
      input: input,
      runs: (0..<size).map { (0..<input).contains($0 + offset) ? ($0 + offset, [1]) : (0, []) })
  }
}
