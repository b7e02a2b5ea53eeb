import Foundation
import GinghamDiagnosis
import GinghamGeneration
import GinghamImaging
import GinghamLattices
import GinghamModels
import GinghamPrediction
import GinghamReporting
import GinghamTensors

/// `track`: follows a generator's pictures through the checkpoints of its training, the same inputs through each of them.
public struct TrackRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "track"

  /// How each checkpoint is read; its specification is replaced by each checkpoint's path.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: TrackSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: TrackSettings) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(
      of: model, inputs: settings.checkpoints + settings.images, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` where samples or periods are out of range.
  public func validate() throws { try settings.validate() }

  /// Checkpoints that cannot be followed are left out: training may be writing one just now.
  ///
  /// - Throws: ``TrackError``, and what the first checkpoint fails with where none can be followed.
  public func result(in context: RunContext) throws -> RunResult<TrackFindings> {
    let series = try CheckpointSeries(settings.checkpoints)
    var first: First?
    var steps: [Step] = []
    let byPath = Dictionary(series.checkpoints.map { ($0.path, $0) }) { first, _ in first }
    let (_, skipped) = try context.each(series.checkpoints.map(\.path), counting: "checkpoints") { path in
      guard let checkpoint = byPath[path] else { return }
      let step = try MappedFile.noticingLosses(at: path) {
        try self.step(checkpoint, after: steps.last?.pictures, first: &first, in: context)
      }
      // Only the last one's pictures are looked at again.
      if !steps.isEmpty { steps[steps.count - 1].pictures = nil }
      steps.append(step)
    }
    guard let first else { throw TrackError.noCheckpoints(in: settings.checkpoints) }
    let left = first.inputs.skipped + skipped
    let findings = TrackFindings(
      samples: first.inputs.count, seed: first.inputs.isDrawn ? settings.seed : nil,
      checkpoints: steps.map(\.finding), layers: first.prediction.0?.bandLayers(of: settings.periods.list) ?? [:],
      skipped: left)
    let drawing = TrackDrawing(findings: findings, sheets: steps.map(\.sheet), dates: steps.map(\.date))
    return RunResult(
      findings,
      remarks: first.prediction.failure.map { ["no layer is named behind a period, because \($0)"] } ?? [],
      skipped: left,
      settled: [
        "checkpoints": .array(steps.map { .string($0.finding.path) }), "inputs": model.settledInputs,
      ], draw: drawing.write)
  }

  /// What all checkpoints share with the first.
  private struct First {
    let path: String
    let inventory: ParameterInventory
    let inputs: GeneratorInputs
    let range: OutputRange
    let prediction: (PicturePrediction?, failure: String?)
  }

  /// A checkpoint that was followed.
  private struct Step {
    let finding: TrackFindings.Checkpoint
    let sheet: Tensor
    let date: Date
    var pictures: SampledPictures?
  }

  private func step(
    _ checkpoint: CheckpointSeries.Checkpoint, after before: SampledPictures?, first: inout First?,
    in context: RunContext
  ) throws -> Step {
    let model = try load(checkpoint.path)
    let inventory = ParameterInventory(model.network)
    if let first, let difference = first.inventory.firstDifference(to: inventory) {
      throw TrackError.differentArchitecture(path: checkpoint.path, first: first.path, difference: difference)
    }
    let generator = try Generator(model)
    let common: First
    if let first {
      common = first
    } else {
      let inputs = try GeneratorInputs(
        for: generator, samples: settings.samples, seed: settings.seed, images: settings.images, in: context)
      // A range judged by a probe must not change along the way.
      let range = try settings.range ?? sampler(generator, in: context).range
      common = First(
        path: checkpoint.path, inventory: inventory, inputs: inputs, range: range, prediction: generator.prediction)
    }
    // A file that training wrote anew is another checkpoint.
    let digest = try? FileDigest.sha256(path: checkpoint.path)
    let pictures = SampledPictures(
      of: common.inputs, by: try sampler(generator, range: common.range, in: context),
      key: "\(checkpoint.path) \(digest ?? "") \(common.range)", in: context)
    let finding: TrackFindings.Checkpoint
    do {
      finding = try measured(checkpoint, pictures, before: before)
    } catch let error as ModelError {
      throw TrackError.checkpoint(path: checkpoint.path, reason: "\(error)")
    }
    let sheet = try Picture.contactSheet(of: pictures.first(64)).pixels
    // Nothing begins with a checkpoint that cannot be followed.
    first = common
    return Step(finding: finding, sheet: sheet, date: Self.date(of: checkpoint.path), pictures: pictures)
  }

  private func sampler(
    _ generator: Generator, range: OutputRange? = nil, in context: RunContext
  ) throws -> PictureSampler {
    try PictureSampler(generator, range: range, engine: context.engine, team: context.team)
  }

  private func load(_ path: String) throws -> Model {
    var source = model
    source.specification = path
    do {
      return try source.load()
    } catch {
      throw TrackError.checkpoint(path: path, reason: "\(error)")
    }
  }

  private func measured(
    _ checkpoint: CheckpointSeries.Checkpoint, _ pictures: SampledPictures, before: SampledPictures?
  ) throws -> TrackFindings.Checkpoint {
    var (sum, squares, count) = (0.0, 0.0, 0)
    var change = PictureChange()
    let survey = try pictures.survey(periods: settings.periods.list) { start, pictures in
      count += pictures.count
      pictures.withUnsafeBufferPointer { values in
        for value in values {
          sum += Double(value)
          squares += Double(value) * Double(value)
        }
      }
      if let before { change.add(pictures, from: try before.pictures(from: start)) }
    }
    guard let set = try survey.finding() else { throw ArtifactError.noMaps }
    let mean = sum / Double(max(count, 1))
    return .init(
      path: checkpoint.path, step: checkpoint.step, pooled: set.pooled,
      level: .init(
        mean: mean, deviation: max(0, squares / Double(max(count, 1)) - mean * mean).squareRoot()),
      change: before == nil ? nil : change.levels)
  }

  private static func date(of path: String) -> Date {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.modificationDate] as? Date ?? Date(timeIntervalSince1970: 0)
  }
}
