import Foundation
import GinghamGeneration
import GinghamModels
import GinghamTensors

/// Follows a generator's pictures through the checkpoints of its training: the same inputs through each of them.
public struct TrackRun {
  public let settings: GenerateRun.Settings
  /// How each checkpoint is read; its specification is that of the first.
  public let source: ModelSource
  private let series: CheckpointSeries
  private let backend: Backend
  private let threads: Int

  /// - Parameters:
  ///   - paths: checkpoints, or folders of them.
  ///   - source: what the files leave unsaid; its specification is replaced by each checkpoint's path.
  /// - Throws: ``TrackError``.
  public init(
    _ paths: [String], source: ModelSource, settings: GenerateRun.Settings, backend: Backend = .fast, threads: Int
  ) throws {
    series = try CheckpointSeries(paths)
    (self.source, self.settings, self.backend, self.threads) = (source, settings, backend, threads)
  }

  public var checkpointCount: Int { series.checkpoints.count }

  /// What a run made and found.
  public struct Result: Sendable {
    public let findings: TrackFindings
    /// Of each checkpoint: the first samples side by side.
    let sheets: [Tensor]
    /// When each file was written.
    let dates: [Date]
  }

  /// - Throws: ``TrackError/differentArchitecture(path:first:difference:)``, ``TrackError/checkpoint(path:reason:)``,
  ///   and what the first checkpoint's reading and running throws.
  public func result(
    progress: (_ what: String, _ done: Int, _ count: Int) -> Void = { _, _, _ in }
  ) throws -> Result {
    var (found, sheets, dates) = ([TrackFindings.Checkpoint](), [Tensor](), [Date]())
    var first: (inventory: ParameterInventory, path: String, inputs: GenerateRun.Inputs, range: OutputRange)?
    var layers: [Int: String] = [:]
    var before: Tensor?
    for (index, checkpoint) in series.checkpoints.enumerated() {
      progress("checkpoints", index, series.checkpoints.count)
      let model = try model(checkpoint.path)
      let inventory = ParameterInventory(model.network)
      if let first, let difference = first.inventory.firstDifference(to: inventory) {
        throw TrackError.differentArchitecture(path: checkpoint.path, first: first.path, difference: difference)
      }
      var settings = self.settings
      // A range judged by a probe must not change along the way.
      settings.range = settings.range ?? first?.range
      let run = try GenerateRun(model, settings: settings, backend: backend, threads: threads)
      let inputs = try first?.inputs ?? run.inputs(progress: { _, _, _ in })
      if first == nil {
        first = (inventory, checkpoint.path, inputs, run.sampler.range)
        layers = run.prediction().0?.bandLayers(of: settings.periods) ?? [:]
      }
      let pictures: Tensor
      do {
        pictures = try run.sampler.pictures(of: inputs.tensor)
      } catch let error as ModelError {
        throw TrackError.checkpoint(path: checkpoint.path, reason: "\(error)")
      }
      found.append(try measured(checkpoint, pictures, names: inputs.names, before: before))
      sheets.append(try GenerateRun.contactSheet(of: pictures, limit: 64).pixels)
      dates.append(Self.date(of: checkpoint.path))
      before = pictures
    }
    let findings = TrackFindings(
      samples: first?.inputs.tensor.shape[0] ?? 0, seed: first?.inputs.isDrawn == true ? settings.seed : nil,
      checkpoints: found, layers: layers, skipped: first?.inputs.skipped ?? [])
    return Result(findings: findings, sheets: sheets, dates: dates)
  }

  private func model(_ path: String) throws -> Model {
    var source = source
    source.specification = path
    do {
      return try source.load()
    } catch {
      throw TrackError.checkpoint(path: path, reason: "\(error)")
    }
  }

  private func measured(
    _ checkpoint: CheckpointSeries.Checkpoint, _ pictures: Tensor, names: [String], before: Tensor?
  ) throws -> TrackFindings.Checkpoint {
    let run = MeasureRun(periods: .listed(settings.periods), thresholds: settings.thresholds, threads: threads)
    let measured = try run.result(ofPictures: pictures, name: { names[$0] })
    guard case .picture(let pooled) = measured.findings.pooled else {
      throw MeasureError.nothingMeasured(count: names.count, first: "they were measured as gradients")
    }
    let count = Double(max(pictures.count, 1))
    let (sum, squares) = pictures.withUnsafeBufferPointer {
      $0.reduce((0.0, 0.0)) { ($0.0 + Double($1), $0.1 + Double($1) * Double($1)) }
    }
    let mean = sum / count
    let change = before.map { before in
      255
        * (zip(pictures.scalars, before.scalars).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / count)
        .squareRoot()
    }
    return .init(
      path: checkpoint.path, step: checkpoint.step, pooled: pooled,
      level: .init(mean: mean, deviation: max(0, squares / count - mean * mean).squareRoot()), change: change)
  }

  private static func date(of path: String) -> Date {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.modificationDate] as? Date ?? Date(timeIntervalSince1970: 0)
  }
}
