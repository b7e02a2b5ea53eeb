import GinghamSignals
import GinghamDiagnosis
import GinghamLattices
import GinghamTensors

extension MeasureRun {
  /// Gradients are measured on the least common multiple of the periods asked for, as far as the smallest map lets.
  func gradients(
    _ files: [String], progress: (_ what: String, _ done: Int, _ count: Int) -> Void
  ) throws -> Result {
    guard case .listed(let periods) = periods else {
      throw ArtifactError.badArgument("a period is sought in pictures; name the periods of a gradient's network")
    }
    let wanted = try periods.map { try Lattice(period: $0).period }.reduce(1) { $0 / divisor($0, $1) * $1 }
    guard wanted <= 1024 else { throw ArtifactError.badPeriod(wanted, why: "it is what all periods repeat after") }
    var skipped: [MeasureFindings.Skipped] = []
    var found: [MeasuredGradient] = []
    forEach(
      files.map(Source.file), measure: { try Self.measured($0) }, progress: { progress("measuring", $0, $1) },
      use: { outcome in
        switch outcome {
        case .measured(let maps): found += maps
        case .skipped(let file): skipped.append(file)
        }
      })
    guard let side = found.map({ min($0.energy.height, $0.energy.width) }).min() else {
      throw MeasureError.nothingMeasured(count: files.count, first: skipped.first?.reason ?? "")
    }
    // Two periods at least must fit: below, a phase is one pixel and nothing repeats.
    let period = stride(from: wanted, to: 1, by: -1).first { wanted.isMultiple(of: $0) && 2 * $0 <= side }
    guard let period else {
      throw ArtifactError.tooSmall(height: side, width: side, needed: 2 * wanted, why: "for two periods")
    }
    let border = GradientLattice.usualBorder(period: period, height: side, width: side)
    let empty = try GradientLattice(period: period, border: border, thresholds: thresholds)
    var pool = empty
    let images = try found.map { map in
      var lattice = empty
      try lattice.add(energy: map.energy)
      try pool.add(energy: map.energy)
      return MeasureFindings.Image(
        path: map.name, height: map.energy.height, width: map.energy.width, channels: map.channels,
        figures: .gradient(
          .init(
            lattice: try lattice.finding(), normalizedTotalVariation: map.variation, highFrequencyShare: map.high)))
    }
    let figures = MeasureFindings.GradientFigures(
      lattice: try pool.finding(), normalizedTotalVariation: median(found.map(\.variation)),
      highFrequencyShare: median(found.map(\.high)))
    return Result(
      findings: MeasureFindings(
        kind: .gradient, periods: pool.lattice.bandPeriods, thresholds: thresholds, images: images,
        pooled: .gradient(figures), skipped: skipped),
      spectrum: nil, cosine: nil, phases: pool.phases)
  }

  private struct MeasuredGradient: Sendable {
    var name: String
    var channels: Int
    var energy: Plane
    var variation: Double
    var high: Double
  }

  private static func measured(_ sample: Sample) throws -> MeasuredGradient {
    guard sample.isArray else {
      throw ArtifactError.badArgument("a picture has no signs; gradients come as .npy arrays")
    }
    var energy = Plane(height: sample.height, width: sample.width)
    for channel in sample.channels {
      for index in energy.values.indices { energy.values[index] += channel.values[index] * channel.values[index] }
    }
    return MeasuredGradient(
      name: sample.name, channels: sample.channels.count, energy: energy,
      variation: median(sample.channels.map(Sharpness.normalizedTotalVariation)),
      high: median(try sample.channels.map { try RadialSpectrum(of: [$0]).highFrequencyShare }))
  }

  private func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
}
