import Foundation
import GinghamAdversarialProbing
import GinghamImaging
import GinghamModels
import GinghamTensors

/// Figures of a probe.
struct ProbeDrawing {
  typealias Item = (name: String, figure: Figure, caption: String)

  let findings: ProbeFindings
  let model: Model
  let classCount: Int
  let clean: CleanProbe
  let records: [ProbeRecord]
  /// Of a Fourier heat map, frequency zero first.
  let fourierRates: Tensor?

  private var gradientPeriods: [Int] { clean.markedPeriods }

  /// - Throws: ``ImageError``.
  func figures() throws -> [Item] {
    try [curves()].compactMap { $0 } + sensitivityFigures() + [phaseFigure()].compactMap { $0 }
  }

  private func curves() throws -> Item? {
    let names = findings.attacks.reduce(into: [String]()) { if !$0.contains($1.name) { $0.append($1.name) } }
    let factor: Double = findings.norm == .linf ? 255 : 1
    let series = names.map { name in
      let points = findings.attacks.filter { $0.name == name && $0.epsilon > 0 }
      return Series(
        name, x: points.map { Double($0.epsilon) * factor }, y: points.map { 100 * $0.successWithin },
        style: points.first?.isBaseline == true ? .dashedLine : .lineWithPoints)
    }.sharingCurves
    guard series.contains(where: { $0.y.count > 1 }) else { return nil }
    let unit = findings.norm == .linf ? "L∞ budget ε (levels of 255)" : "L2 budget ε"
    let plot = Plot(
      "Pictures turned within a budget", x: Axis(unit, scale: .logarithmic),
      y: Axis("correctly classified pictures turned (%)", range: 0...100), series: series)
    return (
      "curves.png", try plot.figure(),
      "Share of the correctly classified pictures that an attack turns at this budget or a smaller one. Noise of the same "
        + "size is the dashed line: what lies above it is due to the gradient."
    )
  }

  private func sensitivityFigures() throws -> [Item] {
    var figures: [Item] = []
    guard clean.shares.pictureCount > 0 else { return [] }
    let spectrum = clean.spectrum
    figures.append(
      (
        "spectrum.png",
        try SpectrumPlot("Spectrum of the loss's gradient", power: spectrum.power, periods: gradientPeriods).figure(),
        "Power of the gradient (mean over channels and pictures) at each spatial frequency, from one backward pass a "
          + "picture. Rings: frequencies of the network's strides."
      ))
    figures.append(
      (
        "spectrum-magnitude.png",
        try SpectrumPlot(
          "Spectrum of the gradient's magnitude", power: spectrum.magnitudePower, periods: gradientPeriods
        ).figure(),
        "The same of the gradient's length at each pixel, whose sign does not cancel: here a checkerboard shows."
      ))
    if let rates = fourierRates, let fourier = findings.fourier {
      figures.append(
        (
          "fourier.png", try fourierPlot(rates, side: fourier.side).figure(),
          "Share of pictures that a single wave of this frequency turns, added with length "
            + String(format: "%.1f", fourier.length) + " in each channel (Yin et al. 2019)."
        ))
    }
    let shares = clean.shares.pixelShares
    let pixels = Float(shares.count)
    figures.append(
      (
        "sensitivity.png",
        try MatrixPlot(
          "Sensitivity by pixel", values: shares.map { ($0 * pixels).squareRoot() },
          range: 0...max(Double(shares.scalars.map { ($0 * pixels).squareRoot() }.percentile(99.5)), 1e-30),
          barLabel: "‖g‖ at the pixel ÷ root mean square"
        ).figure(), "Length of the loss's gradient at each pixel, over all pictures."
      ))
    return figures
  }

  private func fourierPlot(_ rates: Tensor, side: Int) -> MatrixPlot {
    let shifted = rates.frequencyShifted.map { 100 * $0 }
    let first = -Double(side / 2) / Double(side)
    let half = 0.5 / Double(side)
    func axis(_ direction: String, isReversed: Bool = false) -> Axis {
      Axis(
        "\(direction) frequency (cycles/px)", range: (first - half)...(first - half + 1),
        ticks: [-0.5, -0.25, 0, 0.25, 0.5], isReversed: isReversed)
    }
    let marks = gradientPeriods.filter { side.isMultiple(of: $0) }.flatMap { period in
      SpectrumPlot.latticeFrequencies(period: period).map {
        MatrixPlot.Mark(x: $0.x, y: $0.y, name: "period \(period) px")
      }
    }
    return MatrixPlot(
      "Fourier heat map", values: shifted, barLabel: "pictures turned (%)", x: axis("horizontal"),
      y: axis("vertical", isReversed: true), marks: marks)
  }

  private func phaseFigure() throws -> Item? {
    guard let study = findings.phaseStudy else { return nil }
    let families = [study.findings.lattice, study.findings.random, study.findings.control]
    func bars(_ name: String, _ pick: (PhaseStudyFindings.Family) -> Estimate?) -> BarChart.Bars {
      BarChart.Bars(
        name, values: families.map { pick($0)?.mean ?? .nan },
        errors: families.map { pick($0).map { ($0.upper - $0.lower) / 2 } ?? 0 })
    }
    let chart = BarChart(
      "The strongest set of pixels, chosen on the other pictures", categories: families.map(\.name),
      bars: [
        bars("gradient there (A₂)", \.topAdvantageL2), bars("easier to attack, L2", \.easierL2),
        bars("easier to attack, L∞", \.easierLinf),
      ], axis: Axis("1: as an even gradient, as random pixels"))
    return (
      "phases.png", try chart.figure(),
      "How much of the gradient lies on the strongest phase of period \(study.findings.period), and how much smaller the "
        + "change is that an attack confined to it needs; bars span 95 % of bootstrap resamples over pictures."
    )
  }

  /// Pictures turned by the smallest change: as they are, changed, and the change made visible.
  func worstPictures(_ store: ResultStore) throws -> Figure? {
    let correct = clean.pictures.filter(\.isCorrect)
    let norm = findings.norm
    var rows: [(picture: ProbePicture, record: ProbeAttackRecord, outcome: AttackResult.Outcome)] = []
    for (picture, record) in zip(correct, records) {
      let best = record.attacks.compactMap { attack -> (ProbeAttackRecord, AttackResult.Outcome)? in
        guard let saved = attack.saved, attack.outcomes[saved].success else { return nil }
        return (attack, attack.outcomes[saved])
      }.min { $0.1.distances[norm] < $1.1.distances[norm] }
      if let best { rows.append((picture, best.0, best.1)) }
    }
    rows.sort { ($0.outcome.distances[norm], $0.picture.path) < ($1.outcome.distances[norm], $1.picture.path) }
    var tiles: [ContactSheet.Tile] = []
    for row in rows.prefix(4) {
      let file = store.path("\(row.record.stem).npy", of: row.picture.folder)
      guard let changed = try? Tensor(npy: file), let clean = try? model.input(pictureAt: row.picture.path),
        changed.shape == clean.shape, (1...4).contains(clean.shape[1])
      else { continue }
      let limit = max(row.outcome.distances.linf, 1e-9)
      let change = Tensor(
        clean.shape, zip(changed.scalars, clean.scalars).map { 0.5 + 0.5 * ($0 - $1) / Float(limit) })
      let name = { (index: Int) in model.classNames.name(of: index, among: classCount) ?? "class \(index)" }
      let size =
        norm == .linf
        ? String(format: "L∞ %.2f/255, ε %.2f/255", 255 * row.outcome.distances.linf, 255 * row.outcome.epsilon)
        : String(format: "L2 %.2f, ε %.2f", row.outcome.distances.l2, row.outcome.epsilon)
      tiles.append(ContactSheet.Tile(try Picture(clean), label: name(row.picture.label)))
      tiles.append(
        ContactSheet.Tile(
          try Picture(changed.map { min(max($0, 0), 1) }), label: name(row.outcome.prediction)))
      tiles.append(
        ContactSheet.Tile(
          try Picture(change),
          label: "\(row.record.name), \(size); shown \(Int((0.5 / limit).rounded())) times stronger"))
    }
    guard !tiles.isEmpty else { return nil }
    return try ContactSheet("Turned by the smallest changes", tiles: tiles, columns: 3).figure()
  }
}
