import GinghamTensors

/// Computes an operation whose inputs are all known. Covers what shape subgraphs and folded weights are made of;
/// anything else stays in the graph for an engine.
struct ConstantEvaluator {
  let inputs: [Constant?]
  let inputShapes: [Shape?]
  let outputCount: Int

  /// The outputs, or `nil` where an input is not known or the operation is not covered.
  func evaluate(_ operation: Operation) throws -> [Constant]? {
    switch operation {
    case .shapeOf(let start, let end):
      return inputShapes.first?.map { [Self.shapeOf($0, start: start, end: end)] }
    case .sizeOf:
      return inputShapes.first?.map { [.integer(IntegerArray([], [$0.elementCount]))] }
    default:
      let known = inputs.compactMap { $0 }
      guard known.count == inputs.count, !known.isEmpty else { return nil }
      return try evaluate(operation, known)
    }
  }

  private static func shapeOf(_ shape: Shape, start: Int, end: Int?) -> Constant {
    func clamped(_ index: Int) -> Int { min(max(index < 0 ? index + shape.rank : index, 0), shape.rank) }
    let first = clamped(start)
    let last = max(first, end.map(clamped) ?? shape.rank)
    return .integer(IntegerArray([last - first], Array(shape.dimensions[first..<last])))
  }

  private func evaluate(_ operation: Operation, _ known: [Constant]) throws -> [Constant]? {
    switch operation {
    case .identity, .dropout: return [known[0]]
    case .cast(let type): return [known[0].cast(to: type)]
    case .constantOfShape(let value, let type): return [try Self.filled(known[0], value: value, type: type)]
    case .range: return try Self.range(known).map { [$0] }
    case .pointwise(let function): return known[0].applying(function).map { [$0] }
    case .elementwise(let kind): return try ConstantArithmetic.combine(kind, known).map { [$0] }
    case .select: return try ConstantArithmetic.select(known).map { [$0] }
    case .reduce(let reduction): return try ConstantArithmetic.reduce(reduction, known[0]).map { [$0] }
    case .concatenate, .split, .slice, .transpose, .reshape, .gather, .expand, .tile:
      let shapes = try operation.outputShapes(inputs: inputShapes, outputCount: outputCount)
      return try ConstantMovement(shapes: try shapes.map(checked)).move(operation, known)
    case .resize(let resize):
      let shapes = try operation.outputShapes(inputs: inputShapes, outputCount: outputCount)
      for shape in shapes { _ = try checked(shape) }
      return known[0].tensor.map { [.float($0.resized(resize))] }
    default: return nil
    }
  }

  private func checked(_ shape: Shape) throws -> Shape {
    guard let count = shape.checkedElementCount, count <= Network.elementLimit >> 4 else {
      throw ShapeError.badAttribute("a constant of \(shape) is out of range")
    }
    return shape
  }

  private static func filled(_ shape: Constant, value: Double, type: ElementType) throws -> Constant {
    guard let extents = shape.integers?.elements else {
      throw ShapeError.mismatch("a shape must be integers")
    }
    let shape = Shape(extents)
    guard let count = shape.checkedElementCount, count <= Network.elementLimit >> 4 else {
      throw ShapeError.badAttribute("a constant of \(shape) is out of range")
    }
    return type.isFloatingPoint
      ? .float(Tensor(shape, repeating: Float(value)))
      : .integer(IntegerArray(shape, [Int](repeating: Int(exactly: value.rounded()) ?? 0, count: count), type: type))
  }

  private static func range(_ known: [Constant]) throws -> Constant? {
    guard known.count == 3, known.allSatisfy({ $0.shape.elementCount == 1 }) else { return nil }
    let limit = Double(Network.elementLimit >> 4)
    if let integers = known.map({ $0.integers?.elements[0] }) as? [Int] {
      let (start, end, step) = (integers[0], integers[1], integers[2])
      guard step != 0, Double(end) - Double(start) <= limit * abs(Double(step)) else {
        throw ShapeError.badAttribute("a range from \(start) to \(end) by \(step)")
      }
      let elements = Array(stride(from: start, to: end, by: step))
      return .integer(IntegerArray([elements.count], elements, type: known[0].integers?.type ?? .int64))
    }
    guard let floats = known.map({ $0.tensor?.scalars[0] }) as? [Float] else { return nil }
    let count = ((floats[1] - floats[0]) / floats[2]).rounded(.up)
    guard count.isFinite, Double(count) <= limit else {
      throw ShapeError.badAttribute("a range from \(floats[0]) to \(floats[1]) by \(floats[2])")
    }
    let length = max(0, Int(count))
    return .float(Tensor([length], (0..<length).map { floats[0] + Float($0) * floats[2] }))
  }
}

extension ElementType {
  /// An integer as this type keeps it: truncated to its width.
  func wrapped(_ value: Int) -> Int {
    switch self {
    case .int8: Int(Int8(truncatingIfNeeded: value))
    case .int16: Int(Int16(truncatingIfNeeded: value))
    case .int32: Int(Int32(truncatingIfNeeded: value))
    case .uint8: Int(UInt8(truncatingIfNeeded: value))
    case .uint16: Int(UInt16(truncatingIfNeeded: value))
    case .uint32: Int(UInt32(truncatingIfNeeded: value))
    case .boolean: value == 0 ? 0 : 1
    default: value
    }
  }
}

extension Constant {
  func cast(to type: ElementType) -> Constant {
    switch self {
    case .float(let tensor):
      if type.isFloatingPoint { return type.byteCount == 2 ? .float(tensor.map(type.rounded)) : self }
      let elements = tensor.scalars.map { scalar -> Int in
        if type == .boolean { return scalar == 0 ? 0 : 1 }
        // Beyond an Int the result is undefined in the format; the nearest representable value is taken.
        let truncated = scalar.rounded(.towardZero)
        return Int(exactly: truncated) ?? (truncated > 0 ? .max : truncated < 0 ? .min : 0)
      }
      return .integer(IntegerArray(tensor.shape, elements.map(type.wrapped), type: type))
    case .integer(let array):
      return type.isFloatingPoint
        ? .float(Tensor(array.shape, array.elements.map { type.rounded(Float($0)) }))
        : .integer(IntegerArray(array.shape, array.elements.map(type.wrapped), type: type))
    }
  }

  /// The few functions that shape subgraphs use; `nil` for the rest.
  func applying(_ function: Pointwise) -> Constant? {
    switch self {
    case .integer(let array):
      let transform: (Int) -> Int
      switch function {
      case .negate: transform = { 0 &- $0 }
      case .absolute: transform = { $0 == .min ? .max : Swift.abs($0) }
      case .sign: transform = { $0.signum() }
      case .not: transform = { $0 == 0 ? 1 : 0 }
      case .ceil, .floor, .round: transform = { $0 }
      default: return nil
      }
      return .integer(
        IntegerArray(array.shape, array.elements.map { array.type.wrapped(transform($0)) }, type: array.type))
    case .float(let tensor):
      switch function {
      case .negate: return .float(tensor.map { -$0 })
      case .absolute: return .float(tensor.map { Swift.abs($0) })
      case .ceil: return .float(tensor.map { $0.rounded(.up) })
      case .floor: return .float(tensor.map { $0.rounded(.down) })
      case .round: return .float(tensor.map { $0.rounded(.toNearestOrEven) })
      case .sqrt: return .float(tensor.map { $0.squareRoot() })
      case .reciprocal: return .float(tensor.map { 1 / $0 })
      case .relu: return .float(tensor.map { $0 > 0 ? $0 : 0 })
      default: return nil
      }
    }
  }
}
