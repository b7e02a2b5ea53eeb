import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A grid that was resized, or turned, since it was painted; or one of a period that nobody asked for.
public struct MovedGrid: Hashable, Sendable, Codable {
  /// In pixels; need not be a whole number.
  public var period: Double
  /// Degrees by which its rows are turned against the picture's, counterclockwise as the picture is seen.
  public var turn: Double
  /// The period over the nearest power of two, which strides of generators multiply to: how far it was enlarged, in
  /// 0.71…1.41. A grid whose frequencies folded over when it was reduced looks enlarged.
  public var scale: Double
  /// How far the lattice's frequencies stand above their surroundings: Σ (min(ln P/S, 4) − μ)/√n over its n frequencies.
  public var score: Double
  /// Of a score as high in a photograph, all periods and angles together.
  public var chance: Double
  /// Whether such a grid shows.
  public var verdict: Verdict

  /// What cannot be told from unmoved, in parts of the period and in radians.
  var resolution: Double

  private enum CodingKeys: String, CodingKey {
    case period, turn, scale, score, chance, verdict, resolution
  }

  /// The resolution is nobody else's.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(period, forKey: .period)
    try container.encode(turn, forKey: .turn)
    try container.encode(scale, forKey: .scale)
    try container.encode(score, forKey: .score)
    try container.encode(chance, forKey: .chance)
    try container.encode(verdict, forKey: .verdict)
    if encoder.keepsAll { try container.encode(resolution, forKey: .resolution) }
  }

  /// Whether it lies on the pixels as it would if nobody had moved it.
  public var isUnmoved: Bool { isStraight && abs(period - period.rounded()) <= resolution * period }

  /// Whether it is not turned.
  public var isStraight: Bool { abs(turn) * .pi / 180 <= resolution }

  /// Whether all its frequencies are on the lattice of a whole period.
  func lies(onPeriod whole: Int) -> Bool {
    let repeats = Double(whole) / period
    return isStraight && repeats.rounded() >= 1 && abs(repeats - repeats.rounded()) <= resolution * repeats
  }
}

extension MovedGrid {
  /// The chance of a score in photographs, by `notebooks-scripts/moved_grids.py`: between its quantiles, and beyond the
  /// last, the logarithm is linear.
  static func chance(of score: Double) -> Double {
    guard score > quantiles[0].score else { return 1 }
    let index = quantiles.firstIndex { score <= $0.score } ?? quantiles.count
    let (low, high) =
      index < quantiles.count ? (quantiles[index - 1], quantiles[index]) : (quantiles[index - 4], quantiles[index - 1])
    let slope = (log(high.chance) - log(low.chance)) / (high.score - low.score)
    return exp(log(high.chance) + slope * (score - high.score))
  }

  /// The upper quantiles, of 200 crops of few photographs: what lies beyond the last is a guess, and 0 of 260 crops of others
  /// were called grids by it.
  private static let quantiles: [(score: Double, chance: Double)] = [
    (0.8, 1), (1.8, 0.5), (2.1, 0.2), (2.6, 0.1), (3.6, 0.05), (4.2, 0.02), (4.4, 0.01),
  ]
}
