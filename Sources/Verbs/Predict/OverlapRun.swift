import GinghamPrediction
import GinghamTensors

/// `predict --deconvolution` and `--equivalent`: counts how often stacks of transposed convolutions paint each position,
/// and writes other upsampling layers as such.
public struct OverlapRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "predict"

  /// All that the run is asked to do; stacks or layers are named.
  public var settings: PredictSettings

  /// - Parameter settings: with stacks, layers or both.
  public init(_ settings: PredictSettings) {
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    let notation = settings.deconvolution ?? settings.equivalent.joined(separator: " ")
    return RunRecord(subject: notation.fileStem, standingForModel: notation, settings: settings)
  }

  /// - Throws: ``SettingError``, ``ArtifactError/badNotation(text:why:)``.
  public func validate() throws {
    try settings.validate()
    if let deconvolution = settings.deconvolution { _ = try OverlapDemo.demos(parsing: deconvolution, inputs: 1) }
    for layer in settings.equivalent { _ = try EquivalentLayer(parsing: layer) }
  }

  /// - Throws: ``ArtifactError/badNotation(text:why:)``, ``ArtifactError/badArgument(_:)``.
  public func result(in context: RunContext) throws -> RunResult<OverlapFindings> {
    let findings = try OverlapFindings(settings)
    return RunResult(findings, draw: findings.draw)
  }
}
