/// A linear map along one axis in which each output element is a weighted sum of a run of neighbouring input elements:
/// a resampling, a filter with its border, a crop, a padding.
public struct AxisMap: Sendable {
  /// Extent of the axis before and behind the map.
  public let input: Int
  /// Elements of the result.
  public let output: Int

  /// Output `o` reads `input[starts[o] + i]` with weight `weights[offsets[o] + i]`.
  let starts: [Int]
  let offsets: [Int]
  let weights: [Float]
  /// What output `o` takes from beyond the axis, where something constant may lie; empty where nothing takes anything.
  let beyond: [Float]
  /// The same with equally many taps for every output, none beyond the axis, where a few suffice: a resampling.
  let even: (taps: Int, starts: [Int32], weights: [Float])?
  /// The longest stretch of outputs with equal weights, each reading one element further than the one before.
  let uniform: Range<Int>

  /// A map from the weights of each output element, given as where the run starts and what it weighs.
  init(input: Int, runs: [(start: Int, weights: [Float])]) {
    var offsets = [0]
    for run in runs { offsets.append((offsets.last ?? 0) + run.weights.count) }
    self.init(
      input: input, starts: runs.map(\.start), offsets: offsets, weights: runs.flatMap(\.weights), beyond: [])
  }

  private init(input: Int, starts: [Int], offsets: [Int], weights: [Float], beyond: [Float]) {
    precondition(
      starts.indices.allSatisfy { starts[$0] >= 0 && starts[$0] + offsets[$0 + 1] - offsets[$0] <= input },
      "a run leaves the axis of \(input)")
    self.input = input
    output = starts.count
    self.starts = starts
    self.offsets = offsets
    self.weights = weights
    self.beyond = beyond
    uniform = Self.uniformStretch(starts, offsets, weights)
    even = Self.evened(starts, offsets, weights, input: input)
  }

  private static func evened(_ starts: [Int], _ offsets: [Int], _ weights: [Float], input: Int)
    -> (taps: Int, starts: [Int32], weights: [Float])?
  {
    let taps = zip(offsets, offsets.dropFirst()).reduce(2) { max($0, $1.1 - $1.0) }
    guard taps <= 3, taps <= input else { return nil }
    var padded = [Float](repeating: 0, count: taps * starts.count)
    let first = starts.map { Int32(min($0, input - taps)) }
    for position in starts.indices {
      let place = taps * position + starts[position] - Int(first[position])
      for tap in offsets[position]..<offsets[position + 1] { padded[place + tap - offsets[position]] = weights[tap] }
    }
    return (taps, first, padded)
  }

  private static func uniformStretch(_ starts: [Int], _ offsets: [Int], _ weights: [Float]) -> Range<Int> {
    var (longest, begin) = (0..<0, 0)
    for position in 0..<starts.count {
      if position > begin {
        let (before, now) = (offsets[position - 1]..<offsets[position], offsets[position]..<offsets[position + 1])
        let continues =
          starts[position] == starts[position - 1] + 1 && now.count == before.count
          && weights[now].elementsEqual(weights[before])
        if !continues { begin = position }
      }
      if position + 1 - begin > longest.count { longest = begin..<(position + 1) }
    }
    return longest
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
    var (first, last) = ([Int](repeating: output, count: input), [Int](repeating: -1, count: input))
    forEachTap { position, index, _ in
      first[index] = min(first[index], position)
      last[index] = max(last[index], position)
    }
    var offsets = [0]
    for index in 0..<input { offsets.append(offsets[index] + max(0, last[index] - first[index] + 1)) }
    var weights = [Float](repeating: 0, count: offsets[input])
    forEachTap { position, index, weight in weights[offsets[index] + position - first[index]] = weight }
    let starts = (0..<input).map { last[$0] < 0 ? 0 : first[$0] }
    return AxisMap(input: output, starts: starts, offsets: offsets, weights: weights, beyond: [])
  }

  private func forEachTap(_ body: (_ position: Int, _ index: Int, _ weight: Float) -> Void) {
    for position in 0..<output {
      for tap in offsets[position]..<offsets[position + 1] where weights[tap] != 0 {
        body(position, starts[position] + tap - offsets[position], weights[tap])
      }
    }
  }

  /// This map behind another one, as one map.
  public func following(_ first: AxisMap) -> AxisMap {
    precondition(first.output == input, "a map of \(input) elements does not follow one that gives \(first.output)")
    var (starts, offsets, sums, beyond) = ([Int](), [0], [Float](), [Float]())
    for position in 0..<output {
      let taps = self.offsets[position]..<self.offsets[position + 1]
      var (low, high) = (Int.max, Int.min)
      for tap in taps {
        let middle = self.starts[position] + tap - taps.lowerBound
        let count = first.offsets[middle + 1] - first.offsets[middle]
        guard count > 0 else { continue }
        low = min(low, first.starts[middle])
        high = max(high, first.starts[middle] + count)
      }
      if low > high { (low, high) = (0, 0) }
      let place = sums.count
      sums.append(contentsOf: repeatElement(0, count: high - low))
      var outside = self.beyond.isEmpty ? 0 : self.beyond[position]
      for tap in taps {
        let middle = self.starts[position] + tap - taps.lowerBound
        let start = first.starts[middle]
        for inner in first.offsets[middle]..<first.offsets[middle + 1] {
          sums[place + start - low + inner - first.offsets[middle]] += weights[tap] * first.weights[inner]
        }
        if !first.beyond.isEmpty { outside += weights[tap] * first.beyond[middle] }
      }
      starts.append(low)
      offsets.append(sums.count)
      beyond.append(outside)
    }
    return AxisMap(
      input: first.input, starts: starts, offsets: offsets, weights: sums,
      beyond: beyond.contains { $0 != 0 } ? beyond : [])
  }

  /// Each element as it is.
  public static func identity(_ size: Int) -> AxisMap {
    AxisMap(input: size, runs: (0..<size).map { ($0, [1]) })
  }

  /// `size` elements from `offset` on; what lies beyond the axis is zero, or the constant that the map is given. A
  /// negative offset pads in front.
  public static func window(of input: Int, offset: Int, size: Int) -> AxisMap {
    let inside = (0..<size).map { (0..<input).contains($0 + offset) }
    var offsets = [0]
    for position in 0..<size { offsets.append(offsets[position] + (inside[position] ? 1 : 0)) }
    return AxisMap(
      input: input, starts: (0..<size).map { inside[$0] ? $0 + offset : 0 }, offsets: offsets,
      weights: [Float](repeating: 1, count: offsets[size]),
      beyond: inside.allSatisfy { $0 } ? [] : inside.map { $0 ? 0 : 1 })
  }
}
