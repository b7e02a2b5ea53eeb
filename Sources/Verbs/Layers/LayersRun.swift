import GinghamModels

/// `layers`: name, operator, shape, stride, receptive field, parameters and multiply-adds of each layer.
public struct LayersRun: Run {
  /// What settings, manifests and findings call it.
  public static let name = "layers"
  /// Whether a folder is written where none was named.
  public static let writesUnasked = false

  /// The net, and how its file is read.
  public var model: ModelSource

  /// With the property of the same name.
  public init(_ model: ModelSource) {
    self.model = model
  }

  private struct Settings: Encodable {}

  /// Everything that shapes the result.
  public var record: RunRecord { RunRecord(of: model, settings: Settings()) }

  /// - Throws: ``NetworkError`` where the network does not take pictures of this size.
  public func result(in context: RunContext) throws -> RunResult<LayerTable> {
    RunResult(try LayerTable(of: context.load(model)))
  }
}
