import GinghamLattices

/// How unevenly a generator's positions are painted when all weights are alike, as files hold it. Trained weights decide
/// what is painted, so a net that has some gets counts and no verdict.
struct OverlapCounts: Encodable {
  struct Band: Encodable {
    let period: Int
    let cv2: Double
    let layer: String?
    /// `nil` where counts do not tell.
    let verdict: Verdict?
  }

  let period: Int
  let cv2: Double
  /// Strongest over weakest phase; null where one is dead.
  let maxMin: Double?
  let deadShare: Double
  let bands: [Band]

  init(_ lattice: LatticeFinding, judged: Bool) {
    (period, cv2, maxMin, deadShare) = (lattice.period, lattice.cv2, lattice.maxMin, lattice.deadShare)
    bands = lattice.bands.map {
      Band(period: $0.period, cv2: $0.cv2, layer: $0.layer, verdict: judged ? $0.verdict : nil)
    }
  }

  private enum CodingKeys: String, CodingKey { case period, cv2, maxMin, deadShare, bands }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(period, forKey: .period)
    try container.encode(cv2, forKey: .cv2)
    try container.encode(maxMin, forKey: .maxMin)
    try container.encode(deadShare, forKey: .deadShare)
    try container.encode(bands, forKey: .bands)
  }
}
