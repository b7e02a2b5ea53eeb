import GinghamDiagnosis
import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamPrediction
import GinghamReporting
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is checked: measured by what the other verbs measure with.
struct CheckSubject {
  private let source: ModelSource?
  private let settings: CheckSettings
  private let limits: CheckLimits
  /// Nobody keeps the files of what is measured on the way.
  private let context: RunContext
  /// What pictures show so far is kept, though.
  private let keeping: RunContext
  private var generator: Generator?

  /// Everything that was measured, limited or not.
  private(set) var figures: [CheckedFigure] = []
  /// Pictures, samples or gradients.
  private(set) var measured = 0
  private(set) var skipped: [SkippedFile] = []
  private var said: [String] = []

  init(_ source: ModelSource?, settings: CheckSettings, limits: CheckLimits, context: RunContext) {
    (self.source, self.settings, self.limits) = (source, settings, limits)
    (self.context, keeping) = (context.writing(into: nil), context)
  }

  /// What the user should know beside the figures.
  var remarks: [String] { said + context.remarks.all }

  /// - Returns: what it was.
  /// - Throws: ``MeasureError``, ``ArtifactError``, and what loading and running a net does.
  mutating func measure() throws -> CheckFindings.Kind {
    guard let source else {
      try measurePictures()
      return .pictures
    }
    let model = try context.load(source)
    if settings.target == nil, try Generator.isGenerator(model) {
      let generator = try Generator(model)
      self.generator = generator
      try measureSamples(of: generator)
      return .samples
    }
    if settings.pictures.isEmpty {
      try predictGradient(source)
      return .predictedGradient
    }
    try measureGradient(source)
    return .gradient
  }

  private mutating func measurePictures() throws {
    let files = try InputFiles.files(settings.pictures)
    guard !files.isEmpty else { throw MeasureError.noPictures(in: settings.pictures) }
    var set = try CheckedPictures(limits: limits)
    let empty = set
    skipped = try keeping.eachSample(files, counting: "checking", into: &set) {
      try empty.measure($0)
    } add: {
      $0.add($1)
    }
    guard set.count > 0 else {
      throw MeasureError.nothingMeasured(count: files.count, first: skipped.first?.reason ?? "")
    }
    (figures, measured) = (try set.figures(), set.count)
  }

  private mutating func measureSamples(of generator: Generator) throws {
    guard !generator.isSound else {
      throw ModelError.contradiction("pictures are checked, and '\(generator.model.source.specification)' makes sounds")
    }
    let inputs = try GeneratorInputs(
      for: generator, samples: settings.samples, seed: settings.seed, images: settings.pictures, in: context)
    let sampler = try PictureSampler(generator, range: settings.range, engine: context.engine, team: context.team)
    var set = try CheckedPictures(limits: limits)
    let empty = set
    try SampledPictures(of: inputs, by: sampler, isSeenOnce: true, in: context).forEach { start, pictures in
      var failure: (any Error)?
      context.team.forEach(Array(0..<pictures.shape[0]), ahead: 4 * context.team.threads) { index in
        Result {
          // As files hold them.
          let shown = pictures.sample(index).map { min(max($0, 0), 1) }
          let name = generator.isLatent ? "sample \(start + index)" : inputs.names[start + index]
          return try empty.measure(PictureSample(SamplePlace(name), channels: Plane.planes(of: shown)))
        }
      } use: { (result: Result<CheckedPictures.Part, any Error>) in
        switch result {
        case .success(let part): set.add(part)
        case .failure(let error): failure = failure ?? error
        }
      }
      if let failure { throw failure }
    }
    let layers = generator.prediction.0?.bandLayers(of: limits.periods) ?? [:]
    (figures, measured, skipped) = (try set.figures(layers: layers), set.count, inputs.skipped)
  }

  private mutating func measureGradient(_ source: ModelSource) throws {
    var gradient = GradientSettings(images: settings.pictures)
    gradient.target = settings.target ?? gradient.target
    let result = try GradientRun(source, settings: gradient).pooled(in: context)
    (said, skipped) = (result.remarks, result.skipped)
    guard let lattice = result.findings.pooled ?? result.findings.images.first?.lattice else {
      throw MeasureError.noPictures(in: settings.pictures)
    }
    (figures, measured) = (figures(of: lattice), lattice.inputs)
  }

  private mutating func predictGradient(_ source: ModelSource) throws {
    var predict = PredictSettings()
    predict.target = settings.target ?? predict.target
    let result = try PredictRun(source, settings: predict).result(in: context)
    said = result.remarks + ["no pictures were named: the gradient is what architecture and weights alone imply"]
    figures = figures(of: result.findings.weighted ?? result.findings.input)
  }

  private func figures(of lattice: LatticeFinding) -> [CheckedFigure] {
    let bands = lattice.bands.map { band in
      CheckedFigure(
        .gradientBand(period: band.period), band.cv2Corrected, chance: band.chance, layer: band.layer,
        standsOut: band.cv2Corrected >= LatticeThresholds().standardErrors * band.standardError)
    }
    let strongest = lattice.bands.max { $0.cv2Corrected < $1.cv2Corrected }
    // Of any band at all.
    let chance = bands.compactMap(\.chance).min().map { min(1, $0 * Double(bands.count)) }
    let whole = CheckedFigure(
      .gradient, lattice.cv2Corrected, chance: chance, layer: strongest?.layer,
      standsOut: bands.contains(where: \.standsOut))
    let absent = (limits.gradient?.periods.keys.sorted() ?? []).filter { period in
      !lattice.bands.contains { $0.period == period }
    }
    return [whole] + bands
      + absent.map {
        CheckedFigure(.gradientBand(period: $0), nil, reason: "the net's lattice has no band of \($0) px")
      }
  }

  /// Puts the layer to blame where a grid of samples breaks a limit: the one whose evening takes it away, where there is
  /// one. Without a broken limit nothing is computed.
  ///
  /// - Throws: what tracing does.
  func blame(_ limits: inout [CheckFindings.Limit]) throws {
    let periods = Set(limits.filter { $0.passed == false }.compactMap(\.figure.quantity.gridPeriod))
    guard let generator, !periods.isEmpty else { return }
    var trace = TraceSettings(images: settings.pictures)
    (trace.samples, trace.seed) = (settings.samples, settings.seed)
    let found = try GeneratorTracer(generator.model, settings: trace, context: context).result().findings
    guard case .pictures(let pictures) = found else { return }
    for index in limits.indices {
      guard let period = limits[index].figure.quantity.gridPeriod else { continue }
      let cause = pictures.causes.first { $0.period == period }
      limits[index].figure.layer = cause?.layer ?? cause?.suspect ?? limits[index].figure.layer
    }
  }
}

extension CheckedFigure.Quantity {
  /// Of a grid in pictures.
  fileprivate var gridPeriod: Int? {
    switch self {
    case .band(let period), .faint(let period): period
    case .blur, .banding, .gradient, .gradientBand: nil
    }
  }
}

extension LatticeFinding.Band {
  /// How often an even gradient comes out as uneven, taken for normal; `nil` of predictions, which chance has no part in.
  fileprivate var chance: Double? {
    standardError > 0 ? 0.5 * erfc(cv2Corrected / standardError / 2.0.squareRoot()) : nil
  }
}
