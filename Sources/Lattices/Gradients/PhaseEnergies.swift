import GinghamTensors

/// Energies of gradients by lattice phase, summed over channels and over as many inputs as are added.
///
/// Texture differs from input to input and averages out; the lattice is locked to pixel 0 and stays.
public struct PhaseEnergies: Sendable {
  /// What energies are folded onto.
  public let lattice: Lattice
  /// Σ over inputs of the mean energy of each phase.
  public private(set) var table: PhaseTable
  /// Σ over inputs of (mean within-phase variance of the energy)/(pixels a phase): the sampling variance of a phase.
  public private(set) var samplingVariance = 0.0
  /// Maps so far.
  public private(set) var inputCount = 0

  /// With the property of the same name.
  public init(lattice: Lattice) {
    self.lattice = lattice
    table = PhaseTable(lattice: lattice, values: [Double](repeating: 0, count: lattice.phaseCount))
  }

  /// Adds one input's energy map e = Σ_c g², whose pixel (0, 0) lies on phase (0, 0).
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` below one period a side.
  public mutating func add(energy: Plane) throws {
    let means = try PhaseTable(means: energy, lattice: lattice)
    let squares = try PhaseTable(means: energy.squared, lattice: lattice)
    for index in table.values.indices { table.values[index] += means.values[index] }
    let pixels = (energy.height / lattice.rows) * (energy.width / lattice.period)
    let within = zip(means.values, squares.values).reduce(0) { $0 + max(0, $1.1 - $1.0 * $1.0) }
    // With one pixel a phase nothing can be told apart from noise: the correction stays silent then.
    if pixels > 1 { samplingVariance += within / Double(means.values.count) / Double(pixels - 1) }
    inputCount += 1
  }

  /// Of the means so far.
  public var unevenness: Unevenness { Unevenness(of: table) }

  /// What a perfectly even gradient of this size and kurtosis would give on average for a frequency of the lattice:
  /// sampling variance/(mean²·S²), which summed over all S² − 1 frequencies is (K − 1)/n·(1 − 1/S²) for independent
  /// pixels of kurtosis K, n a phase.
  public var biasPerFrequency: Double {
    let mean = table.mean
    guard mean > 0 else { return 0 }
    return samplingVariance / (mean * mean) / Double(lattice.phaseCount)
  }

  /// Bias of the CV² of a whole lattice.
  public var bias: Double { biasPerFrequency * Double(lattice.phaseCount - 1) }

  /// Bias of the CV² of one band.
  public func bias(ofBand period: Int) -> Double {
    biasPerFrequency * Double(Lattice.bandSize(ofPeriod: period, isLine: lattice.isLine))
  }

  /// Standard error of a band's CV² if the gradient were even: frequencies come in mirror pairs, each exponential.
  public func standardError(ofBand period: Int) -> Double {
    biasPerFrequency * (2 * Double(Lattice.bandSize(ofPeriod: period, isLine: lattice.isLine))).squareRoot()
  }
}

extension Plane {
  /// Every value's square.
  package var squared: Plane { Plane(height: height, width: width, values: values.map { $0 * $0 }) }
}
