/// Places for the channels of a layer at which their patterns add up as evenly as they can.
///
/// A channel carries a pattern over the P×P phases of a lattice, one table or several; moved by an offset, the pattern
/// moves along. What is sought are offsets for which Σ_c pattern_c(· − offset_c) has the least energy beside its mean: a
/// balance of as many weights as there are channels. The heaviest are placed first, each where the sum becomes least;
/// then every channel may move again until none gains by it.
public struct StaggerBalance: Sendable {
  /// In pixels: phases a side.
  public let period: Int
  /// Offsets to choose from, along rows and columns.
  public let strides: [Int]
  /// Of each channel: tables × P × P, their means taken off.
  private let patterns: [[Double]]

  /// - Parameters:
  ///   - patterns: of each channel tables of period × period numbers, one behind the other, as many for every channel.
  public init(patterns: [[Double]], period: Int, strides: [Int]) {
    precondition(patterns.allSatisfy { $0.count == patterns[0].count && $0.count.isMultiple(of: period * period) })
    self.period = period
    self.strides = strides
    let area = period * period
    self.patterns = patterns.map { pattern in
      var centred = pattern
      for start in stride(from: 0, to: pattern.count, by: area) {
        let mean = pattern[start..<(start + area)].reduce(0, +) / Double(area)
        for index in start..<(start + area) { centred[index] -= mean }
      }
      return centred
    }
  }

  /// Rounds over all channels at most: each lowers the sum or is the last.
  private static let rounds = 24

  /// One a channel.
  public var offsets: [StaggerOffset] {
    let weights = patterns.map { $0.reduce(0) { $0 + $1 * $1 } }
    let order = patterns.indices.sorted { (weights[$0], $1) > (weights[$1], $0) }
    let places = (0..<strides[0]).flatMap { y in (0..<strides[1]).map { StaggerOffset(y, $0) } }
    var chosen = [Int](repeating: 0, count: patterns.count)
    var sum = [Double](repeating: 0, count: patterns.first?.count ?? 0)
    for (rank, channel) in order.enumerated() {
      // Where places are equally good, channels take turns.
      chosen[channel] = best(for: channel, beside: sum, among: places, startingAt: rank % places.count)
      add(channel, at: places[chosen[channel]], to: &sum, 1)
    }
    for _ in 0..<Self.rounds {
      var isSettled = true
      for channel in order {
        add(channel, at: places[chosen[channel]], to: &sum, -1)
        let place = best(for: channel, beside: sum, among: places, startingAt: chosen[channel])
        if place != chosen[channel] { (isSettled, chosen[channel]) = (false, place) }
        add(channel, at: places[place], to: &sum, 1)
      }
      if isSettled { break }
    }
    return chosen.map { places[$0] }
  }

  /// Energy beside the mean that is left of all patterns at these offsets.
  func energy(at offsets: [StaggerOffset]) -> Double {
    var sum = [Double](repeating: 0, count: patterns.first?.count ?? 0)
    for (channel, offset) in offsets.enumerated() { add(channel, at: offset, to: &sum, 1) }
    return sum.reduce(0) { $0 + $1 * $1 }
  }

  /// ‖sum + moved‖² differs between places by 2⟨sum, moved⟩ alone.
  private func best(
    for channel: Int, beside sum: [Double], among places: [StaggerOffset], startingAt first: Int
  ) -> Int {
    var (best, least) = (first, Double.infinity)
    for step in places.indices {
      let place = (first + step) % places.count
      var product = 0.0
      forEachElement(of: channel, at: places[place]) { target, value in product += sum[target] * value }
      if product < least - 1e-12 * (abs(least).isFinite ? abs(least) : 0) { (best, least) = (place, product) }
    }
    return best
  }

  private func add(_ channel: Int, at offset: StaggerOffset, to sum: inout [Double], _ sign: Double) {
    sum.withUnsafeMutableBufferPointer { sum in
      forEachElement(of: channel, at: offset) { target, value in sum[target] += sign * value }
    }
  }

  @inline(__always)
  private func forEachElement(of channel: Int, at offset: StaggerOffset, _ body: (Int, Double) -> Void) {
    let area = period * period
    patterns[channel].withUnsafeBufferPointer { pattern in
      for start in stride(from: 0, to: pattern.count, by: area) {
        for y in 0..<period {
          let row = start + (y + offset.row) % period * period
          let source = start + y * period
          for x in 0..<period {
            var column = x + offset.column
            if column >= period { column -= period }
            body(row + column, pattern[source + x])
          }
        }
      }
    }
  }
}
