import GinghamTensors

/// A network whose input shapes are known: every value has a shape, every attribute is fixed, and the subgraphs that
/// worked shapes out are gone. This is what engines compile and analyzers read.
///
/// Values keep the identifiers they have in the ``Network`` they came from.
public struct BoundNetwork: Sendable {
  /// Of the file or the architecture.
  public var name: String
  /// By the values' indices.
  public var valueNames: [String]
  /// The inputs that are still open, in the network's order.
  public var inputs: [ValueID]
  /// In the order of the file.
  public var outputs: [ValueID]
  /// In topological order. `nil` inputs are absent ones; inputs that became attributes are dropped.
  public var nodes: [Node]
  /// Parameters, and what was computed of shapes.
  public var constants: [ValueID: Constant]
  /// Of every value.
  public var shapes: [ValueID: Shape]
  /// Values that cannot be computed because something that leads to them is missing. They have no shape.
  public var missing: [ValueID: MissingOperator]
  /// Values that simplification removed because they equal another one.
  public var aliases: [ValueID: ValueID]
  /// Whether it is one over signals, whose maps have a single row: N×C×1×L.
  public var isOneDimensional = false
  /// How much may be asked for on behalf of the network.
  public var limits = ResourceLimits()

  /// With the properties of the same names.
  public init(name: String, valueNames: [String]) {
    self.name = name
    self.valueNames = valueNames
    inputs = []
    outputs = []
    nodes = []
    constants = [:]
    shapes = [:]
    missing = [:]
    aliases = [:]
  }

  /// What layers and files call it.
  public func name(of value: ValueID) -> String { valueNames[value.index] }

  /// The value that stands for `value` after simplification.
  public func resolved(_ value: ValueID) -> ValueID {
    var value = value
    while let next = aliases[value] { value = next }
    return value
  }
}
