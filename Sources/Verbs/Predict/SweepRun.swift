import GinghamArchitectures
import GinghamReporting

/// `predict --sweep`: predicts a grid of architectures and ranks them by evenness and cost.
public struct SweepRun: Run {
  /// What settings, manifests and findings call it.
  public static let name = "predict"

  /// The file that describes the grid.
  public var grid: String
  /// What it is asked to do.
  public var settings: PredictSettings

  /// With the properties of the same names.
  public init(_ grid: String, settings: PredictSettings = PredictSettings()) {
    self.grid = grid
    self.settings = settings
    self.settings.sweep = grid
  }

  /// Everything that shapes the result.
  public var record: RunRecord {
    RunRecord(subject: grid, standingForModel: grid, inputs: [grid], settings: settings)
  }

  /// - Throws: ``SettingError`` for a setting out of its range, or settings that exclude each other.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``DocumentError`` with the line, ``FormatError``, ``MeasureError/nothingMeasured(count:first:)`` where no
  ///   combination makes a network, ``ArchitectureError`` where the model or one of its options is unknown.
  public func result(in context: RunContext) throws -> RunResult<SweepFindings> {
    let findings = try SweepFindings(
      of: SweepGrid(yaml: grid), options: settings.options, progress: context.progress)
    return RunResult(findings, draw: findings.draw)
  }
}
