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
    let samples = SampledPictures(of: inputs, by: sampler, in: context)
    var (outside, elements) = (0, 0)
    let survey = try samples.survey(periods: settings.periods.list, thresholds: thresholds) { _, pictures in
      outside += pictures.withUnsafeBufferPointer { $0.count { $0 < 0 || $0 > 1 } }
      elements += pictures.count
    }
    guard var measured = try survey.finding() else { throw ArtifactError.noMaps }
    let summary = try context.folder.flatMap { folder in
      guard samples.areMany else { return nil as MeasureFindings.Summary? }
      let found = try MeasureTable(periods: survey.periods, search: nil).write(
        survey, skipped: inputs.skipped, into: folder)
      measured.pictures = found.worst
      return found.summary
    }
    let pooled = measured.pooled
    let colours = try (generator.isSound ? nil : pooled.clearest).flatMap {
      try ColourDependence(ofPicturesOf: samples.shape, period: $0.period, frequency: $0.frequency) { body in
        try samples.forEach { start, pictures in
          for index in 0..<pictures.shape[0] where start + index < Self.coloured {
            try body(Plane.planes(of: pictures.sample(index)))
          }
        }
      }
    }
    let shift = settings.shift ? try shiftTest(of: samples, in: context) : nil
    let (prediction, unpredicted) = generator.prediction
    var findings = GenerateFindings(
      model: model.specification, samples: samples.count, seed: inputs.isDrawn ? settings.seed : nil,
      picture: generator.pictureShape,
      range: .init(
        lower: sampler.range.lower, upper: sampler.range.upper, origin: sampler.rangeOrigin,
        outsideShare: Double(outside) / Double(max(elements, 1))),
      prediction: prediction?.upsamples == true ? prediction?.finding : nil, unpredicted: unpredicted,
      layers: prediction?.bandLayers(of: settings.periods.list) ?? [:],
      flat: settings.flat
        ? try FlatField(ofPicturesOf: samples.shape, periods: settings.periods.list) { body in
          try samples.forEach { try body($1) }
        } : nil,
      shift: shift, images: measured.pictures.map(MeasureFindings.Image.init), pooled: pooled, colour: colours?.figures,
      thresholds: thresholds, skipped: inputs.skipped)
    if let summary { (findings.summary, findings.table) = (summary, SetTable.fileName) }
    let latents = generator.isLatent ? inputs.numbers : nil
    let remarks =
      samples.areMany
      ? ["of \(samples.count) samples the first \(samples.withFiles) are files; samples.npy holds all"] : []
    return RunResult(
      findings, remarks: remarks, skipped: inputs.skipped,
      settled: ["range": .string(sampler.range.description), "inputs": model.settledInputs]
    ) { folder in
      switch files {
      case .pictures(let depth):
        try folder.write(samples, depth: depth, on: context.team)
        try folder.write("contact-sheet.png") { try Picture.contactSheet(of: samples.first(256)).write(to: $0) }
      case .sounds(let depth): try folder.writeSounds(samples, depth: depth, rate: settings.rate)
      }
      if let latents { try folder.write("latents.npy") { try latents.write(npy: $0) } }
      try measured.draw(into: folder)
      if let colours { try folder.write("colours.png", figure: colours.plot.figure()) }
    }
  }

  /// So many samples are looked at for how the grid goes with colours: each block of them is a point of the plot.
  private static let coloured = 1000
}

extension GenerateRun {
  /// - Throws: ``GeneratorError/hasNoField(model:shape:)`` where inputs have no positions, and where they have too few.
  private func shiftTest(of samples: SampledPictures, in context: RunContext) throws -> ShiftTest {
    var done = 0
    let extents = try samples.inputs.slice(0..<1).shape.dimensions.dropFirst().map { $0 }
    let found = try ShiftTest(of: extents, picture: samples.shape, seed: settings.seed) { input in
      context.progress.step("shifts", done, of: 4 * samples.count)
      done += 1
      return try samples.sampler.pictures(of: input)
    } forEach: { body in
      try samples.forEach { start, pictures in
        try body(samples.inputs.slice(start..<(start + pictures.shape[0])), pictures)
      }
    }
    guard let found else {
      throw GeneratorError.hasNoField(
        model: model.specification, shape: extents)
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
