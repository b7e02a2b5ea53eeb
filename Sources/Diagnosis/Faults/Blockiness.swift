import GinghamLattices

/// Steps across the lattice boundaries over steps elsewhere, along both axes: 1 where the lattice leaves no blocks
/// (Wang, Sheikh & Bovik 2002 for JPEG's period 8, here for any period).
public struct Blockiness: Hashable, Sendable {
  /// In pixels.
  public let period: Int
  /// Mean |f(x+1) − f(x)| with x + 1 ≡ offset (mod S) over the mean of all other steps, for each offset.
  public let byOffset: [Double]

  /// Blocks that begin at pixel 0: a boundary between S − 1 and S.
  public var atOrigin: Double { byOffset[0] }
  /// The offset whose boundaries stand out most.
  public var strongest: Double { byOffset.max() ?? 1 }

  /// A constant map has 1 everywhere; a map that changes at its boundaries only has infinity there.
  ///
  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/tooSmall(height:width:needed:why:)`` where a side
  ///   has not more than one period.
  public init(of map: Plane, period: Int) throws {
    try self.init(of: StepProfile(of: map), period: period)
  }

  /// Of a map's steps, which serve any number of periods.
  public init(of steps: StepProfile, period: Int) throws {
    let lattice = try Lattice(period: period)
    guard steps.height > period, steps.width > period else {
      throw ArtifactError.tooSmall(
        height: steps.height, width: steps.width, needed: period + 1, why: "for blocks of \(period)")
    }
    self.period = lattice.period
    var sums = [Double](repeating: 0, count: period)
    var counts = [Double](repeating: 0, count: period)
    for (line, length) in [(steps.down, steps.width), (steps.across, steps.height)] {
      for (position, step) in line.enumerated() {
        sums[(position + 1) % period] += step
        counts[(position + 1) % period] += Double(length)
      }
    }
    let (sum, count) = (sums.reduce(0, +), counts.reduce(0, +))
    byOffset = (0..<period).map { offset in
      let inside = sums[offset] / counts[offset]
      let elsewhere = max(0, sum - sums[offset]) / (count - counts[offset])
      if elsewhere > 1e-12 * sum / count { return inside / elsewhere }
      return inside > 0 ? .infinity : 1
    }
  }
}
