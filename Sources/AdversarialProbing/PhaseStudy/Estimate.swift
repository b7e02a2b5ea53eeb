import GinghamSignals
import GinghamTensors

/// A mean over pictures with the interval that holds 95 % of its bootstrap resamples (percentiles; Efron 1979).
public struct Estimate: Hashable, Sendable, Encodable {
  /// Over the pictures.
  public var mean: Double
  /// Where 95 % of bootstrap resamples begin.
  public var lower: Double
  /// Where 95 % of bootstrap resamples end.
  public var upper: Double
  /// Pictures.
  public var count: Int

  /// `nil` without values. One value has itself as its interval.
  public init?(_ values: [Double], seed: UInt64 = 0, resamples: Int = 2000) {
    guard !values.isEmpty else { return nil }
    count = values.count
    mean = values.mean
    var random = SeededGenerator(seed: seed, name: "bootstrap")
    let means = (0..<resamples).map { _ in
      (0..<values.count).reduce(0.0) { sum, _ in sum + values[random.integer(in: 0...(values.count - 1))] }
        / Double(values.count)
    }.sorted()
    lower = means[resamples * 25 / 1000]
    upper = means[resamples * 975 / 1000]
  }

  /// The interval with both ends through a rising function.
  func mapped(_ transform: (Double) -> Double) -> Estimate {
    var copy = self
    (copy.mean, copy.lower, copy.upper) = (transform(mean), transform(lower), transform(upper))
    return copy
  }
}
