import Foundation
import GinghamDiagnosis
import GinghamGeneration
import GinghamImaging
import GinghamModels
import GinghamPrediction
import GinghamReporting
import GinghamTensors

/// `track`: follows a generator's pictures through the checkpoints of its training, the same inputs through each of them.
public struct TrackRun: Run {
  public static let name = "track"

  /// How each checkpoint is read; its specification is replaced by each checkpoint's path.
  public var model: ModelSource
  public var settings: TrackSettings

  public init(_ model: ModelSource, settings: TrackSettings) {
    self.model = model
    self.settings = settings
  }

  public var record: RunRecord {
    RunRecord(
      of: model, inputs: settings.checkpoints + settings.images, seed: settings.seed, settings: settings)
  }

  public func validate() throws { try settings.validate() }

  /// - Throws: ``TrackError``, and what the first checkpoint's reading and running throws.
  public func result(in context: RunContext) throws -> RunResult<TrackFindings> {
    let series = try CheckpointSeries(settings.checkpoints)
    var found: [TrackFindings.Checkpoint] = []
    var (sheets, dates) = ([Tensor](), [Date]())
    var first: First?
    var before: Tensor?
    for (index, checkpoint) in series.checkpoints.enumerated() {
      context.progress.step("checkpoints", index, of: series.checkpoints.count)
      let model = try load(checkpoint.path)
      let inventory = ParameterInventory(model.network)
      if let first, let difference = first.inventory.firstDifference(to: inventory) {
        throw TrackError.differentArchitecture(path: checkpoint.path, first: first.path, difference: difference)
      }
      let generator = try Generator(model)
      let inputs =
        try first?.inputs
        ?? GeneratorInputs(
          for: generator, samples: settings.samples, seed: settings.seed, images: settings.images, in: context)
      // A range judged by a probe must not change along the way.
      let sampler = try PictureSampler(
        generator, range: settings.range ?? first?.range, backend: context.backend, team: context.team)
      first =
        first
        ?? First(
          path: checkpoint.path, inventory: inventory, inputs: inputs, range: sampler.range,
          prediction: generator.prediction)
      let pictures: Tensor
      do {
        pictures = try sampler.pictures(of: inputs.tensor)
      } catch let error as ModelError {
        throw TrackError.checkpoint(path: checkpoint.path, reason: "\(error)")
      }
      found.append(try measured(checkpoint, pictures, names: inputs.names, before: before, in: context))
      sheets.append(try Picture.contactSheet(of: pictures, limit: 64).pixels)
      dates.append(Self.date(of: checkpoint.path))
      before = pictures
    }
    guard let first else { throw TrackError.noCheckpoints(in: settings.checkpoints) }
    let findings = TrackFindings(
      samples: first.inputs.tensor.shape[0], seed: first.inputs.isDrawn ? settings.seed : nil, checkpoints: found,
      layers: first.prediction.0?.bandLayers(of: settings.periods.list) ?? [:], skipped: first.inputs.skipped)
    let drawing = TrackDrawing(findings: findings, sheets: sheets, dates: dates)
    return RunResult(
      findings,
      remarks: first.prediction.failure.map { ["no layer is named behind a period, because \($0)"] } ?? [],
      skipped: first.inputs.skipped,
      settled: [
        "checkpoints": .array(found.map { .string($0.path) }), "inputs": model.settledInputs,
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
    _ checkpoint: CheckpointSeries.Checkpoint, _ pictures: Tensor, names: [String], before: Tensor?,
    in context: RunContext
  ) throws -> TrackFindings.Checkpoint {
    let measured = try PictureSurvey.measure(
      pictures, periods: settings.periods.list, on: context.team, name: { names[$0] })
    let count = Double(max(pictures.count, 1))
    let (sum, squares) = pictures.withUnsafeBufferPointer {
      $0.reduce((0.0, 0.0)) { ($0.0 + Double($1), $0.1 + Double($1) * Double($1)) }
    }
    let mean = sum / count
    return .init(
      path: checkpoint.path, step: checkpoint.step, pooled: measured.pooled,
      level: .init(mean: mean, deviation: max(0, squares / count - mean * mean).squareRoot()),
      change: before.map { 255 * pictures.rootMeanSquareDifference(from: $0) })
  }

  private static func date(of path: String) -> Date {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.modificationDate] as? Date ?? Date(timeIntervalSince1970: 0)
  }
}

extension Tensor {
  /// Of two tensors of one shape.
  func rootMeanSquareDifference(from other: Tensor) -> Double {
    let squares = zip(scalars, other.scalars).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    return (squares / Double(max(count, 1))).squareRoot()
  }
}
