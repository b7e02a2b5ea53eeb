import Foundation
import GinghamDiagnosis
import GinghamImaging
import GinghamLattices
import GinghamReporting
import GinghamTensors

extension MeasuredSet {
  /// Writes `spectrum.png` with the lattice frequencies marked and `radial.png`, `cosine.png` where cosine spectra were
  /// computed.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func draw(into folder: RunFolder) throws {
    if let spectrum {
      let channels = spectrum.maps == 1 ? "one channel" : "\(spectrum.maps) channels"
      let title = "Mean power of \(channels), high-passed"
      let figure =
        spectrum.power.isLine
        ? try LineSpectrumPlot.plot(title, power: spectrum.power, rate: nil, periods: periods).figure()
        : try SpectrumPlot(title, power: spectrum.power.tensor, periods: periods).figure()
      try folder.write("spectrum.png", figure: figure)
    }
    if let radial = pooled.radial, !pooled.lattice.isConstant, spectrum?.power.isLine != true {
      try folder.write("radial.png", figure: Self.plot(radial, of: periods).figure())
    }
    if let cosine {
      let plot = MatrixPlot(
        "Cosine transform, mean of \(cosine.pictures) pictures", values: cosine.logMagnitude.tensor,
        barLabel: "ln |coefficient|",
        x: Axis("horizontal frequency (cycles/px)", range: 0...0.5, ticks: [0, 0.125, 0.25, 0.375, 0.5]),
        y: Axis(
          "vertical frequency (cycles/px)", range: 0...0.5, ticks: [0, 0.125, 0.25, 0.375, 0.5], isReversed: true))
      try folder.write("cosine.png", figure: plot.figure())
    }
  }

  private static func plot(_ radial: SpectrumFigures, of periods: [Int]) -> Plot {
    // The mean of the picture would squeeze everything else.
    let points = zip(radial.frequency, radial.value).dropFirst().filter { $0.1 > 0 }
    return Plot(
      "Radial power of the luma, mean of \(radial.pictures) at \(radial.height)×\(radial.width)",
      x: Axis("frequency (cycles/px)", range: 0...0.5), y: Axis("mean power (HW × squared map)", scale: .logarithmic),
      series: [Series("", x: points.map(\.0), y: points.map(\.1))],
      references: periods.filter { $0 <= 8 }.map { .vertical(at: 1 / Double($0), name: "1/\($0)") })
  }
}

extension MeasuredSounds {
  /// Writes `spectrum.png` with the tones of the lattices marked.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func draw(into folder: RunFolder) throws {
    guard let spectrum else { return }
    let pieces = spectrum.maps == 1 ? "one channel" : "\(spectrum.maps) channels and pieces"
    let plot = LineSpectrumPlot.plot(
      "Mean power of \(pieces), high-passed", power: spectrum.power, rate: pooled.rate, periods: periods)
    try folder.write("spectrum.png", figure: plot.figure())
  }
}

extension PhaseTable {
  /// Writes `phases.png`: the mean energy of each phase.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func drawEnergies(into folder: RunFolder) throws {
    let mean = mean
    let relative = values.map { Float(mean > 0 ? $0 / mean : 1) }
    let plot = MatrixPlot(
      "Energy of each phase, lattice of \(period)", values: Tensor([lattice.rows, period], relative),
      barLabel: "energy over the mean", x: Axis("column mod \(period) (px)"), y: Axis("row mod \(period) (px)"))
    try folder.write("phases.png", figure: plot.figure())
  }
}
