import GinghamAttribution
import GinghamDifferentiation
import GinghamImaging
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamReporting
import GinghamTensors

/// `gradient`: computes the input gradient of an objective at pictures, draws it, and measures its checkerboard.
public struct GradientRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "gradient"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: GradientSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: GradientSettings) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.images, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` where a setting is out of its range, or a layer is given to a method that takes none.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``ObjectiveError`` where the target cannot be read, ``NetworkError`` where a layer is unknown.
  public func check(_ model: Model, in context: RunContext) throws {
    try model.check(objective: settings.target)
    _ = try model.gradientValue(ofLayer: settings.at)
  }

  /// - Throws: ``ObjectiveError`` where the target cannot be read, ``NetworkError`` where a layer is unknown,
  ///   ``EngineError``, and what the first picture fails with where none succeeds.
  public func result(in context: RunContext) throws -> RunResult<GradientFindings> {
    let (gradients, paths, fitting) = try begin(in: context)
    if context.folder != nil, paths.count > GradientSet.fewPictures {
      return try GradientSet(gradients, drawsEach: settings.each, in: context).result(of: paths, remarks: fitting)
    }
    return try few(gradients, in: context, isOfOne: paths.count == 1, remarks: fitting)
  }

  /// The same for whoever looks at nothing but all pictures together: of a large set no picture is listed.
  ///
  /// - Throws: as ``result(in:)``.
  func pooled(in context: RunContext) throws -> RunResult<GradientFindings> {
    let (gradients, paths, fitting) = try begin(in: context)
    guard paths.count > GradientSet.fewPictures else {
      return try few(gradients, in: context, isOfOne: paths.count == 1, remarks: fitting)
    }
    return try GradientSet(gradients, drawsEach: false, in: context).result(of: paths, remarks: fitting)
  }

  private func begin(in context: RunContext) throws -> (PictureGradients, paths: [String], fitting: [String]) {
    let model = try context.load(model)
    let method = try settings.attributionMethod(for: model)
    let gradients = try PictureGradients(
      model, target: settings.target, method: method, signals: settings.signals, context: context)
    return (gradients, try InputFiles.listed(settings.images), model.fittingRemarks(at: settings.images))
  }

  /// Of a few pictures all is kept: maps, figures and findings of each.
  private func few(
    _ gradients: PictureGradients, in context: RunContext, isOfOne: Bool, remarks: [String]
  ) throws -> RunResult<GradientFindings> {
    var pool: LatticePool?
    let (results, skipped) = try context.each(settings.images) { path in
      let result = try gradients.result(pictureAt: path, in: context)
      if let folder = context.folder {
        try result.draw(
          gradients.subject, into: folder, under: isOfOne ? "" : folder.subfolder(for: path))
      }
      try LatticePool.add(result.pool, to: &pool)
      return (finding: result.finding, map: context.folder.map { _ in result.map })
    }
    var findings = try gradients.findings(of: pool, skipped: skipped)
    findings.images = results.map(\.finding)
    let zeros = findings.images.filter(\.isZero).map(\.path)
    return RunResult(
      findings, remarks: gradients.remarks(zeros: zeros) + remarks, skipped: skipped
    ) { folder in
      try gradients.draw(pool, into: folder)
      try folder.write("gradient.npy") { try Tensor.stacked(results.compactMap(\.map)).write(npy: $0) }
    }
  }
}
