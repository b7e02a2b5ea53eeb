import GinghamTensors

/// Measures gradients on the lattice of a network's cumulative strides, and on control periods beside it.
public struct GradientLattice: Sendable, Codable {
  /// What is looked for.
  public let lattice: Lattice
  /// What counts as an artifact or a fault.
  public let thresholds: LatticeThresholds
  /// Pixels left out on every side before phases are taken: a multiple of the period, so that phases keep their names.
  public let border: Int
  private var energies: PhaseEnergies
  private var controls: [PhaseEnergies]

  /// - Parameters:
  ///   - period: the lattice's side, usually the largest cumulative stride.
  ///   - isLine: whether gradients have a single row, as those of signals.
  ///   - border: pixels to leave out on every side, rounded up to a multiple of the period; the effect of zero padding
  ///     is strongest there.
  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/badArgument(_:)`` for a negative border.
  public init(
    period: Int, isLine: Bool = false, border: Int = 0, thresholds: LatticeThresholds = LatticeThresholds()
  ) throws {
    guard border >= 0, border < 1 << 24 else {
      throw ArtifactError.badArgument("a border of \(border) pixels cannot be left out")
    }
    lattice = try Lattice(period: period, isLine: isLine)
    self.thresholds = thresholds
    self.border = (border + period - 1) / period * period
    energies = PhaseEnergies(lattice: lattice)
    controls = try Lattice.controls(for: [period]).map {
      PhaseEnergies(lattice: try Lattice(period: $0, isLine: isLine))
    }
  }

  /// One period on every side where at least two remain, else none: the default of the command line.
  public static func usualBorder(period: Int, height: Int, width: Int) -> Int {
    Plane.side(height: height, width: width) >= 4 * period ? period : 0
  }

  /// Adds the gradients of a batch: N×C×H×W, C×H×W or H×W. Inputs may differ in size.
  ///
  /// - Throws: ``ArtifactError/wrongRank(_:)``, ``ArtifactError/notFinite(what:)`` and
  ///   ``ArtifactError/tooSmall(height:width:needed:why:)`` where less than one period would be left.
  public mutating func add(_ gradients: Tensor) throws {
    for energy in try Plane.energies(of: gradients) { try add(energy: energy) }
  }

  /// Adds the energy map Σ_c g² of one input.
  public mutating func add(energy: Plane) throws {
    let energy = try interior(of: energy)
    try energies.add(energy: energy)
    for index in controls.indices
    where controls[index].lattice.period * 2 <= energy.side {
      try controls[index].add(energy: energy)
    }
  }

  /// Adds what another one has gathered on the same lattice and behind the same border (``LatticePool``).
  mutating func add(_ other: GradientLattice) {
    energies.add(other.energies)
    for index in controls.indices { controls[index].add(other.controls[index]) }
  }

  /// Without the border.
  package func interior(of map: Plane) throws -> Plane {
    let needed = 2 * border + lattice.period
    guard let interior = map.trimmed(by: border), interior.side >= lattice.period else {
      throw ArtifactError.tooSmall(
        height: map.height, width: map.width, needed: needed, why: "for one lattice of period \(lattice.period)")
    }
    return interior
  }

  /// Gradients so far.
  public var inputCount: Int { energies.inputCount }

  /// Mean energy of each phase over everything added.
  public var phases: PhaseTable { energies.table }

  /// What has been added so far.
  ///
  /// - Parameters:
  ///   - prediction: the variance map the architecture implies for the same pixels; the same border is left out.
  ///   - layers: the layer that brings in the band of each period.
  /// - Throws: ``ArtifactError/noMaps`` before anything was added.
  public func finding(prediction: Plane? = nil, layers: [Int: String] = [:]) throws -> LatticeFinding {
    guard inputCount > 0 else { throw ArtifactError.noMaps }
    let predicted = try prediction.map {
      Unevenness(of: try PhaseTable(means: interior(of: $0), lattice: lattice))
    }
    let unevenness = energies.unevenness
    let hasEnergy = energies.table.mean > 0
    let bands = lattice.bandPeriods.map { period in
      let cv2 = unevenness.bands[period] ?? 0
      let corrected = cv2 - energies.bias(ofBand: period)
      let error = energies.standardError(ofBand: period)
      let expected = predicted?.bands[period]
      let isArtifact = corrected > max(thresholds.gradientUnevenness, thresholds.standardErrors * error)
      return LatticeFinding.Band(
        period: period, cv2: cv2, cv2Corrected: corrected, standardError: error, predicted: expected,
        ratio: expected.flatMap { $0 > 1e-12 ? corrected / $0 : nil }, layer: layers[period],
        verdict: !hasEnergy ? .nothing : isArtifact ? .artifact : .clean)
    }
    return LatticeFinding(
      unevenness, lattice: lattice, bias: energies.bias, bands: bands,
      controls: controls.filter { $0.inputCount > 0 }.map {
        let cv2 = $0.unevenness.cv2
        return .init(period: $0.lattice.period, cv2: cv2, cv2Corrected: cv2 - $0.bias)
      },
      inputs: inputCount)
  }
}
