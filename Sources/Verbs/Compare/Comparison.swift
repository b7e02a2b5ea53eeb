import Foundation
import GinghamFeatureVisualization
import GinghamReporting

/// Objectives × mitigations × seeds, as numbers: what each mitigation costs in activation and buys in artifacts.
public struct Comparison: Encodable, Sendable {
  public struct Run: Encodable, Sendable {
    public var objective: String
    public var mitigation: String
    public var seed: Int
    public var image: VisualizationFindings.Image
    /// Relative to the first mitigation's mean for the same objective.
    public var relativeActivation: Double?
    public var seconds: Double
    public var steps: Int
    public var stoppedAt: Int?
    /// Relative to the report.
    public var file: String
    public var warnings: [String]

    private enum Keys: String, CodingKey {
      case objective, mitigation, seed, activation, seconds, steps, file, warnings, imageLattice, latticeShare,
        gradientLattice, totalVariation, spectrumSlope, stoppedAt
      case relativeActivation = "activation_relative"
      case spectrumDistance = "spectrum_distance_db"
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(objective, forKey: .objective)
      try container.encode(mitigation, forKey: .mitigation)
      try container.encode(seed, forKey: .seed)
      try container.encode(image.activation, forKey: .activation)
      try container.encode(relativeActivation, forKey: .relativeActivation)
      try container.encode(image.measures.lattice, forKey: .imageLattice)
      try container.encode(image.measures.latticeShare, forKey: .latticeShare)
      try container.encode(image.measures.gradientLattice, forKey: .gradientLattice)
      try container.encode(image.measures.totalVariation, forKey: .totalVariation)
      try container.encode(image.measures.spectrumSlope, forKey: .spectrumSlope)
      try container.encode(image.measures.spectrumDistance, forKey: .spectrumDistance)
      try container.encode(seconds, forKey: .seconds)
      try container.encode(steps, forKey: .steps)
      try container.encodeIfPresent(stoppedAt, forKey: .stoppedAt)
      try container.encode(file, forKey: .file)
      try container.encode(warnings, forKey: .warnings)
    }
  }

  /// Mean and sample deviation of what is known.
  public struct Spread: Hashable, Sendable {
    public var mean: Double?
    public var deviation: Double?

    init(_ values: [Double?]) {
      let known = values.compactMap { $0 }.filter(\.isFinite)
      guard !known.isEmpty else { return }
      let mean = known.reduce(0, +) / Double(known.count)
      self.mean = mean
      guard known.count > 1 else { return }
      let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      deviation = (squares / Double(known.count - 1)).squareRoot()
    }
  }

  /// One mitigation over all objectives and seeds, or over the seeds of one objective.
  public struct Summary: Encodable, Sendable {
    public var mitigation: String
    /// `nil`: all.
    public var objective: String?
    public var runs: Int
    public var activation: Spread
    public var relativeActivation: Spread
    public var lattice: Spread
    public var gradientLattice: Spread
    public var totalVariation: Spread
    public var spectrumDistance: Spread
    public var seconds: Spread
    /// Share of the runs whose picture shows an artifact by itself.
    public var artifactShare: Double
    /// What all the pictures show together.
    public var bands: [ComparisonBand]

    private enum Keys: String, CodingKey {
      case mitigation, objective, runs, bands, activationMean, latticeMean, secondsMean, artifactShare
      case activationDeviation = "activation_sd"
      case relativeMean = "activation_relative_mean"
      case relativeDeviation = "activation_relative_sd"
      case latticeDeviation = "lattice_sd"
      case gradientMean = "gradient_lattice_mean"
      case gradientDeviation = "gradient_lattice_sd"
      case variationMean = "total_variation_mean"
      case distanceMean = "spectrum_distance_db_mean"
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(mitigation, forKey: .mitigation)
      try container.encodeIfPresent(objective, forKey: .objective)
      try container.encode(runs, forKey: .runs)
      try container.encode(activation.mean, forKey: .activationMean)
      try container.encode(activation.deviation, forKey: .activationDeviation)
      try container.encode(relativeActivation.mean, forKey: .relativeMean)
      try container.encode(relativeActivation.deviation, forKey: .relativeDeviation)
      try container.encode(lattice.mean, forKey: .latticeMean)
      try container.encode(lattice.deviation, forKey: .latticeDeviation)
      try container.encode(gradientLattice.mean, forKey: .gradientMean)
      try container.encode(gradientLattice.deviation, forKey: .gradientDeviation)
      try container.encode(totalVariation.mean, forKey: .variationMean)
      try container.encode(spectrumDistance.mean, forKey: .distanceMean)
      try container.encode(seconds.mean, forKey: .secondsMean)
      try container.encode(artifactShare, forKey: .artifactShare)
      try container.encode(bands, forKey: .bands)
    }
  }

  public enum Order: String, Sendable, CaseIterable {
    case activation, lattice
  }

  public var model: String
  /// Of one objective; several are joined by a comma.
  public var objective: String
  public var objectives: [String]
  public var latticePeriods: [Int]
  public var runs: [Run]
  /// Over everything, a mitigation.
  public var summary: [Summary]
  public var byObjective: [Summary]
  /// What the numbers say, in three sentences.
  public var note: String

  private enum CodingKeys: String, CodingKey {
    case model, objective, objectives, runs, summary, note, latticePeriods
    case byObjective = "summary_by_objective"
  }

  init(model: String, objectives: [String], latticePeriods: [Int], runs: [Run], order: Order) {
    self.model = model
    self.objectives = objectives
    self.latticePeriods = latticePeriods
    objective = objectives.joined(separator: ", ")
    var seen: Set<String> = []
    let mitigations = runs.map(\.mitigation).filter { seen.insert($0).inserted }
    var runs = runs
    for objective in objectives {
      let base = Spread(
        runs.filter { $0.objective == objective && $0.mitigation == mitigations.first }
          .map { Double($0.image.activation) }
      ).mean
      for index in runs.indices where runs[index].objective == objective {
        runs[index].relativeActivation = base.flatMap { $0 != 0 ? Double(runs[index].image.activation) / $0 : nil }
      }
    }
    self.runs = runs
    let all = mitigations.map { name in Summary(name, nil, runs.filter { $0.mitigation == name }) }
    byObjective = objectives.flatMap { objective in
      mitigations.map { name in
        Summary(name, objective, runs.filter { $0.mitigation == name && $0.objective == objective })
      }
    }
    note = Self.note(all)
    summary = all.sorted { left, right in
      switch order {
      case .activation: (left.relativeActivation.mean ?? 0) > (right.relativeActivation.mean ?? 0)
      case .lattice: (left.lattice.mean ?? 0) < (right.lattice.mean ?? 0)
      }
    }
  }
}

extension Comparison.Summary {
  fileprivate init(_ mitigation: String, _ objective: String?, _ runs: [Comparison.Run]) {
    self.mitigation = mitigation
    self.objective = objective
    self.runs = runs.count
    activation = .init(runs.map { Double($0.image.activation) })
    relativeActivation = .init(runs.map(\.relativeActivation))
    lattice = .init(runs.map(\.image.measures.latticeShare))
    gradientLattice = .init(runs.map { $0.image.measures.gradientLattice?.cv2Corrected })
    totalVariation = .init(runs.map(\.image.measures.totalVariation))
    spectrumDistance = .init(runs.map(\.image.measures.spectrumDistance))
    seconds = .init(runs.map(\.seconds))
    let artifacts = runs.filter { $0.image.measures.lattice?.verdict == .artifact }.count
    artifactShare = runs.isEmpty ? 0 : Double(artifacts) / Double(runs.count)
    bands = ComparisonBand.bands(of: runs.map(\.image.measures.lattice))
  }

  /// By how many standard errors the mean lattice is above another's; 0 where that cannot be told.
  fileprivate func latticeErrors(above other: Self) -> Double {
    guard let mean = lattice.mean, let base = other.lattice.mean, let own = lattice.deviation,
      let others = other.lattice.deviation
    else { return 0 }
    let error = (own * own / Double(runs) + others * others / Double(other.runs)).squareRoot()
    return error > 0 ? (mean - base) / error : 0
  }
}

extension Comparison {
  /// The first mitigation as the one to beat, what beats it, and what one would not have expected.
  private static func note(_ summaries: [Summary]) -> String {
    guard let base = summaries.first, let baseLattice = base.lattice.mean else {
      return "The pictures are too small for the lattice of this network, so only activations are compared."
    }
    func percent(_ value: Double?) -> String { value.map { String(format: "%.2f %%", 100 * $0) } ?? "an unknown share" }
    func times(_ value: Double?) -> String { value.map { String(format: "%.2f×", $0) } ?? "an unknown multiple of" }
    let others = summaries.dropFirst().filter { $0.lattice.mean != nil }
    let first =
      "'\(base.mitigation)' leaves \(percent(baseLattice)) of its pictures' fine detail on the network's lattice beyond "
      + "what noise would (gradient CV² \(base.gradientLattice.mean.map { String(format: "%.3f", $0) } ?? "unknown")), "
      + "and together they show \(ComparisonBand.phrase(base.bands))."
    guard let cleanest = others.min(by: { ($0.lattice.mean ?? 0) < ($1.lattice.mean ?? 0) }),
      let strongest = others.max(by: { ($0.relativeActivation.mean ?? 0) < ($1.relativeActivation.mean ?? 0) })
    else { return first }
    let second =
      "The cleanest pictures come from '\(cleanest.mitigation)' (\(percent(cleanest.lattice.mean))) at "
      + "\(times(cleanest.relativeActivation.mean)) the activation of '\(base.mitigation)'; the most activation from "
      + "'\(strongest.mitigation)' (\(times(strongest.relativeActivation.mean)), \(percent(strongest.lattice.mean)))."
    return [first, second, surprise(base, Array(others), percent, times)].joined(separator: " ")
  }

  private static func surprise(
    _ base: Summary, _ others: [Summary], _ percent: (Double?) -> String, _ times: (Double?) -> String
  ) -> String {
    let both = others.filter {
      ($0.lattice.mean ?? 0) < (base.lattice.mean ?? 0) && ($0.relativeActivation.mean ?? 0) > 1
    }
    let worse = others.filter { $0.latticeErrors(above: base) > 2 }
    if let worst = worse.max(by: { ($0.lattice.mean ?? 0) < ($1.lattice.mean ?? 0) }) {
      return
        "Surprising: '\(worst.mitigation)' puts more on the lattice than no mitigation at all (\(percent(worst.lattice.mean)))"
        + (both.isEmpty ? "." : ", while \(names(both)) clean the picture and raise the activation at once.")
    }
    if !both.isEmpty {
      return
        "Surprising: \(names(both)) clean the picture and raise the activation at once, so there is no price to pay."
    }
    return "Every mitigation buys its clean pictures with activation; none is free."
  }

  private static func names(_ summaries: [Summary]) -> String {
    summaries.map { "'\($0.mitigation)'" }.joined(separator: ", ")
  }
}
