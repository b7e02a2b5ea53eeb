import GinghamSignals

/// How two mitigations' pictures differ on the lattice, objective by objective. Seeds of one objective resemble each
/// other, so an objective's mean over its seeds counts once.
struct PairedDifference {
  /// Of the shares on the lattice.
  let mean: Double
  /// Those that both have.
  let objectives: Int
  /// Of a difference as large either way where there is none (Student's t), times the number of looks.
  let chance: Double

  /// Whether chance would do as much in less than one of twenty comparisons.
  var isShown: Bool { chance < 0.05 }

  /// `nil` below two objectives in common.
  ///
  /// - Parameter looks: comparisons that are made together (Bonferroni).
  init?(_ mitigation: String, _ base: String, in summaries: [Comparison.Summary], looks: Int) {
    func shares(_ name: String) -> [String: Double] {
      summaries.filter { $0.mitigation == name }.reduce(into: [:]) { found, item in
        if let objective = item.objective { found[objective] = item.lattice.mean }
      }
    }
    let others = shares(base)
    // In a fixed order, as sums of floating-point numbers depend on it.
    let differences = shares(mitigation).sorted { $0.key < $1.key }.compactMap { key, share in
      others[key].map { share - $0 }
    }
    let spread = Spread(differences)
    guard let mean = spread.mean, let deviation = spread.deviation else { return nil }
    self.mean = mean
    objectives = differences.count
    let square = deviation > 0 ? mean * mean * Double(objectives) / (deviation * deviation) : mean == 0 ? 0 : .infinity
    chance = min(1, Double(looks) * FDistribution.upperTailOfOne(square, denominator: objectives - 1))
  }
}
