import GinghamLattices

/// How much of a grid a measurement shows, band by band: what repairs are told apart by.
struct GridGrade {
  /// Of a band that shows, what it is and how strong.
  struct Band {
    let verdict: SetVerdict
    /// Share of fine detail above chance, or bias-corrected CV²; of faint bands the share that all have alike.
    let strength: Double
  }

  /// By period; clean ones are left out.
  let bands: [Int: Band]

  init(_ measured: RepairMeasurement) {
    var bands: [Int: Band] = [:]
    if let pictures = measured.pictures {
      for band in pictures.bands {
        switch SetVerdict(period: band.period, pooled: pictures, locked: measured.locked) {
        case .artifact: bands[band.period] = Band(verdict: .artifact, strength: band.share - band.null)
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

  var isClean: Bool { bands.isEmpty }

  /// Bands that single pictures or gradients show, and those too faint for that.
  private var counts: (artifacts: Int, faint: Int) {
    (bands.values.count { $0.verdict == .artifact }, bands.values.count { $0.verdict == .faint })
  }

  private var strength: Double { bands.values.reduce(0) { $0 + $1.strength } }

  /// Whether some band shows that did not, or shows where it was faint.
  func isWorse(than other: GridGrade) -> Bool {
    bands.contains { period, band in
      switch (other.bands[period]?.verdict, band.verdict) {
      case (nil, _), (.clean, _), (.faint, .artifact): true
      case (.artifact, _), (.faint, _): false
      }
    }
  }

  /// What a grid must lose at least to count as smaller.
  static let leastGain = 0.2

  /// Fewer bands show, or as many with a fifth less in them, and none is worse.
  func improves(on other: GridGrade) -> Bool {
    guard !isWorse(than: other) else { return false }
    let (own, old) = (counts, other.counts)
    if own != old { return own < old }
    return !isClean && strength <= (1 - Self.leastGain) * other.strength
  }

  /// Whether it is the better of two that both improve on a third.
  func isBetter(than other: GridGrade) -> Bool {
    let (own, old) = (counts, other.counts)
    return own == old ? strength < other.strength : own < old
  }
}
