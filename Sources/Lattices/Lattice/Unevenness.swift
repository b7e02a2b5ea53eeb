/// How unevenly power lies on the phases of a lattice: the measure for gradients, whose sign varies.
///
/// For separable energies the axes multiply: 1 + CV² = (1 + CV²_y)(1 + CV²_x), so that a stripe pattern of one axis
/// becomes a squared pattern of two.
public struct Unevenness: Hashable, Sendable {
  /// Var_p(E_p)/Mean_p(E_p)², in 0…S²−1.
  public let cv2: Double
  /// S²/(1 + CV²): as many equally strong phases would give this unevenness.
  public let effectivePhases: Double
  /// CV²/(S² − 1): 0 even, 1 a single live phase.
  public let index: Double
  /// Strongest over weakest phase; `nil` where a phase is dead.
  public let maxMin: Double?
  /// Share of all power on the strongest phase; 1/S² where even.
  public let topPhaseShare: Double
  /// Share of phases below 10⁻¹² of the strongest.
  public let deadShare: Double
  /// CV² of each band, by exact period: Σ |Ê(m)/Ê(0)|². They sum to ``cv2``.
  public let bands: [Int: Double]

  /// Of the mean energies E_p ≥ 0 of a lattice. All zeros count as even.
  public init(of energies: PhaseTable) {
    let mean = energies.mean
    let phases = Double(energies.values.count)
    let bandPeriods = energies.lattice.bandPeriods
    guard mean > 0, let strongest = energies.values.max(), let weakest = energies.values.min() else {
      cv2 = 0
      effectivePhases = phases
      index = 0
      maxMin = 1
      topPhaseShare = 1 / phases
      deadShare = 0
      bands = Dictionary(uniqueKeysWithValues: bandPeriods.map { ($0, 0) })
      return
    }
    let dead = energies.values.count { $0 < 1e-12 * strongest }
    cv2 = energies.variance / (mean * mean)
    effectivePhases = phases / (1 + cv2)
    index = phases > 1 ? cv2 / (phases - 1) : 0
    maxMin = dead == 0 ? strongest / weakest : nil
    topPhaseShare = strongest / (mean * phases)
    deadShare = Double(dead) / phases
    bands = energies.bands.mapValues { $0 / (mean * mean) }
  }
}
