import GinghamImaging
import GinghamLattices
import GinghamReporting
import GinghamTensors

extension LatticeSurvey {
  /// Writes the spectrum of the maps' energy with the lattice frequencies ringed, and the energies of the lattice's
  /// phases beside the predicted ones.
  ///
  /// - Parameter prefix: a folder inside `folder`, with a slash at its end, or nothing.
  /// - Throws: ``ImageError``, ``ArtifactError``, ``FormatError``.
  func draw(_ pool: LatticePool, into folder: RunFolder, under prefix: String) throws {
    try Self.draw([("", self, pool)], into: folder, under: prefix)
  }

  /// The same of several states of a net side by side, on one scale.
  ///
  /// - Parameter states: with what is said of each; empty: nothing.
  /// - Throws: as ``draw(_:into:under:)``.
  static func draw(
    _ states: [(name: String, survey: LatticeSurvey, pool: LatticePool)], into folder: RunFolder,
    under prefix: String = ""
  ) throws {
    guard let first = states.first?.pool else { return }
    func title(_ text: String, _ name: String, _ pool: LatticePool) -> String {
      [text, pool.count == 1 ? "" : "\(pool.count) pictures", name].filter { !$0.isEmpty }.joined(separator: ", ")
    }
    let (spectrum, predicted) = ("Spectrum of the gradient's energy", "Predicted from the architecture")
    let bands = first.lattice.lattice.bandPeriods
    let spectra =
      first.lattice.lattice.isLine
      ? try LineSpectrumPlot.row(
        states.map { (title(spectrum, $0.name, $0.pool), $0.pool.totalPower) }, periods: bands)
      : try SpectrumPlot.row(
        states.map { SpectrumPlot(title(spectrum, $0.name, $0.pool), power: $0.pool.meanPower, periods: bands) })
    try folder.write(prefix + "spectrum.png", figure: spectra)

    var tables: [(title: String, table: PhaseTable)] = []
    for (name, survey, pool) in states {
      tables.append((title("Measured energy of each phase", name, pool), relative(pool.lattice.phases)))
      guard let expected = try survey.expectedPhases(forMapsOf: pool.shape, on: pool.lattice) else { continue }
      tables.append((name.isEmpty ? predicted : "\(predicted), \(name)", relative(expected)))
    }
    let largest = tables.flatMap(\.table.values).max() ?? 1
    let plots = try tables.map { title, table in
      try MatrixPlot(
        title, values: Tensor([table.lattice.rows, table.period], table.values.map(Float.init)),
        range: 0...max(largest, 1e-6),
        barLabel: "energy (1 = mean of all phases)", x: Axis("column mod \(table.period) (px)"),
        y: Axis("row mod \(table.period) (px)"), side: 260
      ).figure()
    }
    try folder.write(prefix + "phases.png", figure: .row(plots))
  }

  /// In units of the mean; zeros stay zeros.
  private static func relative(_ table: PhaseTable) -> PhaseTable {
    let mean = table.mean
    return PhaseTable(lattice: table.lattice, values: table.values.map { mean > 0 ? $0 / mean : 0 })
  }

  /// Magnitudes with all phases of the lattice equally strong.
  ///
  /// A grid in magnitudes is a factor, not a summand: what is subtracted from bright regions would appear in dark ones.
  ///
  /// - Returns: the map on the scale of what came in, and the lattice's side.
  func evened(_ magnitude: HeatMap) throws -> (map: HeatMap, period: Int) {
    let shape = magnitude.values.shape
    let side = min(period, max(2, Plane.side(height: shape[0], width: shape[1]) / 2))
    let energy = magnitude.values.scalars.map { Double($0) * Double($0) }
    let energies = try PhaseTable(
      means: Plane(height: shape[0], width: shape[1], values: energy),
      lattice: Lattice(period: side, isLine: shape[0] == 1))
    let even = PhaseEqualisation(energies: energies).applied(to: magnitude.values)
    return (try HeatMap(of: even.reshaped(to: Shape([1] + shape.dimensions)), reducing: .norm), side)
  }

  /// Writes magnitudes beside the same without their grid.
  func drawEvened(_ magnitude: HeatMap, into folder: RunFolder, under prefix: String) throws {
    let (map, side) = try evened(magnitude)
    let sheet = ContactSheet(
      tiles: [
        .init(magnitude.picture, label: "magnitude"),
        .init(map.onScale(of: magnitude).picture, label: "phases of \(side) px made equal"),
      ], columns: 2, side: 300)
    try folder.write(prefix + "even.png", figure: sheet.figure())
  }
}
