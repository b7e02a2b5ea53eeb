import GinghamImaging
import GinghamLattices
import GinghamReporting
import GinghamTensors

/// What is drawn of a network before and after its repair.
struct RepairDrawing {
  /// Of the net.
  let title: String
  let findings: RepairFindings
  let before: RepairMeasurement
  let after: RepairMeasurement

  /// Writes pictures before and after with their difference and spectra, or heat maps, spectra and phases of gradients.
  ///
  /// - Throws: ``ImageError``, ``ArtifactError``, ``FormatError``.
  func draw(into folder: RunFolder) throws {
    switch findings.kind {
    case .pictures: try drawPictures(into: folder)
    case .gradients: try drawGradients(into: folder)
    }
  }

  private func drawPictures(into folder: RunFolder) throws {
    if let first = before.spectrum, first.power.isLine { return try drawSounds(into: folder) }
    let shown = min(8, before.outputs.shape[0])
    let (contrast, mean) = contrast
    let old = try pictures(before.outputs, shown, contrast: contrast, around: mean)
    let new = try pictures(after.outputs, shown, contrast: contrast, around: mean)
    let differences = try differences(shown)
    var tiles: [ContactSheet.Tile] = []
    let note = contrast > 1 ? ", contrast ×\(contrast)" : ""
    for (name, row) in [
      ("before" + note, old), ("after" + note, new), ("difference ×\(differences.gain)", differences.pictures),
    ] {
      tiles += row.enumerated().map { ContactSheet.Tile($1, label: $0 == 0 ? name : "") }
    }
    let sheet = ContactSheet(
      "\(title): \(findings.methodNames)", tiles: tiles, columns: shown,
      side: max(128, min(256, Double(old[0].width))))
    try folder.write("samples.png", figure: sheet.figure())
    guard let first = before.spectrum, let second = after.spectrum else { return }
    let periods = findings.before.pictures?.bands.map(\.period) ?? []
    let plots = [("before", first), ("after", second)].map { name, spectrum in
      SpectrumPlot("Mean power, high-passed, \(name)", power: spectrum.power.tensor, periods: periods)
    }
    try folder.write("spectrum.png", figure: SpectrumPlot.row(plots))
  }

  /// Spectra of sounds.
  private func drawSounds(into folder: RunFolder) throws {
    let periods = findings.before.pictures?.bands.map(\.period) ?? []
    let spectra = [("before", before.spectrum), ("after", after.spectrum)].compactMap { name, spectrum in
      spectrum.map { (title: "Mean power, high-passed, \(name)", power: $0.power) }
    }
    try folder.write("spectrum.png", figure: LineSpectrumPlot.row(spectra, periods: periods))
  }

  private func drawGradients(into folder: RunFolder) throws {
    let shown = before.maps.count
    let states = [("before", before), ("after", after)].compactMap { name, state in
      state.survey.flatMap { survey in state.pool.map { (name: name, survey: survey, pool: $0) } }
    }
    try LatticeSurvey.draw(states, into: folder)
    guard before.maps.first?.shape[2] != 1 else { return }
    // A picture before and after ends at the same magnitude, or a weaker gradient would look alike.
    let scales = try before.maps.map { try HeatMap(of: $0, reducing: .norm) }
    var tiles: [ContactSheet.Tile] = []
    for (name, maps) in [("before", before.maps), ("after", after.maps)] {
      tiles += try zip(maps, scales).enumerated().map { index, pair in
        let map = try HeatMap(of: pair.0, reducing: .norm).onScale(of: pair.1)
        return ContactSheet.Tile(map.picture, label: index == 0 ? name : "")
      }
    }
    let sheet = ContactSheet(
      "\(title): gradient magnitudes up to the 99th percentile before, \(findings.methodNames)", tiles: tiles,
      columns: shown, side: 256)
    try folder.write("gradients.png", figure: sheet.figure())
  }

  private func pictures(_ samples: Tensor, _ count: Int, contrast: Int, around mean: Float) throws -> [Picture] {
    try (0..<count).map { index in
      let sample = samples.sample(index).map { value in
        min(max(contrast > 1 ? 0.5 + Float(contrast) * (value - mean) : value, 0), 1)
      }
      return try Picture(sample.reshaped(to: Shape(Array(sample.shape.dimensions.dropFirst()))))
    }
  }

  /// An untrained network paints nearly plain grey: its samples are stretched, before and after alike. 1 where four
  /// deviations fill a tenth of the range.
  private var contrast: (Int, around: Float) {
    let (mean, deviation) = before.outputs.withUnsafeBufferPointer { values in
      let mean = values.reduce(0) { $0 + Double($1) } / Double(max(values.count, 1))
      let power = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      return (mean, (power / Double(max(values.count, 1))).squareRoot())
    }
    guard deviation > 0, deviation < 0.025 else { return (1, Float(mean)) }
    return (min(Int(0.125 / deviation), 100_000), Float(mean))
  }

  /// Signed differences around grey, all magnified alike by a whole number.
  private func differences(_ count: Int) throws -> (pictures: [Picture], gain: Int) {
    let pairs = (0..<count).map { (before.outputs.sample($0), after.outputs.sample($0)) }
    let largest = findings.outputDifference.rms * 4
    let gain = largest > 0 ? min(max(Int(0.5 / largest), 1), 1000) : 1
    let pictures = try pairs.map { old, new in
      let values = zip(old.scalars, new.scalars).map { min(max(0.5 + Float(gain) * ($1 - $0), 0), 1) }
      return try Picture(Tensor(Shape(Array(old.shape.dimensions.dropFirst())), values))
    }
    return (pictures, gain)
  }
}
