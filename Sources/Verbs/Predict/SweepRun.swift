import GinghamArchitectures
import GinghamReporting

/// `predict --sweep`: predicts a grid of architectures and ranks them by evenness and cost.
public struct SweepRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "predict"

  /// The file that describes the grid.
  public var grid: String
  /// All that the run is asked to do; the grid is among it.
  public var settings: PredictSettings

  /// Reads nothing yet.
  public init(_ grid: String, settings: PredictSettings = PredictSettings()) {
    self.grid = grid
    self.settings = settings
    self.settings.sweep = grid
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(subject: grid, standingForModel: grid, inputs: [grid], settings: settings)
  }

  /// - Throws: ``SettingError`` where the threshold is below 0.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``DocumentError`` with the line, ``FormatError``, ``MeasureError/nothingMeasured(count:first:)`` where no
  ///   combination makes a network, ``ArchitectureError`` where the model or one of its options is unknown.
  public func result(in context: RunContext) throws -> RunResult<SweepFindings> {
    let findings = try SweepFindings(
      of: SweepGrid(yaml: grid), options: settings.options, progress: context.progress)
    return RunResult(findings, draw: findings.draw)
  }
}
