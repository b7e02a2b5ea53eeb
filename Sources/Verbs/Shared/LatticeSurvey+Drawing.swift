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
    let lattice = pool.lattice
    let period = lattice.lattice.period
    let pictures = pool.count == 1 ? "" : ", \(pool.count) pictures"
    let (title, bands) = ("Spectrum of the gradient's energy\(pictures)", lattice.lattice.bandPeriods)
    let spectrum =
      lattice.lattice.isLine
      ? try LineSpectrumPlot.plot(title, power: pool.totalPower, rate: nil, periods: bands).figure()
      : try SpectrumPlot(title, power: pool.meanPower, periods: bands).figure()
    try folder.write(prefix + "spectrum.png", figure: spectrum)

    let measured = Self.relative(lattice.phases)
    let expected = try expectedPhases(forMapsOf: pool.shape, on: lattice).map(Self.relative)
    let largest = (measured.values + (expected?.values ?? [])).max() ?? 1
    func plot(_ title: String, _ table: PhaseTable) throws -> Figure {
      try MatrixPlot(
        title, values: Tensor([table.lattice.rows, period], table.values.map(Float.init)),
        range: 0...max(largest, 1e-6),
        barLabel: "energy (1 = mean of all phases)", x: Axis("column mod \(period) (px)"),
        y: Axis("row mod \(period) (px)"), side: 260
      ).figure()
    }
    var tiles = [try plot("Measured energy of each phase\(pictures)", measured)]
    if let expected { tiles.append(try plot("Predicted from the architecture", expected)) }
    let phases = try Figure.row(tiles)
    try folder.write(prefix + "phases.png", figure: phases)
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
        .init(map.picture, label: "phases of \(side) px made equal"),
      ], columns: 2, side: 300)
    try folder.write(prefix + "even.png", figure: sheet.figure())
  }
}
