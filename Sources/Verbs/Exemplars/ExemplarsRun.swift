import Foundation
import GinghamModels
import GinghamNetworks
import GinghamReporting

/// `exemplars`: which pictures excite each unit of a net most, and how its activations are distributed.
public struct ExemplarsRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "exemplars"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: ExemplarsSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: ExemplarsSettings) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord { RunRecord(of: model, inputs: settings.images, settings: settings) }

  /// - Throws: ``SettingError``.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``NetworkError`` where a layer is unknown, ``ObjectiveError`` for units that a layer has not.
  public func check(_ model: Model, in context: RunContext) throws { _ = try selection(of: model) }

  private func selection(of model: Model) throws -> UnitSelection {
    try UnitSelection(
      of: model, in: LayerTable(of: model), named: settings.layers, within: settings.units, size: model.pictureSize)
  }

  /// Looks at all pictures, then reads those again that are shown. A run that was cut short goes on from the last
  /// pictures that were kept.
  ///
  /// - Throws: ``NetworkError``, ``ObjectiveError``, ``EngineError``, ``MeasureError``, ``DatabaseError``, and what the first
  ///   picture fails with where none succeeds.
  public func result(in context: RunContext) throws -> RunResult<ExemplarsFindings> {
    let model = try context.load(model)
    try model.requirePictures()
    let search = ExemplarSearch(
      model: model, selection: try selection(of: model), strongest: settings.strongest, context: context)
    let index = try search.run(over: settings.images)
    let findings = ExemplarsFindings(index, of: model.source.specification, strongest: settings.strongest)
    return RunResult(
      findings, remarks: model.remarks + model.fittingRemarks(at: settings.images), skipped: index.skipped
    ) { folder in
      try ExemplarCrops(index: index, model: model, side: settings.side).draw(into: folder, under: "crops", in: context)
      try ExemplarDatabase.write(index, into: folder)
    }
  }
}
