import GinghamAudio
import GinghamDiagnosis
import GinghamGeneration
import GinghamImaging
import GinghamLattices
import GinghamModels
import GinghamPrediction
import GinghamReporting
import GinghamTensors

/// `generate`: draws samples of a generator and measures them beside what its architecture predicts.
public struct GenerateRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "generate"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: GenerateSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: GenerateSettings = GenerateSettings()) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(
      of: model, inputs: settings.images + (settings.latents.map { [$0] } ?? []), seed: settings.seed,
      settings: settings)
  }

  /// - Throws: ``SettingError`` where samples or periods are out of range, or both latents and pictures are given.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``GeneratorError`` where the network makes no pictures or takes none, ``NetworkError``, ``EngineError``,
  ///   ``MeasureError``, ``ArtifactError`` where the pictures are too small to be measured,
  ///   ``ModelError/nonFiniteResult(what:count:of:)``.
  public func result(in context: RunContext) throws -> RunResult<GenerateFindings> {
    let generator = try Generator(try context.load(model))
    let files = try SampleFiles(settings, isSound: generator.isSound)
    let thresholds = generator.isSound ? LatticeThresholds.sounds : LatticeThresholds()
    let inputs = try GeneratorInputs(
      for: generator, samples: settings.samples, seed: settings.seed, images: settings.images,
      latents: settings.latents, flat: settings.flat, in: context)
    let sampler = try PictureSampler(
      generator, range: settings.range, engine: context.engine, team: context.team)
    let samples = try sampler.pictures(of: inputs, in: context)
    let measured = try PictureSurvey.measure(
      samples, periods: settings.periods.list, thresholds: thresholds, on: context.team, name: { inputs.names[$0] },
      progress: { context.progress.step("measuring", $0, of: $1) })
    let pooled = measured.pooled
    let colours = try (generator.isSound ? nil : pooled.clearest).flatMap {
      try ColourDependence(
        of: Plane.planes(of: samples), of: samples.shape, period: $0.period, frequency: $0.frequency)
    }
    let shift = settings.shift ? try shiftTest(of: inputs.tensor, samples, by: sampler, in: context) : nil
    let (prediction, unpredicted) = generator.prediction
    let findings = GenerateFindings(
      model: model.specification, samples: samples.shape[0], seed: inputs.isDrawn ? settings.seed : nil,
      picture: generator.pictureShape, range: .init(of: sampler, samples: samples),
      prediction: prediction?.upsamples == true ? prediction?.finding : nil, unpredicted: unpredicted,
      layers: prediction?.bandLayers(of: settings.periods.list) ?? [:],
      flat: settings.flat ? try FlatField(of: samples, periods: settings.periods.list) : nil,
      shift: shift, images: measured.pictures.map(MeasureFindings.Image.init), pooled: pooled, colour: colours?.figures,
      thresholds: thresholds, skipped: inputs.skipped)
    let latents = generator.isLatent ? inputs.tensor : nil
    return RunResult(
      findings, skipped: inputs.skipped,
      settled: ["range": .string(sampler.range.description), "inputs": model.settledInputs]
    ) { folder in
      switch files {
      case .pictures(let depth):
        try folder.write(samples, named: inputs.names, depth: depth, on: context.team)
        try folder.write("contact-sheet.png") { try Picture.contactSheet(of: samples).write(to: $0) }
      case .sounds(let depth):
        try folder.writeSounds(samples, named: inputs.names, depth: depth, rate: settings.rate)
      }
      if let latents { try folder.write("latents.npy") { try latents.write(npy: $0) } }
      try measured.draw(into: folder)
      if let colours { try folder.write("colours.png", figure: colours.plot.figure()) }
    }
  }
}

extension GenerateRun {
  /// - Throws: ``GeneratorError/hasNoField(model:shape:)`` where inputs have no positions, and where they have too few.
  private func shiftTest(
    of inputs: Tensor, _ samples: Tensor, by sampler: PictureSampler, in context: RunContext
  ) throws -> ShiftTest {
    var done = 0
    let found = try ShiftTest(of: inputs, pictures: samples, seed: settings.seed) { input in
      context.progress.step("shifts", done, of: 4 * inputs.shape[0])
      done += 1
      return try sampler.pictures(of: input)
    }
    guard let found else {
      throw GeneratorError.hasNoField(
        model: model.specification, shape: inputs.shape.dimensions.dropFirst().map { $0 })
    }
    return found
  }
}

/// What samples are written as.
private enum SampleFiles {
  case pictures(BitDepth)
  case sounds(Sound.Depth)

  /// - Throws: ``SettingError/outOfRange(setting:value:expected:)`` for bits that files of the kind do not have.
  init(_ settings: GenerateSettings, isSound: Bool) throws {
    if isSound {
      let bits = settings.bits ?? 16
      guard let depth = Sound.Depth(rawValue: bits) else {
        throw SettingError.outOfRange(setting: "bits", value: "\(bits)", expected: "16 or 24 for sounds")
      }
      self = .sounds(depth)
    } else {
      let bits = settings.bits ?? 8
      guard let depth = BitDepth(rawValue: bits) else {
        throw SettingError.outOfRange(setting: "bits", value: "\(bits)", expected: "8 or 16 for pictures")
      }
      self = .pictures(depth)
    }
  }
}

extension GenerateFindings.Range {
  init(of sampler: PictureSampler, samples: Tensor) {
    let outside = samples.withUnsafeBufferPointer { $0.count { $0 < 0 || $0 > 1 } }
    self.init(
      lower: sampler.range.lower, upper: sampler.range.upper, origin: sampler.rangeOrigin,
      outsideShare: Double(outside) / Double(max(samples.count, 1)))
  }
}

extension Generator {
  /// What the architecture alone implies for the pictures, or why that cannot be told.
  var prediction: (PicturePrediction?, failure: String?) {
    do {
      return (try PicturePrediction(network, output: output), nil)
    } catch {
      return (nil, "\(error)")
    }
  }
}

extension ModelSource {
  /// Inputs beside the picture, among the settings of runs that are about pictures of one class or style.
  var settledInputs: JSONValue { .array(fixedInputs.map(JSONValue.string)) }
}

extension PictureSampler {
  /// Samples that are drawn in one go: a run that is cut short loses no more of them.
  private static let portion = 16

  /// The pictures of all inputs, portion by portion: those of a run that was cut short are taken.
  fileprivate func pictures(of inputs: GeneratorInputs, in context: RunContext) throws -> Tensor {
    let count = inputs.tensor.shape[0]
    let portion = (Self.portion + generator.batch - 1) / generator.batch * generator.batch
    let parts = try stride(from: 0, to: count, by: portion).map { start in
      try context.once("samples-\(start)") {
        let part = inputs.tensor.slice(axis: 0, start..<min(start + portion, count))
        let pictures = try pictures(of: part, from: start) {
          context.progress.step("samples", start + $0, of: inputs.names.count)
        }
        return Finished(value: start, tensors: [pictures])
      }.tensors[0]
    }
    return .stacked(parts)
  }
}
