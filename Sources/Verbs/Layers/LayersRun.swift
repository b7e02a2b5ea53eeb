import GinghamModels

/// `layers`: name, operator, shape, stride, receptive field, parameters and multiply-adds of each layer.
public struct LayersRun: Run {
  /// What settings, manifests and findings call it.
  public static let name = "layers"
  public static let writesUnasked = false

  public var model: ModelSource

  /// With the property of the same name.
  public init(_ model: ModelSource) {
    self.model = model
  }

  private struct Settings: Encodable {}

  public var record: RunRecord { RunRecord(of: model, settings: Settings()) }

  /// - Throws: ``NetworkError`` where the network does not take pictures of this size.
  public func result(in context: RunContext) throws -> RunResult<LayerTable> {
    RunResult(try LayerTable(of: context.load(model)))
  }
}
