import GinghamNetworks
import GinghamReporting

/// The layers of a network at one input size: what `gingham layers` prints.
public struct LayerTable: Encodable, Sendable {
  public struct Row: Encodable, Sendable {
    public var name: String
    public var operation: String
    public var outputShape: [Int]
    /// Distance of neighbouring elements in input pixels; below 1 behind an upsampling layer.
    public var stride: Double
    /// In input pixels; `nil` where an element sees the whole picture.
    public var receptiveField: Double?
    public var parameters: Int
    public var macs: Int

    private enum CodingKeys: String, CodingKey {
      case name, operation, stride, parameters, macs
      case outputShape = "output_shape"
      case receptiveField = "receptive_field"
    }
  }

  public var model: String
  public var inputShape: [Int]
  public var layers: [Row]
  /// `Int.max` where they are too many to be counted.
  public let totalMultiplyAdds: Int

  private enum CodingKeys: String, CodingKey {
    case model, layers
    case inputShape = "input_shape"
  }

  /// - Throws: ``NetworkError`` where the network does not take pictures of this size.
  public init(of model: Model) throws {
    self.model = model.network.name
    inputShape = model.inputShape(batch: 1).dimensions
    let statistics = try model.bound().layerStatistics
    totalMultiplyAdds = statistics.multiplyAdds
    layers = statistics.map { layer in
      Row(
        name: layer.name, operation: layer.operation, outputShape: layer.outputShape.dimensions,
        stride: layer.sampling.stride, receptiveField: layer.sampling.receptiveField, parameters: layer.parameters,
        macs: layer.multiplyAdds)
    }
  }

  public var totalParameters: Int { layers.reduce(0) { $0 + $1.parameters } }

  /// Columns for the terminal.
  public var text: String {
    var table = TextTable([
      ("layer", .left), ("operation", .left), ("output", .left), ("stride", .right), ("field", .right),
      ("parameters", .right), ("multiply-adds", .right),
    ])
    for layer in layers {
      table.append([
        layer.name, layer.operation, layer.outputShape.map(String.init).joined(separator: "×"),
        Self.short(layer.stride), layer.receptiveField.map(Self.short) ?? "all",
        layer.parameters == 0 ? "" : Self.grouped(layer.parameters), layer.macs == 0 ? "" : Self.grouped(layer.macs),
      ])
    }
    let input = inputShape.map(String.init).joined(separator: "×")
    return """
      \(model), input \(input)
      \(table.description)
      \(layers.count) layers, \(Self.grouped(totalParameters)) parameters, \(Self.grouped(totalMultiplyAdds)) \
      multiply-adds a picture
      """
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }

  static func grouped(_ value: Int) -> String {
    guard value < .max else { return "more than 9·10¹⁸" }
    var digits = String(value)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits = String(digits.dropLast(3))
    }
    return ([digits] + groups).joined(separator: "\u{202F}")
  }
}
