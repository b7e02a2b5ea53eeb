import GinghamModels

/// `layers`: name, operator, shape, stride, receptive field, parameters and multiply-adds of each layer.
public struct LayersRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "layers"
  /// It answers a question: without a folder named for it, nothing is written.
  public static let writesUnasked = false

  /// The net, with every option that changes what its file says.
  public var model: ModelSource

  /// Reads nothing yet.
  public init(_ model: ModelSource) {
    self.model = model
  }

  private struct Settings: Encodable {}

  /// What the manifest is written from.
  public var record: RunRecord { RunRecord(of: model, runsModel: false, settings: Settings()) }

  /// - Throws: ``NetworkError`` where the network does not take pictures of this size.
  public func result(in context: RunContext) throws -> RunResult<LayerTable> {
    RunResult(try LayerTable(of: context.load(model)))
  }
}
