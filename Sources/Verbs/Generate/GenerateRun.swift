import Foundation
import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamPrediction
import GinghamTensors

/// Draws samples of a generator and measures them beside what its architecture predicts.
public struct GenerateRun {
  public struct Settings: Sendable {
    /// Latents to draw; of no meaning where pictures or latents are given.
    public var samples = 16
    public var seed: UInt64 = 0
    /// Pictures for a network that takes pictures: files, folders, patterns.
    public var images: [String] = []
    /// A .npy file of latents in place of drawn ones.
    public var latents: String?
    public var range: OutputRange?
    public var periods = Lattice.usualPeriods
    public var thresholds = LatticeThresholds()

    public init() {}
  }

  public let sampler: PictureSampler
  public let settings: Settings
  private let threads: Int

  public var generator: Generator { sampler.generator }

  /// - Throws: ``GeneratorError`` where the network makes no pictures or takes none, ``NetworkError``, ``EngineError``.
  public init(_ model: Model, settings: Settings, backend: Backend = .fast, threads: Int) throws {
    let generator = try Generator(model)
    let isTold = !settings.images.isEmpty
    switch generator.source {
    case .latents(let extents) where isTold:
      throw GeneratorError.takesLatents(model: model.source.specification, shape: extents)
    case .pictures where !isTold: throw GeneratorError.takesPictures(model: model.source.specification)
    default: break
    }
    self.settings = settings
    self.threads = threads
    sampler = try PictureSampler(generator, range: settings.range, backend: backend, threads: threads)
  }

  /// What a run made and found.
  public struct Result: Sendable {
    public let findings: GenerateFindings
    /// N×C×H×W in 0…1, unclipped.
    public let samples: Tensor
    /// What they were made from, where it was no pictures.
    public let latents: Tensor?
    let measured: MeasureRun.Result
    let colours: ColourDependence?
  }

  /// - Throws: ``MeasureError``, ``GeneratorError``, ``ModelError/nonFiniteResult(what:count:of:)``, ``EngineError``.
  public func result(
    progress: (_ what: String, _ done: Int, _ count: Int) -> Void = { _, _, _ in }
  ) throws -> Result {
    let inputs = try self.inputs(progress: progress)
    let samples = try sampler.pictures(of: inputs.tensor) { progress("samples", $0, inputs.names.count) }
    let run = MeasureRun(periods: .listed(settings.periods), thresholds: settings.thresholds, threads: threads)
    let measured = try run.result(ofPictures: samples, name: { inputs.names[$0] }, progress: progress)
    guard case .picture(let pooled) = measured.findings.pooled else {
      throw MeasureError.nothingMeasured(count: inputs.names.count, first: "they were measured as gradients")
    }
    let (prediction, unpredicted) = self.prediction()
    let clearest = pooled.clearest
    let colours = try clearest.flatMap {
      try ColourDependence(
        of: Plane.planes(of: samples), of: samples.shape, period: $0.period, frequency: $0.frequency)
    }
    let outside = samples.withUnsafeBufferPointer { $0.count { $0 < 0 || $0 > 1 } }
    let findings = GenerateFindings(
      model: generator.model.source.specification, samples: samples.shape[0],
      seed: inputs.isDrawn ? settings.seed : nil, picture: generator.pictureShape,
      range: .init(
        lower: sampler.range.lower, upper: sampler.range.upper, origin: sampler.rangeOrigin,
        outsideShare: Double(outside) / Double(max(samples.count, 1))),
      prediction: prediction?.upsamples == true ? prediction?.finding : nil, unpredicted: unpredicted,
      layers: prediction?.bandLayers(of: settings.periods) ?? [:], images: measured.findings.images, pooled: pooled,
      colour: colours?.figures, thresholds: settings.thresholds,
      skipped: inputs.skipped + measured.findings.skipped)
    return Result(
      findings: findings, samples: samples, latents: generator.isLatent ? inputs.tensor : nil, measured: measured,
      colours: colours)
  }

  /// What the architecture implies, or why that cannot be told.
  func prediction() -> (PicturePrediction?, reason: String?) {
    do {
      return (try PicturePrediction(generator.network, output: generator.output), nil)
    } catch {
      return (nil, "\(error)")
    }
  }

  /// Elements of all samples together: 2 GiB.
  private static let elementLimit = 1 << 29

  struct Inputs {
    var tensor: Tensor
    var names: [String]
    var skipped: [MeasureFindings.Skipped] = []
    var isDrawn = false
  }

  func inputs(progress: (_ what: String, _ done: Int, _ count: Int) -> Void) throws -> Inputs {
    if !settings.images.isEmpty { return try pictures(progress: progress) }
    if let path = settings.latents {
      let latents = try generator.latents(npy: path)
      return Inputs(tensor: latents, names: Self.names(latents.shape[0]))
    }
    guard settings.samples > 0 else {
      throw GeneratorError.tooFew(samples: settings.samples, needed: 1, why: "to draw")
    }
    let limit = Self.elementLimit / max(generator.pictureShape.reduce(1, *), 1)
    guard settings.samples <= limit else {
      throw GeneratorError.tooMany(samples: settings.samples, limit: limit)
    }
    return Inputs(
      tensor: try generator.latents(settings.samples, seed: settings.seed), names: Self.names(settings.samples),
      isDrawn: true)
  }

  /// Files that are no pictures are listed.
  private func pictures(progress: (_ what: String, _ done: Int, _ count: Int) -> Void) throws -> Inputs {
    let files = try InputFiles.files(settings.images)
    guard !files.isEmpty else { throw MeasureError.noPictures(in: settings.images) }
    var (tensors, names, skipped) = ([Tensor](), [String](), [MeasureFindings.Skipped]())
    for (index, path) in files.enumerated() {
      progress("reading pictures", index, files.count)
      do {
        tensors.append(try generator.input(pictureAt: path))
        names.append(path)
      } catch {
        skipped.append(.init(path: path, reason: "\(error)"))
      }
    }
    guard !tensors.isEmpty else {
      throw MeasureError.nothingMeasured(count: files.count, first: skipped.first?.reason ?? "")
    }
    return Inputs(tensor: .stacked(tensors), names: names, skipped: skipped)
  }

  static func names(_ count: Int) -> [String] { (0..<count).map(Self.name) }

  /// The file of a drawn sample.
  static func name(_ index: Int) -> String { "samples/\(String(format: "%04d", index)).png" }
}

extension MeasureFindings.PictureFigures {
  /// The frequency of a grid that shows most clearly, in single pictures or in what all have alike.
  var clearest: (period: Int, frequency: [Double])? {
    let artifacts = lattice.bands.filter { $0.verdict == .artifact }
    if let band = artifacts.max(by: { ($0.peakDecibels ?? 0) < ($1.peakDecibels ?? 0) }) {
      return band.peakFrequency.map { (band.period, $0) }
    }
    let shared = locked?.bands.max { ($0.meanPeakDecibels ?? 0) < ($1.meanPeakDecibels ?? 0) }
    if let shared, let frequency = shared.peakFrequency { return (shared.period, frequency) }
    return lattice.bands.first.flatMap { band in band.peakFrequency.map { (band.period, $0) } }
  }
}
