/// Mean and sample deviation of what is known.
public struct Spread: Hashable, Sendable {
  /// `nil` where nothing is known.
  public var mean: Double?
  /// √(Σ(x − mean)²/(n − 1)); `nil` below two values.
  public var deviation: Double?

  /// Values that are missing or not finite are left out.
  public init(_ values: [Double?]) {
    let known = values.compactMap { $0 }.filter(\.isFinite)
    guard !known.isEmpty else { return }
    let mean = known.reduce(0, +) / Double(known.count)
    self.mean = mean
    guard known.count > 1 else { return }
    let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / Double(known.count - 1)).squareRoot()
  }
}
