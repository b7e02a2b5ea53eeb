import GinghamDiagnosis
import GinghamDifferentiation
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamSignals
import GinghamTensors

/// A layer of a net as a description of pictures: the mean over the map of each of its channels.
public final class FeatureNet {
  /// The net, with its normalization.
  public let model: Model
  /// Whose channels are the features.
  public let layer: String
  private let plan: any GradientPlan

  /// - Throws: ``NetworkError`` where the layer is unknown, ``EngineError``.
  public init(_ model: Model, layer: String, by differentiator: any Differentiator) throws {
    self.model = model
    self.layer = layer
    let value = try model.network.value(ofLayer: layer)
    plan = try differentiator.plan(
      PlanRequest(inputShapes: [model.inputShape(batch: 1)], targets: [value], gradients: [], readsMaps: true))
  }

  /// The features of one picture file.
  ///
  /// - Throws: ``ImageError``, ``ModelError``, what the engine throws.
  public func features(ofPictureAt path: String) throws -> [Double] {
    let activation = try plan.forward([model.input(pictureAt: path)])[0]
    try activation.requireFinite("layer '\(layer)' at '\(path)'")
    let dimensions = activation.shape.dimensions
    guard dimensions.count >= 2 else { return activation.scalars.map(Double.init) }
    let (channels, area) = (dimensions[1], max(1, dimensions.dropFirst(2).reduce(1, *)))
    let values = activation.scalars
    return (0..<channels).map { channel in
      values[(channel * area)..<((channel + 1) * area)].reduce(0) { $0 + Double($1) } / Double(area)
    }
  }

  /// - Throws: ``ArtifactError/badArgument(_:)`` below two pictures a set.
  func distance(
    between set: [SamplePlace], and reference: [SamplePlace], preparation: [PreparationDifference],
    in context: RunContext
  ) throws -> DiagnoseFindings.Distance {
    if let array = (set + reference).first(where: \.isInArray) {
      throw ArtifactError.badArgument("features are taken of picture files, not of '\(array.name)'")
    }
    func matrix(_ places: [SamplePlace], _ what: String) throws -> Matrix {
      var rows: [[Double]] = []
      for (index, place) in places.enumerated() {
        context.progress.step(what, index, of: places.count)
        let row = try context.once(named: place.path) { Finished(value: try features(ofPictureAt: place.path)) }
        rows.append(row.value)
      }
      return Matrix(rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
    }
    let both = (
      try matrix(set, "features"), try matrix(reference, "features of the reference")
    )
    let found = try FrechetDistance(between: both.0, and: both.1)
    let isEnough = min(both.0.rows, both.1.rows) >= 4
    let kernel = isEnough ? try KernelDistance(between: both.0, and: both.1) : nil
    return DiagnoseFindings.Distance(
      found, kernel, model: model.source.specification, layer: layer, name: name, preparation: preparation)
  }

  private var name: DiagnoseFindings.Distance.Name {
    let isInception = (model.source.specification + (model.source.architecture ?? "")).lowercased().contains(
      "inception")
    let isPool = ["avgpool", "pool3", "global_pool"].contains { layer.lowercased().contains($0) }
    return isInception && isPool ? .inception : .general
  }
}
