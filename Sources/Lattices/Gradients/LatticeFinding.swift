/// What a gradient shows on the lattice of its network, measured or predicted.
public struct LatticeFinding: Hashable, Sendable, Encodable {
  /// What repeats with one period and none of its divisors.
  public struct Band: Hashable, Sendable, Encodable {
    /// In pixels of the map that was measured.
    public var period: Int
    /// Σ over the band's frequencies of |Ê(m)/Ê(0)|².
    public var cv2: Double
    /// ``cv2`` less what an even gradient of this size would give; may fall below 0. Equal to ``cv2`` in predictions.
    public var cv2Corrected: Double
    /// Of ``cv2`` under evenness; 0 in predictions.
    public var standardError: Double
    /// What the architecture alone implies, where that was asked for.
    public var predicted: Double?
    /// Measured (corrected) over predicted: above 1 the weights amplify the lattice, below 1 they compensate it.
    /// `nil` where nothing is predicted for the band.
    public var ratio: Double?
    /// The layer that brings this band in.
    public var layer: String?
    /// Whether a grid shows.
    public var verdict: Verdict
  }

  /// A period that no layer can cause, for comparison.
  public struct Control: Hashable, Sendable, Encodable {
    /// In pixels.
    public var period: Int
    /// Squared coefficient of variation of the phases' energies.
    public var cv2: Double
    /// Less what chance gives.
    public var cv2Corrected: Double
  }

  /// The side S of the lattice.
  public var period: Int
  /// Squared coefficient of variation of the phases' energies.
  public var cv2: Double
  /// Less what chance gives; below zero where chance would give more.
  public var cv2Corrected: Double
  /// Strongest over weakest phase; `nil` (null) where a phase is dead.
  public var maxMin: Double?
  /// Share of the phases without energy, in 0…1.
  public var deadShare: Double
  /// As many even phases would be as uneven: 1/Σ share².
  public var effectivePhases: Double
  /// Share of the energy on the strongest phase, in 0…1.
  public var topPhaseShare: Double
  /// CV²/(S² − 1).
  public var index: Double
  /// One a period, in ascending order.
  public var bands: [Band]
  /// Periods that no layer causes.
  public var controls: [Control]
  /// Inputs pooled; 0 in predictions.
  public var inputs: Int

  /// Whether a grid shows.
  public var verdict: Verdict {
    bands.contains { $0.verdict == .artifact }
      ? .artifact : bands.contains { $0.verdict == .nothing } ? .nothing : .clean
  }

  private enum CodingKeys: String, CodingKey {
    case period, cv2, bands, controls, inputs, cv2Corrected, maxMin, deadShare, effectivePhases, topPhaseShare
    case index = "unevenness_index"
  }
}

extension LatticeFinding {
  /// Every key is always there: where a phase is dead, `max_min` is null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(period, forKey: .period)
    try container.encode(cv2, forKey: .cv2)
    try container.encode(cv2Corrected, forKey: .cv2Corrected)
    try container.encode(maxMin, forKey: .maxMin)
    try container.encode(deadShare, forKey: .deadShare)
    try container.encode(effectivePhases, forKey: .effectivePhases)
    try container.encode(topPhaseShare, forKey: .topPhaseShare)
    try container.encode(index, forKey: .index)
    try container.encode(bands, forKey: .bands)
    try container.encode(controls, forKey: .controls)
    try container.encode(inputs, forKey: .inputs)
  }

  package init(
    _ unevenness: Unevenness, lattice: Lattice, bias: Double, bands: [Band], controls: [Control], inputs: Int
  ) {
    period = lattice.period
    cv2 = unevenness.cv2
    cv2Corrected = unevenness.cv2 - bias
    maxMin = unevenness.maxMin
    deadShare = unevenness.deadShare
    effectivePhases = unevenness.effectivePhases
    topPhaseShare = unevenness.topPhaseShare
    index = unevenness.index
    self.bands = bands
    self.controls = controls
    self.inputs = inputs
  }

  /// The finding of exactly known phase energies, such as a prediction's: nothing is sampled, so nothing corrected.
  public init(
    exact table: PhaseTable, layers: [Int: String] = [:], thresholds: LatticeThresholds = LatticeThresholds()
  ) {
    let unevenness = Unevenness(of: table)
    self.init(
      unevenness, lattice: table.lattice, bias: 0,
      bands: table.lattice.bandPeriods.map { period in
        let cv2 = unevenness.bands[period] ?? 0
        return Band(
          period: period, cv2: cv2, cv2Corrected: cv2, standardError: 0, predicted: nil, ratio: nil,
          layer: layers[period], verdict: cv2 > thresholds.gradientUnevenness ? .artifact : .clean)
      },
      controls: [], inputs: 0)
  }
}

extension LatticeFinding {
  /// The finding of a lattice whose energies are the products of one axis' with themselves.
  public init(exactAxis line: [Double], thresholds: LatticeThresholds = LatticeThresholds()) {
    let lattice = Lattice(unchecked: line.count)
    let energies: [Double] = line.isEmpty ? [1] : line.flatMap { row -> [Double] in line.map { row * $0 } }
    self.init(exact: PhaseTable(lattice: lattice, values: energies), thresholds: thresholds)
  }
}
