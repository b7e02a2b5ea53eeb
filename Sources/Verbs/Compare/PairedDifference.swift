import GinghamSignals

/// How two mitigations' pictures differ in a figure, objective by objective. Seeds of one objective resemble each
/// other, so an objective's mean over its seeds counts once.
struct PairedDifference {
  /// In the figure's units.
  let mean: Double
  /// Those that both have.
  let objectives: Int
  /// Of a difference as large either way where there is none (Student's t), times the number of looks.
  let chance: Double

  /// Whether chance would do as much in less than one of twenty comparisons.
  var isShown: Bool { chance < 0.05 }

  /// `nil` below two objectives in common.
  ///
  /// - Parameters:
  ///   - figure: `nil`: not known of that objective.
  ///   - looks: comparisons that are made together (Bonferroni).
  init?(
    _ mitigation: String, _ base: String, of figure: (Comparison.Summary) -> Double?,
    in summaries: [Comparison.Summary], looks: Int
  ) {
    func figures(_ name: String) -> [String: Double] {
      summaries.filter { $0.mitigation == name }.reduce(into: [:]) { found, item in
        if let objective = item.objective { found[objective] = figure(item) }
      }
    }
    let others = figures(base)
    // In a fixed order, as sums of floating-point numbers depend on it.
    let differences = figures(mitigation).sorted { $0.key < $1.key }.compactMap { key, value in
      others[key].map { value - $0 }
    }
    let spread = Spread(differences)
    guard let mean = spread.mean, let deviation = spread.deviation else { return nil }
    self.mean = mean
    objectives = differences.count
    let square = deviation > 0 ? mean * mean * Double(objectives) / (deviation * deviation) : mean == 0 ? 0 : .infinity
    chance = min(1, Double(looks) * FDistribution.upperTailOfOne(square, denominator: objectives - 1))
  }
}
