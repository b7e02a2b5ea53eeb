import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  static let constants: [String: OperatorTranslator] = [
    "Constant": { node in
      try node.requireInputs(0...0)
      try node.emit(constant: node.constantValue())
    }
  ]

  /// Operators of the subgraphs that work out shapes.
  static let shapesAsData: [String: OperatorTranslator] = [
    "Shape": { node in
      try node.requireInputs(1...1)
      let start = try node.attributes.int("start", in: -1024...1024) ?? 0
      try node.emit(.shapeOf(start: start, end: node.attributes.int("end", in: -1024...1024)))
    },
    "Size": { node in
      try node.requireInputs(1...1)
      try node.emit(.sizeOf)
    },
    "ConstantOfShape": { node in
      try node.requireInputs(1...1)
      let (value, type) = try node.fillValue()
      try node.emit(.constantOfShape(value: value, type: type))
    },
    "Range": { node in
      try node.requireInputs(3...3)
      try node.emit(.range)
    },
  ]
}

extension NodeTranslation {
  fileprivate func constantValue() throws -> Constant {
    if let tensor = try attributes.tensor("value") { return try decoded(tensor) }
    if let float = try attributes.float("value_float") { return .float(Tensor([], [float])) }
    if let int = try attributes.int("value_int") { return .integer(IntegerArray([], [int])) }
    if let floats = try attributes.floats("value_floats") { return .float(Tensor([floats.count], floats)) }
    if let ints = try attributes.ints("value_ints") { return .integer(IntegerArray([ints.count], ints)) }
    throw unsupported(
      "strings, a sparse tensor, or nothing in it", advice: "Constants must be dense tensors of numbers.")
  }

  /// One element; 0 as a 32-bit float where the attribute is absent.
  fileprivate func fillValue() throws -> (Double, ElementType) {
    guard let tensor = try attributes.tensor("value") else { return (0, .float32) }
    let constant = try decoded(tensor)
    guard constant.shape.elementCount == 1 else { throw malformed("the fill value is \(constant.shape)") }
    switch constant {
    case .float(let tensor): return (Double(tensor.scalars[0]), .float32)
    case .integer(let array): return (Double(array.elements[0]), array.type)
    }
  }
}
