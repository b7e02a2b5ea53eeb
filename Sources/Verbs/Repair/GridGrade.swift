import GinghamLattices

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How much of a grid a measurement shows, band by band: what repairs are told apart by.
struct GridGrade {
  /// Of a band that shows, what it is and how strong.
  struct Band {
    let verdict: SetVerdict
    /// Share of fine detail that is not in the band's surroundings as well, or bias-corrected CV²; of faint bands the
    /// share that all have alike.
    let strength: Double
  }

  /// By period; clean ones are left out.
  let bands: [Int: Band]

  init(_ measured: RepairMeasurement) {
    var bands: [Int: Band] = [:]
    if let pictures = measured.pictures {
      for band in pictures.bands {
        switch SetVerdict(period: band.period, pooled: pictures, locked: measured.locked) {
        case .artifact: bands[band.period] = Band(verdict: .artifact, strength: Self.excess(of: band))
        case .faint:
          let shared = measured.locked?.bands.first { $0.period == band.period }?.share ?? 0
          bands[band.period] = Band(verdict: .faint, strength: shared)
        case .clean: break
        }
      }
    }
    for band in measured.gradients?.bands ?? [] where band.verdict == .artifact {
      bands[band.period] = Band(verdict: .artifact, strength: band.cv2Corrected)
    }
    self.bands = bands
  }

  /// Of its share, what its clearest frequency has above its surroundings.
  private static func excess(of band: PictureLatticeFinding.Band) -> Double {
    guard let decibels = band.peakDecibels else { return max(0, band.share - band.null) }
    return band.share * max(0, 1 - pow(10, -decibels / 10))
  }

  var isClean: Bool { bands.isEmpty }

  /// What is left of the steps by which verdicts may fall, artifact, faint, clean: two for a band that shows as before and
  /// one that is as faint as before, as much less as it is weaker, and one for a band that became faint.
  func steps(since start: GridGrade) -> Double {
    bands.reduce(0) { sum, entry in
      let (period, band) = entry
      guard let old = start.bands[period] else { return sum + (band.verdict == .artifact ? 2 : 1) }
      let left = old.strength > 0 ? min(1, band.strength / old.strength) : 1
      switch (old.verdict, band.verdict) {
      case (.artifact, .artifact): return sum + 2 * left
      case (_, .artifact): return sum + 2
      case (.artifact, _): return sum + 1
      default: return sum + left
      }
    }
  }

  /// Whether some band shows that did not, or shows where it was faint.
  func isWorse(than other: GridGrade) -> Bool {
    bands.contains { period, band in
      switch (other.bands[period]?.verdict, band.verdict) {
      case (nil, _), (.clean, _), (.faint, .artifact): true
      case (.artifact, _), (.faint, _): false
      }
    }
  }

  /// What a band must lose at least to count as smaller.
  static let leastGain = 0.2

  /// No band is worse, and some band's verdict falls or a fifth of it is gone.
  func improves(on other: GridGrade) -> Bool {
    guard !isWorse(than: other) else { return false }
    return other.bands.contains { period, old in
      guard let band = bands[period] else { return true }
      return band.verdict != old.verdict || band.strength <= (1 - Self.leastGain) * old.strength
    }
  }
}
