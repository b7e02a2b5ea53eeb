import GinghamFeatureVisualization
import GinghamLattices
import GinghamReporting
import GinghamSignals

/// Objectives × mitigations × seeds, as numbers: what each mitigation costs in activation and buys in artifacts.
public struct Comparison: RunFindings {
  /// `comparison.json`, in the run's folder.
  public static let fileName = "comparison.json"

  /// One picture: an objective under a mitigation, from one seed.
  public struct Run: Encodable, Sendable {
    /// As it was asked for.
    public var objective: String
    /// The name of its recipe: ``CompareSettings/Mitigation/name``.
    public var mitigation: String
    /// From which the picture was made.
    public var seed: Int
    /// Activation of the finished picture, and its artifacts.
    public var image: VisualizationFindings.Image
    /// Relative to the first mitigation's mean for the same objective.
    public var relativeActivation: Double?
    /// Wall clock; `nil` in files.
    public var seconds: Double?
    /// Of the recipe. Fewer were taken where ``stoppedAt`` is known.
    public var steps: Int
    /// The step at which the objective left the finite numbers; `nil`: it did not.
    public var stoppedAt: Int?
    /// Relative to the report.
    public var file: String
    /// What the user should know of the picture.
    public var warnings: [VisualizationWarning]

    private enum CodingKeys: String, CodingKey {
      case objective, mitigation, seed, seconds, steps, stoppedAt, file, warnings
      case relativeActivation = "activation_relative"
    }

    /// What the picture shows stands beside the rest.
    public func encode(to encoder: any Encoder) throws {
      try image.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(objective, forKey: .objective)
      try container.encode(mitigation, forKey: .mitigation)
      try container.encode(seed, forKey: .seed)
      try container.encode(relativeActivation, forKey: .relativeActivation)
      try container.encodeIfPresent(seconds, forKey: .seconds)
      try container.encode(steps, forKey: .steps)
      try container.encodeIfPresent(stoppedAt, forKey: .stoppedAt)
      try container.encode(file, forKey: .file)
      try container.encode(warnings, forKey: .warnings)
    }
  }

  /// One mitigation over all objectives, each by its mean over seeds, or over the seeds of one objective: pictures of
  /// one objective resemble each other, so that deviations are between objectives.
  public struct Summary: Encodable, Sendable {
    /// The name of its recipe: ``CompareSettings/Mitigation/name``.
    public var mitigation: String
    /// `nil`: all.
    public var objective: String?
    /// Pictures that the figures are over.
    public var runs: Int
    /// Of the objective at the finished pictures, in its own units.
    public var activation: Spread
    /// Over the first mitigation's mean for the same objective: 1 is as strong.
    public var relativeActivation: Spread
    /// Of the narrowest thing that repeats anywhere, on the lattice or off it, in dB: see `LocalLines`.
    public var lines: Spread
    /// Of the shares of pixels at either end of the range.
    public var saturation: Spread
    /// Of ``PictureMeasures/latticeShare``: share of fine detail on the lattice's bands, less that of white noise. What
    /// recipes that price just these frequencies leave beside them is not in it.
    public var lattice: Spread
    /// Of the CV² of the gradient at the finished pictures, corrected for chance.
    public var gradientLattice: Spread
    /// Of the mean |difference| of neighbours, pixels in 0…1, summed over channels and both axes.
    public var totalVariation: Spread
    /// Of the radial spectra from the best 1/f² law, in dB.
    public var spectrumDistance: Spread
    /// Wall clock of a picture; nothing is known of it in files.
    public var seconds: Spread
    /// Share of the runs whose picture shows an artifact by itself.
    public var artifactShare: Double
    /// What all the pictures show together.
    public var bands: [PooledBand]

    private enum Keys: String, CodingKey {
      case mitigation, objective, runs, artifactShare, bands
      case activationMean, latticeMean, totalVariationMean, secondsMean
      case activationDeviation = "activation_sd"
      case relativeMean = "activation_relative_mean"
      case relativeDeviation = "activation_relative_sd"
      case latticeDeviation = "lattice_sd"
      case gradientMean = "gradient_lattice_mean"
      case gradientDeviation = "gradient_lattice_sd"
      case linesMean = "narrow_line_db_mean"
      case linesDeviation = "narrow_line_db_sd"
      case saturationMean
      case distanceMean = "spectrum_distance_db_mean"
    }

    /// Means and deviations side by side; null where they are not known.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(mitigation, forKey: .mitigation)
      try container.encodeIfPresent(objective, forKey: .objective)
      try container.encode(runs, forKey: .runs)
      try container.encode(activation.mean, forKey: .activationMean)
      try container.encode(activation.deviation, forKey: .activationDeviation)
      try container.encode(relativeActivation.mean, forKey: .relativeMean)
      try container.encode(relativeActivation.deviation, forKey: .relativeDeviation)
      try container.encode(lines.mean, forKey: .linesMean)
      try container.encode(lines.deviation, forKey: .linesDeviation)
      try container.encode(saturation.mean, forKey: .saturationMean)
      try container.encode(lattice.mean, forKey: .latticeMean)
      try container.encode(lattice.deviation, forKey: .latticeDeviation)
      try container.encode(gradientLattice.mean, forKey: .gradientMean)
      try container.encode(gradientLattice.deviation, forKey: .gradientDeviation)
      try container.encode(totalVariation.mean, forKey: .totalVariationMean)
      try container.encode(spectrumDistance.mean, forKey: .distanceMean)
      try container.encodeIfPresent(seconds.mean, forKey: .secondsMean)
      try container.encode(artifactShare, forKey: .artifactShare)
      try container.encode(bands, forKey: .bands)
    }
  }

  /// How the table is sorted.
  public enum Order: String, Encodable, Sendable, CaseIterable {
    /// The cleanest first: by the mean of the places that a mitigation has by its narrowest lines and by its saturation.
    case clean
    /// The strongest first.
    case activation
    /// The least on the lattice first, which some presets are taught.
    case lattice
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// Of one objective; several are joined by a comma.
  public var objective: String
  /// In the order in which they were asked for.
  public var objectives: [String]
  /// Sides of the lattices of the objectives' gradients, in pixels, each once.
  public var latticePeriods: [Int]
  /// By objective, then mitigation, then seed.
  public var runs: [Run]
  /// Over everything, a mitigation.
  public var summary: [Summary]
  /// For each objective, mitigations in the order in which they were asked for.
  public var byObjective: [Summary]
  /// What the numbers say, in three sentences.
  public var note: String

  private enum CodingKeys: String, CodingKey {
    case model, objective, objectives, latticePeriods, runs, summary, note
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
    note = Self.note(all, byObjective: byObjective)
    let places = Self.places(all)
    summary = all.sorted { left, right in
      switch order {
      case .activation: (left.relativeActivation.mean ?? 0) > (right.relativeActivation.mean ?? 0)
      case .lattice: (left.lattice.mean ?? 0) < (right.lattice.mean ?? 0)
      case .clean: (places[left.mitigation] ?? 0) < (places[right.mitigation] ?? 0)
      }
    }
  }
}

extension Comparison {
  /// The mean of two places each, from 0, equal figures sharing theirs; by lines in steps of a tenth of a decibel, and by
  /// saturation in steps of a tenth of a percent.
  static func places(_ summaries: [Summary]) -> [String: Double] {
    func ranks(_ figure: (Summary) -> Double?) -> [Double] {
      let values = summaries.map { figure($0).map { ($0).rounded() } ?? .infinity }
      return values.map { value in
        Double(values.count { $0 < value }) + Double(values.count { $0 == value } - 1) / 2
      }
    }
    let (lines, saturation) = (ranks { $0.lines.mean.map { 10 * $0 } }, ranks { $0.saturation.mean.map { 1000 * $0 } })
    return Dictionary(
      uniqueKeysWithValues: summaries.indices.map {
        (summaries[$0].mitigation, (lines[$0] + saturation[$0]) / 2)
      })
  }

  /// Without the seconds of pictures and summaries.
  public var timeless: Comparison {
    var copy = self
    for index in copy.runs.indices { copy.runs[index].seconds = nil }
    for index in copy.summary.indices { copy.summary[index].seconds = Spread([Double]()) }
    for index in copy.byObjective.indices { copy.byObjective[index].seconds = Spread([Double]()) }
    return copy
  }

  /// Wall-clock seconds of each mitigation, a run, for the manifest.
  var seconds: JSONValue {
    .object(
      Dictionary(
        uniqueKeysWithValues: summary.compactMap { item in
          item.seconds.mean.map { (item.mitigation, .number($0)) }
        }))
  }
}

extension Comparison.Summary {
  fileprivate init(_ mitigation: String, _ objective: String?, _ runs: [Comparison.Run]) {
    self.mitigation = mitigation
    self.objective = objective
    self.runs = runs.count
    func spread(_ figure: (Comparison.Run) -> Double?) -> Spread {
      guard objective == nil else { return Spread(runs.map(figure)) }
      let each = Dictionary(grouping: runs, by: \.objective)
      guard each.count > 1 else { return Spread(runs.map(figure)) }
      // In a fixed order, as sums of floating-point numbers depend on it.
      return Spread(each.sorted { $0.key < $1.key }.map { Spread($0.value.map(figure)).mean })
    }
    activation = spread { Double($0.image.activation) }
    relativeActivation = spread(\.relativeActivation)
    lines = spread(\.image.measures.lines?.decibels)
    saturation = spread(\.image.measures.saturatedShare)
    lattice = spread(\.image.measures.latticeShare)
    gradientLattice = spread { $0.image.measures.gradientLattice?.cv2Corrected }
    totalVariation = spread(\.image.measures.totalVariation)
    spectrumDistance = spread(\.image.measures.spectrumDistance)
    seconds = .init(runs.map(\.seconds))
    let artifacts = runs.filter { $0.image.measures.lattice?.verdict == .artifact }.count
    artifactShare = runs.isEmpty ? 0 : Double(artifacts) / Double(runs.count)
    bands = PooledBand.bands(
      of: runs.map { (group: $0.objective, finding: $0.image.measures.lattice) })
  }
}
