import Foundation
import GinghamSignals

/// What is kept of a unit's activations while pictures pass by: the same whatever their number.
struct UnitActivity: Hashable, Sendable {
  /// A picture that excites a unit, at the position where it does so most.
  struct Exemplar: Hashable, Sendable {
    var activation: Float
    /// Place in the list of pictures.
    var picture: Int
    /// Row by row in the layer's map.
    var position: Int
  }

  private(set) var sum = 0.0
  private(set) var sumOfSquares = 0.0
  private(set) var least = Float.infinity
  private(set) var most = -Float.infinity
  private(set) var histogram = LogLinearHistogram()
  /// The strongest first; of equal ones the earlier picture.
  private(set) var exemplars: [Exemplar] = []

  /// Takes in a unit's map of one picture.
  ///
  /// - Parameter strongest: exemplars that are kept.
  mutating func add(_ map: UnsafeBufferPointer<Float>, of picture: Int, keeping strongest: Int) {
    var (total, squares) = (0.0, 0.0)
    var best = (position: 0, activation: -Float.infinity)
    for (position, activation) in map.enumerated() {
      total += Double(activation)
      squares += Double(activation) * Double(activation)
      least = min(least, activation)
      if activation > best.activation { best = (position, activation) }
    }
    sum += total
    sumOfSquares += squares
    most = max(most, best.activation)
    histogram.add(map)
    let place = exemplars.firstIndex { $0.activation < best.activation } ?? exemplars.count
    guard place < strongest else { return }
    exemplars.insert(.init(activation: best.activation, picture: picture, position: best.position), at: place)
    if exemplars.count > strongest { exemplars.removeLast() }
  }

  /// Over all positions of all pictures.
  var mean: Double { sum / Double(histogram.total) }

  /// Over all positions of all pictures.
  var deviation: Double { max(sumOfSquares / Double(histogram.total) - mean * mean, 0).squareRoot() }

  /// ``LogLinearHistogram/quantile(_:)``, not beyond what was seen.
  func quantile(_ share: Double) -> Float? { histogram.quantile(share).map { min(max($0, least), most) } }
}

extension UnitActivity {
  /// As whole numbers, for a file that the program reads again.
  var words: [Int64] {
    func word(_ number: Float) -> Int64 { Int64(number.bitPattern) }
    return [
      Int64(bitPattern: sum.bitPattern), Int64(bitPattern: sumOfSquares.bitPattern), word(least), word(most),
      Int64(histogram.first), Int64(histogram.counts.count),
    ] + histogram.counts.map(Int64.init) + [Int64(exemplars.count)]
      + exemplars.flatMap { [word($0.activation), Int64($0.picture), Int64($0.position)] }
  }

  /// - Returns: `nil` where the words are not what ``words`` gives.
  init?(_ words: inout ArraySlice<Int64>) {
    func number(_ word: Int64) -> Float? { UInt32(exactly: word).map(Float.init(bitPattern:)) }
    self.init()
    let head = Array(words.prefix(6))
    guard words.count >= 7, let least = number(head[2]), let most = number(head[3]) else { return nil }
    words.removeFirst(6)
    (sum, sumOfSquares) = (Self.double(head[0]), Self.double(head[1]))
    (self.least, self.most) = (least, most)
    let (first, buckets) = (Int(head[4]), Int(head[5]))
    guard buckets >= 0, words.count > buckets,
      let histogram = LogLinearHistogram(first: first, counts: words.prefix(buckets).map(Int.init))
    else { return nil }
    self.histogram = histogram
    words.removeFirst(buckets)
    let count = Int(words.removeFirst())
    guard (0...100).contains(count), words.count >= 3 * count else { return nil }
    for _ in 0..<count {
      guard let activation = number(words.removeFirst()) else { return nil }
      exemplars.append(
        .init(activation: activation, picture: Int(words.removeFirst()), position: Int(words.removeFirst())))
    }
  }

  private static func double(_ word: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: word)) }
}
