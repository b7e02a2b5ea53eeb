/// How numbers of many pictures are spread.
public struct Quantiles: Encodable, Sendable {
  /// The smallest.
  public var least: Double
  /// A twentieth lies below.
  public var low: Double
  /// A half lies below.
  public var median: Double
  /// A twentieth lies above.
  public var high: Double
  /// The largest.
  public var largest: Double

  /// Between neighbours by proportion.
  ///
  /// - Parameter numbers: at least one.
  init(of numbers: [Double]) {
    let sorted = numbers.sorted()
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let (below, above) = (sorted[Int(place)], sorted[min(Int(place) + 1, sorted.count - 1)])
      return below + (above - below) * (place - place.rounded(.down))
    }
    (least, low, median) = (quantile(0), quantile(0.05), quantile(0.5))
    (high, largest) = (quantile(0.95), quantile(1))
  }

  private enum CodingKeys: String, CodingKey {
    case median
    case least = "min"
    case low = "p5"
    case high = "p95"
    case largest = "max"
  }
}
