import GinghamTensors

/// A value flowing through a network: what a node produces, an input, or a constant.
public struct ValueID: Hashable, Comparable, Sendable {
  /// Into the values of its network.
  public let index: Int

  /// With the property of the same name.
  public init(_ index: Int) {
    self.index = index
  }

  /// In ascending order.
  public static func < (left: ValueID, right: ValueID) -> Bool { left.index < right.index }
}

/// One operator of a network.
public struct Node: Hashable, Sendable {
  /// The name its author gave: the module path where the file knows it (`layer1.0.conv2`), else the node's own name.
  public var name: String
  /// What it computes.
  public var operation: Operation
  /// `nil` marks an optional input that is absent.
  public var inputs: [ValueID?]
  /// Values that it makes.
  public var outputs: [ValueID]

  /// With the properties of the same names.
  public init(name: String, operation: Operation, inputs: [ValueID?], outputs: [ValueID]) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.outputs = outputs
  }
}

/// A convolutional network as its author wrote it: operators in topological order, weights, and names.
///
/// Shapes are open until ``bound(to:constants:)``; nothing is simplified, so every layer can be named.
public struct Network: Sendable {
  /// What is fed in.
  public struct Input: Hashable, Sendable {
    /// In the network.
    public var value: ValueID
    /// Declared extents; `nil` where the file leaves one open.
    public var shape: [Int?]
    /// As the file declares it.
    public var type: ElementType

    /// With the properties of the same names.
    public init(value: ValueID, shape: [Int?], type: ElementType = .float32) {
      self.value = value
      self.shape = shape
      self.type = type
    }
  }

  /// Of the file or the architecture.
  public var name: String
  /// By the values' indices.
  public internal(set) var valueNames: [String] = []
  /// The picture first.
  public var inputs: [Input] = []
  /// What is meant first.
  public var outputs: [ValueID] = []
  /// In topological order: a node stands behind the nodes it reads.
  public var nodes: [Node] = []
  /// Parameters, by the values that hold them.
  public var constants: [ValueID: Constant] = [:]
  /// Constants that were inputs with one entry a picture: one entry stands for all pictures of a batch.
  public internal(set) var batchedConstants: Set<ValueID> = []
  /// Whether the name of every operator tells its module, so that the last one under a module's name gives the module's
  /// output. Not so where the file names weights alone: what a module does behind its last weight, an addition or a
  /// rectifier, does not bear its name then.
  public var namesModules = true
  /// Whether it is one over signals: the maps of its files are N×C×L and have a single row here, N×C×1×L.
  public internal(set) var isOneDimensional = false
  /// Values that have a row here and none in the file.
  var rows: Set<ValueID> = []
  /// How a picture becomes this network's input; `nil` where the file does not say.
  public var preprocessing: Preprocessing?
  /// How much the network may ask for when it is bound.
  public var limits = ResourceLimits()

  /// With the property of the same name.
  public init(name: String) {
    self.name = name
  }

  /// What layers and files call it.
  public func name(of value: ValueID) -> String { valueNames[value.index] }

  // MARK: Building

  /// A value that nothing makes yet.
  public mutating func makeValue(named name: String) -> ValueID {
    valueNames.append(name)
    return ValueID(valueNames.count - 1)
  }

  /// Gives a value another name.
  public mutating func rename(_ value: ValueID, to name: String) {
    valueNames[value.index] = name
  }

  /// A value that holds a constant.
  @discardableResult
  public mutating func addInput(_ name: String, shape: [Int?], type: ElementType = .float32) -> ValueID {
    let value = makeValue(named: name)
    inputs.append(Input(value: value, shape: shape, type: type))
    return value
  }

  /// A value that holds a constant.
  public mutating func addConstant(_ name: String, _ constant: Constant) -> ValueID {
    let value = makeValue(named: name)
    constants[value] = constant
    return value
  }

  /// Appends a node with one output, named as the node.
  @discardableResult
  public mutating func append(_ name: String, _ operation: Operation, _ inputs: ValueID?...) -> ValueID {
    append(name, operation, inputs: inputs)
  }

  /// Appends a node with one output, named as the node.
  @discardableResult
  public mutating func append(_ name: String, _ operation: Operation, inputs: [ValueID?]) -> ValueID {
    let output = makeValue(named: name)
    nodes.append(Node(name: name, operation: operation, inputs: inputs, outputs: [output]))
    return output
  }
}
