import GinghamModels
import GinghamNetworks

/// The layers of a network at one input size: what `gingham layers` prints.
public struct LayerTable: RunFindings {
  /// One layer.
  public struct Row: Encodable, Sendable {
    /// As objectives and settings name it.
    public var name: String
    /// Its operator.
    public var operation: String
    /// Of its first output for one picture, the batch in front.
    public var outputShape: [Int]
    /// What `channel:LAYER:…` counts from 0, along the last axis of tokens and of maps N×H×W×C; `nil` where the layer's
    /// operators do not tell channels from positions.
    public var channels: Int?
    /// Distance of neighbouring elements in input pixels; below 1 behind an upsampling layer.
    public var stride: Double
    /// In input pixels; `nil` where an element sees the whole picture.
    public var receptiveField: Double?
    /// Numbers that it holds.
    public var parameters: Int
    /// Multiply-adds for one picture; `Int.max` where they are too many to be counted.
    public var macs: Int
  }

  /// The network's own name.
  public var model: String
  /// 1×C×H×W.
  public var inputShape: [Int]
  /// In the network's order.
  public var layers: [Row]
  /// `Int.max` where they are too many to be counted.
  public let totalMultiplyAdds: Int
  /// Which operator is not supported and what stands behind it; the layers are those that do not read it then. `nil`
  /// where the whole network can be computed.
  public var missing: String?

  private enum CodingKeys: String, CodingKey {
    case model, layers, inputShape, missing
  }

  /// - Throws: ``NetworkError`` where the network does not take pictures of this size.
  public init(of model: Model) throws {
    self.model = model.network.name
    inputShape = model.inputShape(batch: 1).dimensions
    let bound: BoundNetwork
    do {
      bound = try model.bound()
    } catch let error as NetworkError {
      let layers = model.network.computableLayers
      guard case .missingOperator = error, !layers.isEmpty else { throw error }
      missing = error.description
      bound = try model.bound(leadingTo: layers.map(\.value))
    }
    let statistics = bound.layerStatistics
    totalMultiplyAdds = statistics.multiplyAdds
    layers = statistics.map { layer in
      Row(
        name: layer.name, operation: layer.operation, outputShape: layer.outputShape.dimensions,
        channels: layer.channels,
        stride: layer.sampling.stride, receptiveField: layer.sampling.receptiveField, parameters: layer.parameters,
        macs: layer.multiplyAdds)
    }
  }

  /// Of all layers.
  public var totalParameters: Int { layers.reduce(0) { $0 + $1.parameters } }
}
