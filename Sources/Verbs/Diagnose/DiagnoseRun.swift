import GinghamDiagnosis
import GinghamLattices
import GinghamModels
import GinghamReporting

/// `diagnose`: says what is wrong with a set of generated pictures.
public struct DiagnoseRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "diagnose"

  /// All that the run is asked to do.
  public var settings: DiagnoseSettings
  /// The net whose features the sets' distance is taken in; `nil`: none is.
  public var features: ModelSource?

  /// - Parameter features: goes with the settings' layer and reference; `nil`: no distance is taken.
  public init(settings: DiagnoseSettings, features: ModelSource? = nil) {
    self.settings = settings
    self.features = features
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    let subject = settings.paths.first ?? ""
    let inputs = settings.paths + (settings.reference.map { [$0] } ?? [])
    guard let features else { return RunRecord(subject: subject, inputs: inputs, settings: settings) }
    var record = RunRecord(of: features, inputs: inputs, settings: settings)
    record.subject = subject
    return record
  }

  /// - Throws: ``SettingError`` where a threshold or period is out of its range, or a net, its layer and a reference do
  /// not come together.
  public func validate() throws {
    try settings.validate()
    guard (features == nil) == (settings.layer == nil) else {
      throw SettingError.contradiction(
        settings: ["net", "layer"], message: "a net and a layer go together: the features are a layer's")
    }
    if features != nil, settings.reference == nil {
      throw SettingError.contradiction(
        settings: ["net", "reference"],
        message: "a Fréchet distance is one between two sets: name a reference beside the net")
    }
  }

  /// Files that cannot be measured are listed in the findings.
  ///
  /// - Throws: ``MeasureError`` where there are no files or none of them can be measured, in either set;
  ///   ``ArtifactError`` for bad periods, and for too few pictures for a distance; what the engine throws.
  public func result(in context: RunContext) throws -> RunResult<DiagnoseFindings> {
    let features = try featureNet(in: context)
    let set = try PictureFiles(settings.paths)
    let other = try settings.reference.map { try PictureFiles([$0]) }
    let found = try signs(of: set, counting: "diagnosing", in: context)
    let known = try other.map { try signs(of: $0, counting: "the reference", in: context) }
    var thresholds = settings.thresholds
    if known == nil, found.signs.count < Self.pooledPictures { thresholds.tileDistance *= Self.ownNormFactor }
    let norm = try (known ?? found).signs.norm()
    let own = try found.signs.all(distancesFrom: norm)
    let diagnosis = Diagnosis(
      of: own.signs, tileDistances: own.tileDistances, norm: norm, pooled: try found.lattices.finding(),
      locked: try found.lattices.lockedFinding(),
      reference: try known?.signs.all(distancesFrom: nil).signs ?? [], thresholds: thresholds)
    var distance: DiagnoseFindings.Distance?
    if let features, known != nil {
      distance = try features.distance(
        between: diagnosis.signs.map(\.place), and: diagnosis.reference.map(\.place),
        preparation: PreparationDifference.differences(of: diagnosis.signs, from: diagnosis.reference), in: context)
    }
    var findings = DiagnoseFindings(
      diagnosis, periods: found.lattices.lattice.periods, skipped: found.skipped,
      referenceSkipped: known?.skipped ?? [], distance: distance)
    let table = DiagnoseTable(diagnosis, periods: found.lattices.lattice.periods)
    if let folder = context.folder, context.storesNumbers(of: set.files) {
      context.progress.step("writing the table")
      (findings.images, findings.summary) = try table.write(found.signs, skipped: found.skipped, into: folder)
      findings.table = SetTable.fileName
    } else {
      findings.images = try table.images(of: found.signs)
    }
    if let folder = context.folder {
      context.progress.step("drawing")
      findings.findings = try Evidence(diagnosis: diagnosis).draw(findings, into: folder)
    }
    return RunResult(findings, skipped: found.skipped + (known?.skipped ?? []))
  }

  /// So few pictures are their own norm: a sky beside a tree is far from it, and more distance is asked for.
  private static let pooledPictures = 4
  private static let ownNormFactor = 1.5

  private func featureNet(in context: RunContext) throws -> FeatureNet? {
    guard let features, let layer = settings.layer else { return nil }
    let model = try context.load(features)
    return try FeatureNet(model, layer: layer, by: context.differentiator(for: model.network))
  }

  private struct PictureFiles {
    var files: [String]

    init(_ paths: [String]) throws {
      files = try InputFiles.files(paths)
      guard !files.isEmpty else { throw MeasureError.noPictures(in: paths) }
    }
  }

  private struct Signs: Codable {
    var signs = SignsOfSet()
    var lattices: PictureSetLattice
    var skipped: [SkippedFile] = []
  }

  private func signs(of set: PictureFiles, counting what: String, in context: RunContext) throws -> Signs {
    let lattices = try PictureSetLattice(
      periods: settings.periods.list, thresholds: settings.thresholds.lattice,
      seeksLocked: set.files.count >= PictureSetLattice.fewestLocked)
    var found = Signs(lattices: lattices)
    found.skipped = try context.eachSample(set.files, counting: what, into: &found) { found, storage in
      found.signs.store(in: storage)
      found.lattices.store(in: storage)
    } measure: { sample in
      try PictureSigns.signs(of: sample, isJPEG: sample.place.isJPEG, in: lattices)
    } add: { found, picture in
      found.lattices.add(picture.channels)
      found.signs.add(picture.signs)
    }
    guard found.signs.count > 0 else {
      throw MeasureError.nothingMeasured(count: set.files.count, first: found.skipped.first?.reason ?? "")
    }
    return found
  }
}
