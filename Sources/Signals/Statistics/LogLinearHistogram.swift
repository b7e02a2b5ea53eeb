/// How numbers are distributed, in memory that does not grow with how many they are: counts over buckets that part each
/// octave into 32 equal steps, on both sides of zero.
///
/// Counts are whole numbers over buckets that are fixed beforehand, so the order in which numbers come and how they were
/// parted among histograms do not matter. A quantile lies within 1/64 of its own size of the true one, as HdrHistogram and
/// DDSketch (Masson, Rim & Lee 2019) do it with other steps.
public struct LogLinearHistogram: Hashable, Sendable {
  /// Key of the first count.
  public private(set) var first: Int
  /// By key, one behind the other.
  public private(set) var counts: [Int]

  /// Empty.
  public init() { (first, counts) = (0, []) }

  /// As it was taken down; `nil` where it cannot have been.
  public init?(first: Int, counts: [Int]) {
    guard (-Self.largestKey...Self.largestKey).contains(first), counts.count <= 2 * Self.largestKey + 1,
      abs(first + counts.count) <= Self.largestKey + 1, counts.allSatisfy({ $0 >= 0 })
    else { return nil }
    (self.first, self.counts) = (first, counts)
  }

  /// Numbers nearer to zero are counted as zero.
  public static let smallest: Float = 0x1p-24

  /// Bits of a number behind those that choose its bucket.
  private static let rest: UInt32 = 18
  private static let base = Int(smallest.bitPattern >> rest)
  private static let largestKey = Int(Float.infinity.bitPattern >> rest) - base

  /// 0 around zero, ±1, ±2 … outwards.
  private static func key(of number: Float) -> Int {
    let key = max(Int(number.magnitude.bitPattern >> rest) - base + 1, 0)
    return number < 0 ? -key : key
  }

  /// Of all numbers.
  public var total: Int { counts.reduce(0, +) }

  /// Counts numbers.
  ///
  /// - Precondition: all of them are finite.
  public mutating func add(_ numbers: UnsafeBufferPointer<Float>) {
    guard var (least, most) = numbers.first.map({ ($0, $0) }) else { return }
    for number in numbers {
      least = min(least, number)
      most = max(most, number)
    }
    reach(Self.key(of: least)...Self.key(of: most))
    let first = first
    counts.withUnsafeMutableBufferPointer { counts in
      for number in numbers { counts[Self.key(of: number) - first] += 1 }
    }
  }

  private mutating func reach(_ keys: ClosedRange<Int>) {
    if counts.isEmpty { first = keys.lowerBound }
    if keys.lowerBound < first {
      counts.insert(contentsOf: repeatElement(0, count: first - keys.lowerBound), at: 0)
      first = keys.lowerBound
    }
    let missing = keys.upperBound - first - counts.count + 1
    if missing > 0 { counts.append(contentsOf: repeatElement(0, count: missing)) }
  }

  /// The number of rank ⌈share·n⌉ from below (1 at least), to 1/64 of its size: the middle of its bucket; `nil` where
  /// nothing was counted.
  ///
  /// - Parameter share: in 0…1.
  public func quantile(_ share: Double) -> Float? {
    let total = total
    guard total > 0 else { return nil }
    var rest = max(Int((share * Double(total)).rounded(.up)), 1)
    for (index, count) in counts.enumerated() {
      rest -= count
      if rest <= 0 {
        let (low, high) = Self.bounds(ofKey: first + index)
        return first + index == 0 ? 0 : low + (high - low) / 2
      }
    }
    return nil
  }

  /// Where a bucket begins and ends.
  private static func bounds(ofKey key: Int) -> (Float, Float) {
    func edge(_ magnitude: Int) -> Float { Float(bitPattern: UInt32(magnitude - 1 + base) << rest) }
    if key == 0 { return (-smallest, smallest) }
    return key > 0 ? (edge(key), edge(key + 1)) : (-edge(1 - key), -edge(-key))
  }

  /// A bar of a histogram.
  public struct Bar: Hashable, Sendable {
    /// Included where it is above zero, or around zero neither bound is.
    public var low: Float
    /// Included where it is below zero.
    public var high: Float
    /// Never 0.
    public var count: Int
  }

  /// Buckets eight and eight together: four an octave, and one of what counts as zero. From below, empty ones left out.
  public var bars: [Bar] {
    var bars: [Bar] = []
    var last: Int?
    for (index, count) in counts.enumerated() where count > 0 {
      let key = first + index
      let group = key == 0 ? 0 : (abs(key) - 1) / 8 + 1
      let signed = key < 0 ? -group : group
      if signed == last {
        bars[bars.count - 1].count += count
      } else {
        let ends = [Self.bounds(ofKey: 8 * (group - 1) + 1), Self.bounds(ofKey: 8 * group)]
        let (low, high) = group == 0 ? Self.bounds(ofKey: 0) : (ends[0].0, ends[1].1)
        bars.append(key < 0 ? Bar(low: -high, high: -low, count: count) : Bar(low: low, high: high, count: count))
        last = signed
      }
    }
    return bars
  }
}
